"""What was looked at is noted, and whether it is still as it was."""

from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from loopscope.host.files import DiskFiles
from loopscope.host.noted import NotedFiles, changed
from loopscope.workspace.looks import Looks

LOOKS: dict[str, Callable[[NotedFiles, PurePath], object]] = {
    "read": lambda files, root: files.read(root / "a.py"),
    "read what is missing": lambda files, root: files.read(root / "new.py"),
    "is_file": lambda files, root: files.is_file(root / "new.py"),
    "is_dir": lambda files, root: files.is_dir(root / "test_new"),
    "entries": lambda files, root: files.entries(root),
    "subfolders": lambda files, root: files.subfolders(root, "test"),
}
CHANGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "nothing": (lambda _: None, set()),
    "another text": (lambda root: (root / "a.py").write_text("b"), {"read"}),
    "a new file": (lambda root: (root / "new.py").touch(), {"read what is missing", "is_file", "entries"}),
    "a new folder": (lambda root: (root / "test_new").mkdir(), {"is_dir", "entries", "subfolders"}),
    "a folder of another name": (lambda root: (root / "build").mkdir(), {"entries"}),
    "what a tool leaves": (lambda root: (root / "__pycache__").mkdir(), set()),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_what_is_not_as_it_was(tmp_path: Path, change: Callable[[Path], object], expected: set[str]) -> None:
    (tmp_path / "a.py").write_text("a")
    looks = Looks()
    files = NotedFiles(DiskFiles([tmp_path]), looks)
    for look in LOOKS.values():
        look(files, tmp_path)
    change(tmp_path)
    bits, _ = changed(DiskFiles([tmp_path]), files.seen)
    assert {name for number, name in enumerate(LOOKS) if bits >> number & 1} == expected


def test_bits_are_those_of_the_looks(tmp_path: Path) -> None:
    looks = Looks()
    files = NotedFiles(DiskFiles([tmp_path]), looks)
    files.read(tmp_path / "a.py")
    looks.seen = 0
    files.is_file(tmp_path / "b.py")
    files.is_file(tmp_path / "b.py")
    assert looks.seen == 0b10
    assert [Path(each.path).name for each in files.seen] == ["a.py", "b.py"]


def test_what_is_remembered_carries_what_it_came_from(tmp_path: Path) -> None:
    looks, memo = Looks(), dict[str, tuple[object, int]]()
    files = NotedFiles(DiskFiles([tmp_path]), looks)
    for _ in range(2):
        looks.seen = 0
        looks.remembered(memo, "a", lambda name: files.read(tmp_path / name))
        assert looks.seen == 0b1


def test_what_was_read_before_it_is_noted_has_the_mark_of_its_own_time(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("a")
    disk = DiskFiles([tmp_path], at_rest=True)
    disk.read(path)
    path.write_text("other")
    files = NotedFiles(disk, Looks())
    assert files.read(path) == "a"
    bits, _ = changed(DiskFiles([tmp_path]), files.seen)
    assert bits == 0b1
