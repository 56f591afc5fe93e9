"""Runs real pytest over a folder and returns what it decided; builds a snapshot of the same folder."""

import json
import os
import subprocess
import sys
from pathlib import Path, PurePath

from loopscope.host.environment import find_environment
from loopscope.host.files import DiskFiles
from loopscope.workspace.snapshot import Snapshot


def write_tree(root: Path, text: str) -> None:
    """Write the files of a text in which `--- path` lines begin each."""
    path = None
    for line in text.lstrip("\n").splitlines(keepends=True):
        if line.startswith("--- "):
            path = root / line[4:].strip()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        else:
            assert path is not None, "a file begins with a `--- path` line"
            with path.open("a") as file:
                file.write(line)


def judge(root: Path, *arguments: str) -> dict:
    """What pytest collects in `root`: {"tests": {nodeid: record}, "errors": [[nodeid, text]]}."""
    out = root / "oracle.json"
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV", "PYTHONPATH"))
    }
    environment |= {"ORACLE_OUT": str(out), "PYTHONPATH": str(Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "pytest_oracle", *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert out.exists(), done.stdout + done.stderr
    found = json.loads(out.read_text())
    out.unlink()
    return found


def snapshot_of(root: Path) -> Snapshot:
    """A snapshot of a folder in the environment that runs these tests."""
    folder = PurePath(os.path.realpath(root))
    environment = find_environment(folder, sys.prefix, {})
    return Snapshot(
        DiskFiles([folder, PurePath(sys.prefix), PurePath(sys.base_prefix)]), [folder], lambda _: environment
    )
