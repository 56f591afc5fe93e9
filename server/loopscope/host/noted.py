"""Files of the disk that note what was looked at and how it was, so that a later process can tell what has changed."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import NamedTuple

from loopscope.host.files import DiskFiles, Mark
from loopscope.host.witness import mark_of
from loopscope.text.files import Entry, Unreadable
from loopscope.workspace.looks import Looks

_TEXT, _FILE, _FOLDER, _NAMES = "text", "file", "folder", "names"
_FOLDERS = "folders "
"""Followed by the beginning of their names."""
_COME_AND_GO = frozenset(
    ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".coverage", ".DS_Store")
)
"""Names that tools leave in folders, and that mean nothing to pytest."""


class Seen(NamedTuple):
    """How something was when it was first looked at: of a text its mark and its digest, else whether it was there."""

    kind: str
    path: str
    mark: Mark
    state: bytes


_NOT_READ = Seen(_FILE, "", None, b"")
"""Of what was asked about and never read: it differs from whatever there is."""


class NotedFiles:
    """`DiskFiles` that note each look. For one thread."""

    def __init__(self, disk: DiskFiles, looks: Looks) -> None:
        self.disk = disk
        self._looks = looks
        self._seen: dict[object, Seen] = {}

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Everything that was looked at, in the order of the bits of `Looks`."""
        return tuple(self._seen.get(look, _NOT_READ) for look in self._looks.numbers)

    def read(self, path: PurePath) -> str | Unreadable:
        """`DiskFiles.read`."""
        self._looks.note(path)
        if path in self._seen:
            return self.disk.read(path)
        text, mark = self.disk.read_marked(path)
        self._seen[path] = Seen(_TEXT, str(path), mark, _digest_of(text))
        return text

    def is_file(self, path: PurePath) -> bool:
        """`DiskFiles.is_file`."""
        found = self.disk.is_file(path)
        self._note(_FILE, path, _yes_or_no(found))
        return found

    def is_dir(self, path: PurePath) -> bool:
        """`DiskFiles.is_dir`."""
        found = self.disk.is_dir(path)
        self._note(_FOLDER, path, _yes_or_no(found))
        return found

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        """`DiskFiles.entries`."""
        found = self.disk.entries(path)
        self._note(_NAMES, path, None if (_NAMES, path) in self._seen else _digest_of_names(found))
        return found

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        """`DiskFiles.subfolders`."""
        found = self.disk.subfolders(path, beginning)
        self._note(_FOLDERS + beginning, path, "\0".join(found).encode("utf-8", "surrogatepass"))
        return found

    def _note(self, kind: str, path: PurePath, state: bytes | None) -> None:
        self._looks.note((kind, path))
        if state is not None and (kind, path) not in self._seen:
            self._seen[kind, path] = Seen(kind, str(path), None, state)


def changed(disk: DiskFiles, seen: Sequence[Seen]) -> tuple[int, list[Seen]]:
    """What is not as it was, as bits; and everything as it is now: a text may be the same in a file that is newer.

    The bits are those of `Looks`, whose looks `seen` are.
    """
    bits, now = 0, list[Seen]()
    for number, each in enumerate(seen):
        current = _now(disk, each)
        now.append(current)
        if current.state != each.state:
            bits |= 1 << number
    return bits, now


def _now(disk: DiskFiles, seen: Seen) -> Seen:
    path = PurePath(seen.path)
    match seen.kind:
        case "text":
            if mark_of(seen.path) == seen.mark is not None:
                return seen
            text, mark = disk.read_marked(path)
            return seen._replace(mark=mark, state=_digest_of(text))
        case "file":
            return seen._replace(state=_yes_or_no(disk.is_file(path)))
        case "folder":
            return seen._replace(state=_yes_or_no(disk.is_dir(path)))
        case "names":
            return seen._replace(state=_digest_of_names(disk.entries(path)))
        case kind:
            found = disk.subfolders(path, kind.removeprefix(_FOLDERS))
            return seen._replace(state="\0".join(found).encode("utf-8", "surrogatepass"))


def _yes_or_no(found: bool) -> bytes:
    return b"yes" if found else b"no"


def _digest_of(text: str | Unreadable) -> bytes:
    content = f"unreadable: {text.reason}" if isinstance(text, Unreadable) else text
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _digest_of_names(entries: Iterable[Entry]) -> bytes:
    names = "\0".join([f"{entry.name}\1{entry.is_dir}" for entry in entries if entry.name not in _COME_AND_GO])
    return hashlib.blake2b(names.encode("utf-8", "surrogatepass"), digest_size=16).digest()
