"""Measures what jedi costs: the first answer, one that is kept on disk, and typing while jedi is asked.

    python bench/oracle.py [--runs 7] [--edits 40] [--machine WORDS]

Made on a project of its own, with a fixture whose class only jedi tells. A cold first answer begins with an empty cache
folder; a kept one is asked for by a new server. Typing is measured four times: without a question to jedi, while jedi
is busy, while it never answers (a package `jedi` that hangs is put before the real one), and where it cannot start.
Each run has a server of its own. Minimum and median of the runs, in milliseconds, are written to docs/oracle.md.
"""

import argparse
import datetime as dt
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from session import CAPABILITIES, Server

ROOT = Path(__file__).resolve().parents[1]
PAGE = """\
# What jedi costs

Where own reading does not tell the class of a fixture's value, jedi is asked, in a process of its own and after the
diagnostics are out. Measured by `bench/oracle.py` on {date}, {machine}, with Python
{python}: {runs} servers each, milliseconds.

| | minimum | median |
|---|---|---|
{rows}

"Kept on disk" is a new server that finds the answer of an earlier one. "Never answers" is a real process that hangs:
it is given up after five seconds, and nobody waits for it meanwhile.
"""
COMMAND = [sys.executable, "-m", "loopscope", "server"]
CLIENT = "class Client:\n    async def get(self): ...\n"
FIXTURE = """

@pytest.fixture
def client{number}():
    return TABLE["client{number}"]()
"""
OTHERS = 60
"""Functions beside the one that is typed into, so that a check is not for nothing."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--edits", type=int, default=40)
    parser.add_argument("--machine", default=f"{os.cpu_count()} cores, {platform.system()}")
    given = parser.parse_args()
    rows = [
        *_table(_answers, given.runs),
        *_table(lambda folder: _typing(folder, given.edits), given.runs),
    ]
    page = PAGE.format(
        runs=given.runs,
        date=dt.date.today(),
        machine=given.machine,
        python=platform.python_version(),
        rows="\n".join(rows),
    )
    (ROOT / "docs" / "oracle.md").write_text(page, encoding="utf-8")
    print(page)


def _table(measure: Callable[[Path], dict[str, float]], runs: int) -> Iterator[str]:
    found: dict[str, list[float]] = {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            for name, took in measure(Path(folder)).items():
                found.setdefault(name, []).append(took)
    for name, all_took in found.items():
        yield f"| {name} | {min(all_took):.1f} | {statistics.median(all_took):.1f} |"


def _answers(folder: Path) -> dict[str, float]:
    """The first answer with an empty cache, then the kept one in a new server."""
    file = _project(folder / "project", asks=1)
    environ = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    found: dict[str, float] = {}
    for name in ("cold", "kept on disk"):
        server, uri, opened = _opened(file, environ)
        try:
            first = server.diagnostics(uri, 1)
            answered = server.diagnostics(uri, 1, least=1)
        finally:
            server.stop()
        if first is not None and answered is not None:
            found[f"{name}: answer shown, after the first diagnostics"] = (answered - first) * 1000
            found[f"{name}: answer shown, after the file was opened"] = (answered - opened) * 1000
    return found


def _typing(folder: Path, edits: int) -> dict[str, float]:
    """The median edit and completion of one session under each condition."""
    asking = _project(folder / "asking", asks=30)
    quiet = _project(folder / "quiet", asks=0)
    hangs, missing = folder / "hangs", folder / "missing"
    for path, code in ((hangs, "import time\ntime.sleep(3600)\n"), (missing, "raise ImportError\n")):
        (path / "jedi").mkdir(parents=True)
        (path / "jedi" / "__init__.py").write_text(code, encoding="utf-8")
    conditions = {
        "no question": (quiet, None),
        "jedi cannot start": (asking, missing),
        "jedi is busy": (asking, None),
        "jedi never answers": (asking, hangs),
    }
    found: dict[str, float] = {}
    for number, (name, (file, before)) in enumerate(conditions.items()):
        environ = {**os.environ, "XDG_CACHE_HOME": str(folder / f"cache{number}")}
        if before is not None:
            environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(before), environ.get("PYTHONPATH"))))
        server, uri, _ = _opened(file, environ)
        try:
            server.diagnostics(uri, 1)
            edit, completion = _type(server, uri, file, edits)
        finally:
            server.stop()
        found[f"{name}: edit to diagnostics"] = edit
        found[f"{name}: completion"] = completion
    return found


def _type(server: Server, uri: str, file: Path, edits: int) -> tuple[float, float]:
    line = file.read_text(encoding="utf-8").count("\n") - 1
    typed: list[float] = []
    completed: list[float] = []
    for version in range(2, edits + 2):
        # A finding comes and goes, so that each edit is answered by a new set of diagnostics.
        text = "    save()\n" if version % 2 == 0 else ""
        start = {"line": line, "character": 0}
        change = {"range": {"start": start, "end": {"line": line + (not text), "character": 0}}, "text": text}
        began = time.perf_counter()
        server.tell(
            "textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
        )
        done = server.diagnostics(uri, version)
        if done is not None:
            typed.append((done - began) * 1000)
        began = time.perf_counter()
        where = {"textDocument": {"uri": uri}, "position": {"line": line - 1, "character": 20}}
        server.ask("textDocument/completion", where)
        completed.append((time.perf_counter() - began) * 1000)
    return statistics.median(typed), statistics.median(completed)


def _opened(file: Path, environ: dict[str, str]) -> tuple[Server, str, float]:
    """A new server that has a file open: also its URI, and when it was opened."""
    root = file.parent
    server = Server(COMMAND, root, environ)
    folder = {"uri": root.as_uri(), "name": root.name}
    server.ask(
        "initialize",
        {
            "processId": os.getpid(),
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "capabilities": CAPABILITIES,
        },
    )
    server.tell("initialized", {})
    uri, text = file.as_uri(), file.read_text(encoding="utf-8")
    opened = time.perf_counter()
    server.tell(
        "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": text}}
    )
    return server, uri, opened


def _project(folder: Path, *, asks: int) -> Path:
    """A project with so many fixtures that only jedi tells the class of; its test file."""
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n", encoding="utf-8")
    (folder / "app.py").write_text(CLIENT, encoding="utf-8")
    table = "".join(f'    "client{number}": Client,\n' for number in range(asks))
    fixtures = "".join(FIXTURE.format(number=number) for number in range(asks))
    conftest = f"import pytest\nfrom app import Client\n\nTABLE = {{\n{table}}}\n{fixtures}"
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    tests = [f"async def test_{number}(client{number}):\n    client{number}.get()\n\n\n" for number in range(asks)]
    tests += [f"async def test_more_{number}():\n    await save()\n\n\n" for number in range(OTHERS)]
    last = "async def test_typed(tmp_path):\n    await save()\n"
    file = folder / "test_it.py"
    file.write_text(f"async def save(): ...\n\n\n{''.join(tests)}{last}\n", encoding="utf-8")
    return file


if __name__ == "__main__":
    main()
