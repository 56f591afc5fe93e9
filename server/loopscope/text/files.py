"""How the pure layers read files: a protocol that the host (disk plus open editors) and tests (dicts) fulfil."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple, Protocol


class Unreadable(NamedTuple):
    """Why a file has no text: it is missing, binary, too large, not UTF-8, or access was denied."""

    reason: str


class Entry(NamedTuple):
    """One name in a directory."""

    name: str
    is_dir: bool


class Files(Protocol):
    """Read access to the files that an analysis may look at. Paths are absolute."""

    def read(self, path: PurePath) -> str | Unreadable:
        """The decoded text of a file (line ends as they are), or why there is none. Never raises."""
        ...

    def is_file(self, path: PurePath) -> bool:
        """Whether `path` is an existing file (or an open, unsaved document)."""
        ...

    def is_dir(self, path: PurePath) -> bool:
        """Whether `path` is an existing directory."""
        ...

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        """The names in a directory, sorted; empty when it is missing or may not be listed."""
        ...

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        """The names of the directories among `entries` that begin so: who asks depends on no others."""
        ...


def folders_among(entries: Iterable[Entry], beginning: str) -> tuple[str, ...]:
    """`Files.subfolders`, of what is in a directory."""
    return tuple(entry.name for entry in entries if entry.is_dir and entry.name.startswith(beginning))
