"""How long until the first diagnostics of a file that an editor opens as it starts; see docs/benchmarks.md.

    VIRTUAL_ENV=… python bench/first.py prefect prefect/tests/test_futures.py

The file on disk stays as it is: the document that is opened ends with a mistake, as one with unsaved changes would.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import session

MISTAKES = {
    "unknown fixture": '\n\ndef test_planted(no_such_fixture):\n    """Edit {number}."""\n    assert no_such_fixture\n',
    "missing await": '\n\nasync def test_planted():\n    """Edit {number}."""\n    asyncio.sleep(1)\n',
}


def main() -> None:
    """Print milliseconds from the start of the process, for each mistake: with nothing in the cache, then later."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--settle", type=float, default=3, help="seconds in which the last diagnostics must be there")
    arguments = parser.parse_args()
    root, file = arguments.root.resolve(), arguments.file.resolve()
    text = file.read_text(encoding="utf-8")
    print(f"The fastest of {arguments.runs}, milliseconds: first diagnostics / all of them / CPU time until the first.")
    for name, mistake in MISTAKES.items():
        cold, later = [], []
        for run in range(arguments.runs):
            with tempfile.TemporaryDirectory() as cache:
                for figures in (cold, later):
                    planted = text + mistake.format(number=f"{run} {len(figures)} {figures is cold}")
                    figures.append(_open(root, file, planted, cache, arguments.settle))
        print(f"{name}: the very first start {_fastest(cold)}, edited since the last session {_fastest(later)}")
    with tempfile.TemporaryDirectory() as cache:
        figures = [_open(root, file, text, cache, arguments.settle) for _ in range(arguments.runs + 1)]
    print(f"unchanged since the last session: {_fastest(figures[1:])}")


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


def _fastest(figures: list[tuple[float, float, float]]) -> str:
    return " / ".join(f"{min(each):.0f}" for each in zip(*figures, strict=True))


if __name__ == "__main__":
    main()
