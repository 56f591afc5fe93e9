"""What was learnt of a file, kept between runs by content: one small file per entry in the user's cache directory.

One file per entry, and not a database or a pack: several servers and command lines share the directory without locks,
a broken entry costs only itself, and 60 entries are read in a few milliseconds.
"""

import contextlib
import importlib
import io
import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import PurePath
from time import time
from typing import NamedTuple

import loopscope

_FORMAT = 1
_DIGEST = 16
_DAY = 86_400
_SWEEPING = "00"
"""Entries in this subdirectory start a sweep when they are written: one in 256. A sweep looks at all entries."""
_MEMORY_ENTRIES = 2_000
_ALLOWED_MODULES = ("loopscope.facts", "loopscope.text")
_ALLOWED_BUILTINS = frozenset({"bytearray", "complex", "frozenset", "range", "set", "slice"})
# Another version of these packages may have learnt something else from the same text.
_LEARNT_BY = ("facts", "syntax", "text")
_FOUND_BY = ("cli", "config", "engine", "host", "lsp", "rules", "rules/support", "workspace", "workspace/inference")


class Cache:
    """Objects of `loopscope.facts` and `loopscope.text` by key. For any thread and any number of processes.

    Entries that cannot be read or are corrupt count as absent and are removed. With `directory` None, or one that
    cannot be written, entries live in memory as long as the object.
    """

    def __init__(self, directory: PurePath | None, *, max_bytes: int = 64_000_000) -> None:
        """`directory` is that of one format; all formats beside it together keep about below `max_bytes`."""
        self._directory = directory
        self._max_bytes = max_bytes
        self._memory: dict[bytes, object] = {}

    def get(self, key: bytes) -> object | None:
        """The object stored under `key`, or None."""
        if self._memory and key in self._memory:
            return self._memory[key]
        if self._directory is None:
            return None
        path = self._path(self._directory, key)
        try:
            with open(path, "rb", buffering=0) as file:
                data = file.read()
                age = time() - os.fstat(file.fileno()).st_mtime
        except OSError:
            return None
        payload = data[_DIGEST:]
        if data[:_DIGEST] != _digest(payload):
            _discard(path)
            return None
        try:
            value: object = _Unpickler(io.BytesIO(payload)).load()
        except Exception:  # noqa: BLE001  pickle documents that broken data can make it raise nearly anything
            _discard(path)
            return None
        if age > _DAY:
            with contextlib.suppress(OSError):
                os.utime(path)
        return value

    def put(self, key: bytes, value: object) -> None:
        """Store `value` under `key`, written at once and atomically. A full or read-only disk is no error."""
        if self._directory is not None:
            payload = pickle.dumps(value, protocol=5)
            if self._write(self._directory, key, _digest(payload) + payload):
                return
        self._memory[key] = value
        while len(self._memory) > _MEMORY_ENTRIES:
            self._memory.pop(next(iter(self._memory)), None)

    def _write(self, directory: PurePath, key: bytes, data: bytes) -> bool:
        path = self._path(directory, key)
        temporary = path.with_name(f".{os.urandom(8).hex()}")
        try:
            os.makedirs(path.parent, mode=0o700, exist_ok=True)
            with open(temporary, "xb", buffering=0) as file:
                file.write(data)
            os.replace(temporary, path)
        except OSError:
            _discard(temporary)
            return False
        if path.parent.name == _SWEEPING:
            # The directory above holds the entries of other releases too: all together stay about below the bound.
            _sweep(directory.parent, self._max_bytes)
        return True

    @staticmethod
    def _path(directory: PurePath, key: bytes) -> PurePath:
        name = blake2b(key, digest_size=20).hexdigest()
        return directory / name[:2] / name[2:]


def open_cache(environ: Mapping[str, str], *, platform: str = sys.platform) -> Cache:
    """The user's cache of this release of loopscope under this Python; `environ` is the process environment."""
    base = cache_directory(environ, platform=platform)
    return Cache(
        None
        if base is None
        else base / f"{_FORMAT}-{_fingerprint(_LEARNT_BY)}-py{sys.version_info[0]}.{sys.version_info[1]}"
    )


def cache_directory(environ: Mapping[str, str], *, platform: str = sys.platform) -> PurePath | None:
    """Where loopscope keeps what it may lose: XDG_CACHE_HOME, LOCALAPPDATA or ~/Library/Caches; None without a home."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if platform == "win32":
        base = environ.get("LOCALAPPDATA") or (home and f"{home}/AppData/Local")
    elif platform == "darwin":
        base = environ.get("XDG_CACHE_HOME") or (home and f"{home}/Library/Caches")
    else:
        base = environ.get("XDG_CACHE_HOME") or (home and f"{home}/.cache")
    return PurePath(base, "loopscope") if base and os.path.isabs(base) else None


def rules_fingerprint() -> str:
    """Differs whenever other findings may come from the same facts: of another release, or edited in a checkout."""
    return _fingerprint(_FOUND_BY)


def content_key(*parts: bytes | str) -> bytes:
    """A key for what was learnt from these parts: 20 bytes, others if any part differs. Takes lone surrogates."""
    digest = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()


class _Unpickler(pickle.Unpickler):
    """Builds plain containers and loopscope's own data classes, nothing else.

    Unpickling calls whatever the data names, and the cache directory may be shared, restored from elsewhere or tampered
    with. Without this, who can write there could run code in the editor's server.
    """

    # Pickle names `...` as it names classes.
    known: dict[tuple[str, str], object] = {("builtins", "Ellipsis"): ...}  # noqa: RUF012  shared: nothing in it changes

    def find_class(self, module_name: str, global_name: str, /) -> object:
        """The class of that name, if it is allowed and defined just there; raises UnpicklingError otherwise."""
        found = self.known.get((module_name, global_name))
        if found is None:
            found = self.known[module_name, global_name] = _allowed(module_name, global_name)
        return found


def _allowed(module: str, name: str) -> type:
    if (module == "builtins" and name in _ALLOWED_BUILTINS) or _is_own(module):
        value: object = getattr(importlib.import_module(module), name, None)
        if isinstance(value, type) and value.__module__ == module:
            return value
    raise pickle.UnpicklingError(f"{module}.{name} has no place in the cache")


def _is_own(module: str) -> bool:
    return any(module == allowed or module.startswith(f"{allowed}.") for allowed in _ALLOWED_MODULES)


def _digest(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=_DIGEST).digest()


def _fingerprint(packages: Iterable[str]) -> str:
    """Differs whenever the code of these packages may differ: of another release, or edited in a checkout."""
    package = os.path.dirname(loopscope.__file__)
    installed = _record(os.path.dirname(package))
    stamps = [loopscope.__version__]
    for name in packages if installed is None else ():
        with contextlib.suppress(OSError), os.scandir(os.path.join(package, name)) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    stamps.append(f"{name}/{entry.name} {status.st_size} {status.st_mtime_ns}")
    return blake2b(installed or "\n".join(stamps).encode(), digest_size=6).hexdigest()


def _record(site: str) -> bytes | None:
    """What the installer says of every file of loopscope, with digests: the same when CI installs it anew each time.

    None where it is not installed there, as in a checkout.
    """
    try:
        with open(os.path.join(site, f"loopscope-{loopscope.__version__}.dist-info", "RECORD"), "rb") as file:
            return file.read()
    except OSError:
        return None


def _discard(path: PurePath) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


class _Stored(NamedTuple):
    used: float
    size: int
    path: str


def _sweep(directory: PurePath, max_bytes: int) -> None:
    """Remove the entries that were used longest ago until three quarters of `max_bytes` are left, if there are more."""
    stored = sorted(_stored(directory))
    total = sum(entry.size for entry in stored)
    if total <= max_bytes:
        return
    for entry in stored:
        if total <= max_bytes * 3 // 4:
            break
        _discard(PurePath(entry.path))
        with contextlib.suppress(OSError):  # only empty directories go
            os.removedirs(os.path.dirname(entry.path))
        total -= entry.size


def _stored(directory: PurePath) -> Iterator[_Stored]:
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                status = os.stat(path)
                yield _Stored(status.st_mtime, status.st_size, path)
