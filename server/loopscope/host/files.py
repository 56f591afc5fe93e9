"""The files of the disk, and over them an editor's open documents. Reading never hangs, raises or leaves its roots."""

import os
import stat
import threading
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from loopscope.host.decode import decode
from loopscope.text.files import Entry, Files, Unreadable, folders_among

MAX_BYTES = 5_000_000
"""Larger files are refused unless told otherwise: no test file written by hand comes near."""

MEMO_BYTES = 16_000_000
_LEAST = 4096
"""So many bytes are read at least at once."""
_PYTHON_SUFFIXES = (".py", ".pyi", ".pyw")

Mark: TypeAlias = tuple[int, ...] | None
"""How a file or folder was found: times, size and identity; None when there was nothing."""


class _Remembered(NamedTuple):
    mark: Mark
    content: str | Unreadable
    size: int


class DiskFiles:
    """`Files` of the disk, for any thread.

    A path inside one of `roots` is read only when it also *is* there once symbolic links are resolved, so that a link
    in a workspace opens nothing outside. A path that does not lead through a root is read unless it is a link itself.
    """

    def __init__(
        self,
        roots: Iterable[PurePath],
        *,
        max_bytes: int = MAX_BYTES,
        memo_bytes: int = MEMO_BYTES,
        at_rest: bool = False,
    ) -> None:
        """`roots` are the workspace folders, and what `host.environment.readable_roots` says of their environments.

        Texts of about `memo_bytes` are remembered, those read last; `at_rest`, where nothing that was read changes
        as long as anybody asks, without another look at their files.
        """
        self._at_rest = at_rest
        self._most_remembered = memo_bytes
        self._max_bytes = max_bytes
        self._roots: tuple[str, ...] = ()
        self._memo: dict[PurePath, _Remembered] = {}
        self._folders: dict[PurePath, tuple[tuple[int, int], bool]] = {}
        self._memo_bytes = 0
        self._lock = threading.Lock()
        self.allow(roots)

    def allow(self, roots: Iterable[PurePath]) -> None:
        """Let links lead into these directories too (environments found later, a rootdir above the workspace)."""
        real = (os.path.realpath(root) for root in roots)
        with self._lock:
            self._roots = tuple(dict.fromkeys((*self._roots, *real)))
            self._folders.clear()
            refused = [path for path, known in self._memo.items() if isinstance(known.content, Unreadable)]
            for path in refused:
                self._drop(path)

    def read(self, path: PurePath) -> str | Unreadable:
        """The text of a regular file, or why there is none. Read anew when its size, time or identity changed."""
        return self.read_marked(path)[0]

    def read_marked(self, path: PurePath) -> tuple[str | Unreadable, Mark]:
        """The same, and how the file was when that was read."""
        known = self._memo.get(path)
        if known is not None and self._at_rest:
            return known.content, known.mark
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            return Unreadable(_reason(error, path)), None
        mark = mark_from(status)
        if known is not None and known.mark == mark:
            return known.content, mark
        content = self._load(path, status)
        self._remember(path, _Remembered(mark, content, status.st_size if isinstance(content, str) else 0))
        return content, mark

    def is_file(self, path: PurePath) -> bool:
        """Whether `path` is a regular file, after links."""
        return os.path.isfile(path)

    def is_dir(self, path: PurePath) -> bool:
        """Whether `path` is a directory, after links."""
        return os.path.isdir(path)

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        """The names in a directory, sorted; empty when it is missing, may not be listed, or leads out of the roots."""
        try:
            if not self._folder_stays(path):
                return ()
            with os.scandir(path) as found:
                return tuple(sorted(Entry(entry.name, _is_dir(entry)) for entry in found))
        except (OSError, ValueError):
            return ()

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        """The names of the directories in a directory that begin so."""
        return folders_among(self.entries(path), beginning)

    def forget(self, path: PurePath) -> None:
        """Read `path` anew next time, and all below it: an editor or a watcher said that it changed."""
        with self._lock:
            for known in [known for known in self._memo if known.is_relative_to(path)]:
                self._drop(known)

    def _load(self, path: PurePath, status: os.stat_result) -> str | Unreadable:
        if not stat.S_ISREG(status.st_mode):
            return Unreadable(f"is {_kind(status.st_mode)}, not a file")
        if status.st_size > self._max_bytes:
            return Unreadable(f"is too large ({status.st_size:,} bytes; the limit is {self._max_bytes:,})")
        try:
            stays = self._stays(path)
        except OSError as error:
            return Unreadable(_reason(error, path))
        if not stays:
            return Unreadable("is a symbolic link that leads out of the workspace and its environment")
        data = read_regular(path, self._max_bytes)
        if isinstance(data, Unreadable):
            return data
        decoded = decode(data, is_python=path.suffix in _PYTHON_SUFFIXES)
        return decoded if isinstance(decoded, Unreadable) else decoded.text

    def _stays(self, path: PurePath) -> bool:
        if os.path.islink(path):
            return self._in_roots(os.path.realpath(path))
        return self._folder_stays(path.parent)

    def _folder_stays(self, folder: PurePath) -> bool:
        """Whether what lies in a directory may be read; remembered as long as the path leads to the same directory."""
        status = os.stat(folder)
        key = (status.st_ino, status.st_dev)
        known = self._folders.get(folder)
        if known is not None and known[0] == key:
            return known[1]
        real = os.path.realpath(folder)
        stays = self._in_roots(real) or not self._lured(folder, real)
        self._folders[folder] = (key, stays)
        return stays

    def _lured(self, folder: PurePath, real: str) -> bool:
        """Whether the way to a directory outside leads through a root, so that a link there must have led it out.

        Others were asked for by their own name, such as that of a config file above the workspace.
        """
        plain = os.path.abspath(folder)
        if real != os.path.realpath(plain):  # `link/..` is not where it seems
            return True
        return any(self._in_roots(os.path.realpath(above)) for above in (PurePath(plain), *PurePath(plain).parents))

    def _in_roots(self, real: str) -> bool:
        return any(_inside(real, root) for root in self._roots)

    def _remember(self, path: PurePath, remembered: _Remembered) -> None:
        with self._lock:
            self._drop(path)
            self._memo[path] = remembered
            self._memo_bytes += remembered.size
            while self._memo_bytes > self._most_remembered:
                self._drop(next(iter(self._memo)))

    def _drop(self, path: PurePath) -> None:
        known = self._memo.pop(path, None)
        if known is not None:
            self._memo_bytes -= known.size


class OverlayFiles:
    """`base` with some texts in front of it: the open documents of an editor, saved or not."""

    def __init__(self, base: Files, documents: Mapping[PurePath, str]) -> None:
        """`documents` maps absolute paths to texts; it is copied."""
        self._base = base
        self._documents = dict(documents)
        self._folders: dict[PurePath, set[Entry]] = {}
        for path in self._documents:
            child, is_dir = path, False
            for folder in path.parents:
                self._folders.setdefault(folder, set()).add(Entry(child.name, is_dir))
                child, is_dir = folder, True

    def read(self, path: PurePath) -> str | Unreadable:
        """The open document's text, else what `base` has."""
        text = self._documents.get(path)
        return self._base.read(path) if text is None else text

    def is_file(self, path: PurePath) -> bool:
        """Whether `path` is open, or a file of `base`."""
        return path in self._documents or self._base.is_file(path)

    def is_dir(self, path: PurePath) -> bool:
        """Whether `path` holds an open document, or is a directory of `base`."""
        return path in self._folders or self._base.is_dir(path)

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        """The names in a directory of `base` and those of open documents, sorted."""
        on_disk = self._base.entries(path)
        opened = self._folders.get(path)
        if not opened:
            return on_disk
        names = {entry.name for entry in on_disk}
        return tuple(sorted((*on_disk, *(entry for entry in opened if entry.name not in names))))

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        """The names of the directories among these that begin so."""
        return folders_among(self.entries(path), beginning)


def mark_from(status: os.stat_result) -> Mark:
    """The mark of what has this status."""
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev


def read_regular(path: PurePath, max_bytes: int) -> bytes | Unreadable:
    """The bytes of a regular file of at most `max_bytes`, or why not. Never blocks on a FIFO, never raises."""
    try:
        # Non-blocking, since the file may have become a FIFO after it was looked at.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb", buffering=0) as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Unreadable(f"is {_kind(status.st_mode)}, not a file")
            parts: list[bytes] = []
            left = max_bytes + 1
            # As much at once as there should be: room for the most that is read takes a while to get.
            size = max(status.st_size + 1, _LEAST)
            while left > 0 and (part := file.read(min(left, size))):
                parts.append(part)
                left -= len(part)
    except (OSError, ValueError) as error:
        return Unreadable(_reason(error, path))
    return b"".join(parts) if left > 0 else Unreadable(f"is too large (the limit is {max_bytes:,} bytes)")


def _inside(real: str, root: str) -> bool:
    return real == root or real.startswith(root if root.endswith(os.sep) else root + os.sep)


def _is_dir(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory"
    return "a named pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"


def _reason(error: Exception, path: PurePath) -> str:
    match error:
        case FileNotFoundError():
            return "is a symbolic link to nothing" if os.path.islink(path) else "does not exist"
        case PermissionError():
            return "may not be read (permission denied)"
        case IsADirectoryError():
            return "is a directory, not a file"
        case OSError():
            return f"cannot be read: {error.strerror or error}"
        case _:
            return f"has a name that no file can have: {error}"
