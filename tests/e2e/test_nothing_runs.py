"""Invariant 2: nothing of the user's is executed, whatever it looks like."""

import json
import stat
from pathlib import Path

from support.command import loopscope

BOMB = "import pathlib; pathlib.Path({marker!r}).write_text('executed')\n"


def plant(root: Path, marker: Path) -> None:
    """A project in which every file that a careless tool would run leaves a mark when it is run."""
    bomb = BOMB.format(marker=str(marker))
    site = root / ".venv" / "lib" / "python3.12" / "site-packages"
    dist = site / "evil_plugin-1.0.dist-info"
    dist.mkdir(parents=True)
    (root / "tests").mkdir()
    for path in ("conftest.py", "setup.py", "tests/conftest.py", "tests/__init__.py", "sitecustomize.py"):
        (root / path).write_text(bomb)
    (site / "evil_plugin.py").write_text(bomb + "import pytest\n@pytest.fixture\ndef evil(): ...\n")
    (site / "evil.pth").write_text(bomb)
    (site / "__editable___evil_finder.py").write_text(bomb + "MAPPING = {}\n")
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: evil-plugin\nVersion: 1.0\n")
    (dist / "entry_points.txt").write_text("[pytest11]\nevil = evil_plugin\n")
    (root / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.1\n")
    interpreter = root / ".venv" / "bin" / "python"
    interpreter.parent.mkdir()
    interpreter.write_text(f"#!/bin/sh\necho executed > '{marker}'\n")
    interpreter.chmod(interpreter.stat().st_mode | stat.S_IXUSR)
    (root / "pytest.ini").write_text("[pytest]\naddopts = -p evil_plugin\n")
    (root / "tests" / "test_it.py").write_text(bomb + "async def test_never_runs(evil): ...\n")


def test_no_command_executes_anything_of_the_project(tmp_path: Path) -> None:
    project, marker = tmp_path / "project", tmp_path / "marker"
    project.mkdir()
    plant(project, marker)
    for command in (["check"], ["check", "--fix", "--unsafe-fixes"], ["config"], ["fixtures", "--format", "json"]):
        done = loopscope(*command, cwd=project)
        assert done.returncode in (0, 1), done.stderr
        assert not marker.exists(), f"{command} executed something"
    fixtures = json.loads(done.stdout)["tests"][0]["fixtures"]
    assert fixtures["evil"]["file"].endswith("evil_plugin.py"), "the plugin was not even read: the test shows nothing"
