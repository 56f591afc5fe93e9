"""Paths without touching the disk: what `_pytest/pathlib.py` and `os.path` do with absolute paths."""

from collections.abc import Iterator
from pathlib import PurePath

from loopscope.text.files import Files


def absolute(base: PurePath, text: str) -> PurePath:
    """The path that `text` names when the working directory is `base`; `.` and `..` are resolved by name."""
    path = base / text
    parts: list[str] = []
    for part in path.parts[1:]:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
    return type(base)(path.anchor, *parts)


def upwards(path: PurePath) -> Iterator[PurePath]:
    """The path itself, then its parents up to the root."""
    yield path
    yield from path.parents


def is_root(path: PurePath) -> bool:
    """Whether a path is the root of its file system."""
    return path == path.parent


def exists(files: Files, path: PurePath) -> bool:
    """Whether there is a file or a folder."""
    return files.is_file(path) or files.is_dir(path)


def common_ancestor(files: Files, invocation_dir: PurePath, paths: Iterator[PurePath]) -> PurePath:
    """The deepest folder that holds all existing paths. Mirrors `get_common_ancestor` in findpaths.py."""
    found: PurePath | None = None
    for path in paths:
        if not exists(files, path):
            continue
        if found is None:
            found = path
        elif not path.is_relative_to(found):
            found = next(parent for parent in upwards(found) if path.is_relative_to(parent))
    if found is None:
        return invocation_dir
    return found.parent if files.is_file(found) else found


def shown_path(path: PurePath, base: PurePath) -> str:
    """A path for people: relative to `base` where it lies below it, with `/` on every system."""
    return (path.relative_to(base) if path.is_relative_to(base) else path).as_posix()
