"""loopscope's commands as people run them, and a small project with a mistake to run them in."""

import os
import subprocess
import sys
from pathlib import Path

CONFIG = "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
BAD = """\
import pytest


async def fetch():
    return 1


@pytest.mark.asyncio
async def test_fetch():
    smile = "😀"; assert fetch()
"""
"""`assert-on-coroutine`, and nothing else, at line 10, column 25."""


def loopscope(*arguments: str, cwd: Path, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in a folder, with more in its environment, and waits for its end; it never tracebacks."""
    done = subprocess.run(
        [sys.executable, "-m", "loopscope", *arguments],
        cwd=cwd,
        env={**os.environ, **environ},
        input=stdin,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def make_project(folder: Path, name: str, text: str) -> Path:
    """Writes a configuration for pytest and a file of tests, of a name in `tests`; returns the folder."""
    (folder / "pytest.ini").write_text(CONFIG)
    (folder / "tests").mkdir()
    (folder / "tests" / name).write_text(text, encoding="utf-8")
    return folder
