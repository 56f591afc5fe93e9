"""Real pytest on small projects: one process that forks for each, so that they share nothing but the start-up: modules.

As a script it reads folders from its standard input, a line each, runs pytest in each of them, and answers with a line
of JSON: the exit code and everything that was printed.
"""

import asyncio  # noqa: F401  imported once, before the forks
import contextlib
import gc
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from _pytest.config import _prepareconfig

_SECONDS = 30
# pytest-asyncio before 1.0 uses what Python 3.14 deprecates: where warnings are errors it would run no test.
_OLD_PLUGIN = ("-W", "ignore:'asyncio.:DeprecationWarning:pytest_asyncio.plugin")
_OPTIONS = ("-p", "no:cacheprovider", *_OLD_PLUGIN, "--rootdir")
_IN_EACH_RUN = ("hypothesis",)
"""What a plugin imports when a run begins."""
_COUNT = re.compile(r"(\d+) (\w+)")


class Verdict(NamedTuple):
    """What pytest said: its exit code, what it printed, and the counts of its last line (`{"passed": 1}`)."""

    code: int
    output: str

    @property
    def outcomes(self) -> dict[str, int]:
        summary = next(line for line in reversed(self.output.splitlines()) if re.search(r" in \d+\.\d+s", line))
        return {word.rstrip("s"): int(number) for number, word in _COUNT.findall(summary.rpartition(" in ")[0])}


class Judge:
    """Asks the process, which an interpreter with pytest runs; start it once for many projects."""

    def __init__(self, python: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PY_COL"))}
        self._process = subprocess.Popen(
            [str(python), __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
            text=True,
        )

    def ask(self, folder: Path) -> Verdict:
        """What pytest says when it is started in a folder."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{folder}\n")
        self._process.stdin.flush()
        return Verdict(*json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _serve() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _import_plugins(folder)
    for line in sys.stdin:
        folder = Path(line.rstrip("\n"))
        printed = folder / ".output"
        child = os.fork()
        if child == 0:
            os._exit(_run(folder, printed))
        _, status = os.waitpid(child, 0)
        answer = [os.waitstatus_to_exitcode(status), printed.read_text(errors="replace")]
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def _import_plugins(folder: str) -> None:
    """Lets pytest import what it runs on, its plugins among it, for a run of nothing that never begins."""
    config = _prepareconfig([*_OPTIONS, folder, folder])
    for name in _IN_EACH_RUN:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    config._ensure_unconfigure()
    gc.collect()
    gc.freeze()


def _run(folder: Path, printed: Path) -> int:
    signal.alarm(_SECONDS)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    target = os.open(printed, os.O_WRONLY | os.O_CREAT)
    for descriptor in (0, 1, 2):
        os.dup2(target, descriptor)
    code = pytest.main([*_OPTIONS, str(folder)])
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code)


if __name__ == "__main__":
    _serve()
