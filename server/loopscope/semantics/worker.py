"""The process that asks jedi: reads one request a line from standard input, writes one answer a line.

What it writes first is a line that says that it is ready.

A request is `{"path", "text", "places": [[line, column], …], "root", "sys_path": […]}`, lines from 1; the answer names
the class of which what stands at all places is an instance, `{"path", "qualname"}`, or is `null`. jedi gets the
folders to import from as *added* ones: from those it reads source, and never loads an extension module.
"""

# jedi says nothing of its types:
# pyright: basic

import json
import os
import sys
import threading
import time
from queue import SimpleQueue
from typing import Any

_INSTANCE = "instance"
_LAST_ANSWERS_SECONDS = 2
"""How long an answer may still take once the input has ended: whoever asked may be gone."""


def main() -> None:
    """Answer until the input ends."""
    lines: SimpleQueue[str | None] = SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    # Slow to import: the input is watched by now.
    import jedi  # noqa: F401, PLC0415

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while (line := lines.get()) is not None:
        try:
            answer = answer_to(json.loads(line))
        except Exception:  # noqa: BLE001  jedi may raise nearly anything on code that is being typed
            answer = None
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _read(lines: "SimpleQueue[str | None]") -> None:
    for line in sys.stdin:
        lines.put(line)
    lines.put(None)
    # A question that jedi never comes back from must not outlive the server.
    time.sleep(_LAST_ANSWERS_SECONDS)
    os._exit(0)


def answer_to(request: dict[str, Any]) -> dict[str, str] | None:
    """The class of the values at the places of a request; None when they differ, or one is not known."""
    import jedi  # noqa: PLC0415

    project = jedi.Project(
        request["root"],
        sys_path=[],
        added_sys_path=request["sys_path"],
        smart_sys_path=False,
        load_unsafe_extensions=False,
    )
    script = jedi.Script(
        request["text"], path=request["path"], environment=jedi.InterpreterEnvironment(), project=project
    )
    found: set[tuple[str, str]] = set()
    for line, column in request["places"]:
        names = script.infer(line, column)
        if not names:
            return None
        for name in names:
            full, module = name.full_name, name.module_name
            if name.type != _INSTANCE or name.module_path is None or full is None or not full.startswith(f"{module}."):
                return None
            found.add((str(name.module_path), full.removeprefix(f"{module}.")))
    if len(found) != 1:
        return None
    path, qualname = found.pop()
    return {"path": path, "qualname": qualname}


if __name__ == "__main__":
    main()
