"""Calls on real libraries through fixtures: what misses its `await` is found, what is right is left alone."""

import hashlib
import sys
from functools import cache
from pathlib import Path

import pytest

from awaits.labels import FOLDERS, HELD_OUT, LABELLED, MOCKS, Line, labelled_lines
from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.host.environment import find_environment
from loopscope.host.files import DiskFiles
from loopscope.rules import RULES
from loopscope.rules.model import Group
from loopscope.workspace.snapshot import Snapshot
from support.prepared import HOME, made_once, run

PINS = Path(__file__).with_name("requirements.txt")
GROUPS = {
    LABELLED: (Group.AWAITING, Group.FIXTURES),
    HELD_OUT: (Group.AWAITING, Group.FIXTURES),
    MOCKS: (Group.AWAITING, Group.MOCKS),
}
FOUND_AT_LEAST = 0.9


@cache
def flagged(folder: Path) -> frozenset[tuple[Path, int]]:
    """The lines, by file, on which a rule about awaiting reports something, or about mocks."""
    selection = Selection(tuple(rule for rule in RULES if rule.meta.group in GROUPS[folder]))
    environment = find_environment(folder, str(_prefix()), {})
    snapshot = Snapshot(DiskFiles(environment.import_roots), [folder], lambda _: environment)
    found: set[tuple[Path, int]] = set()
    for path in sorted(folder.glob("*.py")):
        report = check_file(snapshot, path, selection)
        assert report.errors == ()
        text = path.read_text(encoding="utf-8")
        found.update((path, text.count("\n", 0, each.span.start) + 1) for each in report.findings)
    return frozenset(found)


def _prefix() -> Path:
    folder = HOME / "awaits"
    digest = hashlib.sha256(sys.version.encode() + PINS.read_bytes()).hexdigest()
    with made_once(folder, digest) as missing:
        if missing:
            uv = str(Path(sys.executable).with_name("uv"))
            trouble = "the environment of the labelled lines could not be made; is the package index reachable?"
            run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], trouble)
            python = str(folder / "bin" / "python")
            run([uv, "pip", "install", "--quiet", "--python", python, "-r", str(PINS)], trouble)
    return folder


def _is_flagged(line: Line) -> bool:
    return any((line.path, number) in flagged(line.path.parent) for number in line.lines)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_right_is_flagged(folder: Path) -> None:
    assert [line for line in labelled_lines(folder) if not line.missing and _is_flagged(line)] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_unlabelled_is_flagged(folder: Path) -> None:
    assert flagged(folder) <= {(line.path, number) for line in labelled_lines(folder) for number in line.lines}


@pytest.mark.parametrize(
    ("folder", "at_least"), [(LABELLED, 150), (HELD_OUT, 60), (MOCKS, 90)], ids=["labelled", "held out", "mocks"]
)
def test_nearly_all_that_is_missing_is_found(folder: Path, at_least: int) -> None:
    missing = [line for line in labelled_lines(folder) if line.missing]
    found = [line for line in missing if _is_flagged(line)]
    assert len(missing) >= at_least
    assert len(found) / len(missing) >= FOUND_AT_LEAST
