"""Files that note what was looked at, so that a later process can tell whether all of it is as it was."""

import os
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from loopscope.host.files import DiskFiles, Mark, mark_from
from loopscope.text.files import Entry, Unreadable


class Witness:
    """`Files` of the disk that remember how each file and folder was when it was first looked at. For any thread."""

    def __init__(self, disk: DiskFiles) -> None:
        self._disk = disk
        self._marks: dict[str, Mark] = {}

    @property
    def marks(self) -> Mapping[str, Mark]:
        """What was looked at so far, and how it was."""
        return self._marks.copy()

    def allow(self, roots: Iterable[PurePath]) -> None:
        """`DiskFiles.allow`."""
        self._disk.allow(roots)

    def read(self, path: PurePath) -> str | Unreadable:
        """`DiskFiles.read`."""
        self._note(path)
        return self._disk.read(path)

    def is_file(self, path: PurePath) -> bool:
        """`DiskFiles.is_file`: what a folder holds changes with the folder."""
        self._note(path.parent)
        return self._disk.is_file(path)

    def is_dir(self, path: PurePath) -> bool:
        """`DiskFiles.is_dir`."""
        self._note(path.parent)
        return self._disk.is_dir(path)

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        """`DiskFiles.entries`."""
        self._note(path)
        return self._disk.entries(path)

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        """`DiskFiles.subfolders`."""
        self._note(path)
        return self._disk.subfolders(path, beginning)

    def forget(self, path: PurePath) -> None:
        """`DiskFiles.forget`: from here on another state of `path`, what is below it and its folder counts."""
        self._disk.forget(path)
        gone, below = os.fspath(path), os.path.join(path, "")
        for each in [each for each in self.marks if each == gone or each.startswith(below)]:
            self._marks.pop(each, None)
        self._marks.pop(os.fspath(path.parent), None)

    def _note(self, path: PurePath) -> None:
        place = os.fspath(path)
        if place not in self._marks:
            # Before it is looked at: what changes in between must not go unnoticed.
            self._marks[place] = mark_of(place)


def mark_of(place: str) -> Mark:
    """How a file or folder is now, after links."""
    try:
        return mark_from(os.stat(place))
    except (OSError, ValueError):
        return None


def unchanged(marks: Mapping[str, Mark]) -> bool:
    """Whether everything is as it was marked."""
    return all(mark_of(place) == mark for place, mark in marks.items())
