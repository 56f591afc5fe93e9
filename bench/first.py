"""How long until the first diagnostics of a file that an editor opens as it starts; see docs/first-diagnostics.md.

    VIRTUAL_ENV=… python bench/first.py prefect prefect/tests/test_futures.py

The file on disk stays as it is: the document that is opened ends with a mistake, as one with unsaved changes would.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import session

MISTAKES = {
    "unknown fixture": '\n\ndef test_planted(no_such_fixture):\n    """Edit {number}."""\n    assert no_such_fixture\n',
    "missing await": '\n\nasync def test_planted():\n    """Edit {number}."""\n    asyncio.sleep(1)\n',
    "missing await, method": '\n\nasync def test_planted():\n    """Edit {number}."""\n    asyncio.Queue().join()\n',
}


PAGE = """# The first diagnostics

How long until an editor that starts with a test file has its diagnostics: {name}, {lines:,} lines,
in a workspace of {files:,} Python files. {cores} processors, Python {python}; others kept {load:.1f} of them busy.
Milliseconds from the start of the process: the median of {runs} starts, and the fastest.

| the file, the session | first diagnostics | all of them | CPU time until the first |
|---|---:|---:|---:|
{rows}

- **An unknown fixture** needs no types: it is published as soon as it is known. So is **a missing await** of a
  coroutine function of the file or of the standard library. **Of a method** it is when the types of all values are.
  Each file has nothing else to report, so the first diagnostics are all of them.
- **The very first start** has an empty cache. **Edited since**: the session before saw another text of the file.
  **Unchanged**: what the session before found still holds, and is published while the check runs.
- On a machine that does something else besides, the CPU time says more than the clock. Where it has more to do than
  processors, only the CPU time is given: on an idle one the clock shows a little more than that.

```sh
VIRTUAL_ENV=… python bench/first.py {root} {root}/{file} --out docs/first-diagnostics.md
```
"""


def main() -> None:
    """Measure, for each mistake, with nothing in the cache and later; print the page or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--settle", type=float, default=3, help="seconds in which the last diagnostics must be there")
    parser.add_argument("--out", type=Path, help="the page to write")
    arguments = parser.parse_args()
    root, file, runs, settle = arguments.root.resolve(), arguments.file.resolve(), arguments.runs, arguments.settle
    text = file.read_text(encoding="utf-8")
    load = os.getloadavg()[0]
    calm = load < (os.cpu_count() or 1)
    rows = []
    for name, mistake in MISTAKES.items():
        cold, later = [], []
        for run in range(runs):
            with tempfile.TemporaryDirectory() as cache:
                for figures in (cold, later):
                    planted = text + mistake.format(number=f"{run} {len(figures)} {figures is cold}")
                    figures.append(_open(root, file, planted, cache, settle))
        rows += [_row(f"{name}, the very first start", cold, calm), _row(f"{name}, edited since", later, calm)]
    with tempfile.TemporaryDirectory() as cache:
        figures = [_open(root, file, text, cache, settle) for _ in range(runs + 1)]
    rows.append(_row("as it is, unchanged", figures[1:], calm))
    page = PAGE.format(
        name=f"`{file.relative_to(root).as_posix()}` of {root.name}",
        lines=text.count("\n"),
        files=sum(1 for _ in root.rglob("*.py")),
        cores=os.cpu_count(),
        python=platform.python_version(),
        load=load,
        runs=runs,
        rows="\n".join(rows),
        root=root.name,
        file=file.relative_to(root).as_posix(),
    )
    if arguments.out is None:
        print(page)
    else:
        arguments.out.write_text(page, encoding="utf-8")


def _open(root: Path, file: Path, text: str, cache: str, settle: float) -> tuple[float, float, float]:
    """When the first diagnostics were there, when the last ones were, and the CPU time that the first took."""
    server = session.Server(
        [sys.executable, "-m", "loopscope", "server"], root, {**os.environ, "XDG_CACHE_HOME": cache}
    )
    uri, folder = file.as_uri(), {"uri": root.as_uri(), "name": root.name}
    hello = {"processId": os.getpid(), "rootUri": folder["uri"], "workspaceFolders": [folder]}
    try:
        server.ask("initialize", {**hello, "capabilities": session.CAPABILITIES})
        server.tell("initialized", {})
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        server.tell("textDocument/didOpen", {"textDocument": document})
        first = last = server.diagnostics(uri, 1)
        cpu = server.cpu()
        if first is None:
            raise SystemExit("nothing was published")
        end = time.perf_counter() + settle
        while (left := end - time.perf_counter()) > 0:
            last = server.diagnostics(uri, 1, patience=left) or last
        return (first - server.started) * 1000, (last - server.started) * 1000, cpu
    finally:
        server.stop()


def _row(what: str, figures: list[tuple[float, float, float]], calm: bool) -> str:
    columns = [f"{statistics.median(each):.0f} ({min(each):.0f})" for each in zip(*figures, strict=True)]
    if not calm:
        columns[:2] = "–", "–"
    return f"| {what} | {' | '.join(columns)} |"


if __name__ == "__main__":
    main()
