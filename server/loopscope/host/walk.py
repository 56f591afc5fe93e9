"""The Python files below a directory that pytest might collect, found fast and once each."""

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import lru_cache
from pathlib import PurePath

from loopscope.config.patterns import path_matches_patterns

NORECURSE = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
"""The directories that pytest does not enter unless `norecursedirs` says otherwise (`_pytest/main.py`)."""


_MARKERS = frozenset({"pyvenv.cfg", "conda-meta"})


def iter_python_files(
    root: PurePath, *, exclude: Sequence[str] = (), norecurse: Sequence[str] = NORECURSE
) -> Iterator[PurePath]:
    """The `.py` files below `root`, a directory's files before its subdirectories, each sorted by name.

    Left out: directories that match `norecurse` (a name, or a path when the pattern has a separator, as pytest
    matches), `__pycache__`, virtual and conda environments, and what `exclude` names: patterns over the path below
    `root` with `/`, where `**` crosses directories
    and a pattern without `/` means a file or directory of that name anywhere. Links to directories are not followed, so
    there are no cycles and no file twice; links to files count. What may not be listed is passed over.

    `.gitignore` is not read: pytest collects ignored files all the same, and what is ignored for its size
    (environments, build output, node_modules) is left out by the rules above.
    """
    excluded = _matcher(tuple(exclude))
    skipped = _names(tuple(pattern for pattern in norecurse if os.sep not in pattern))
    skipped_paths = tuple(pattern for pattern in norecurse if os.sep in pattern)
    pending: list[tuple[str, str]] = [(os.fspath(root), "")]
    while pending:
        folder, below = pending.pop()
        files: list[str] = []
        folders: list[tuple[str, str]] = []
        if skipped_paths and below and path_matches_patterns(PurePath(folder), skipped_paths):
            continue
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if below and name in _MARKERS:
                        files, folders = [], []
                        break
                    if entry.is_dir(follow_symlinks=False):
                        if name != "__pycache__" and not skipped(name) and not excluded(below + name):
                            folders.append((entry.path, f"{below}{name}/"))
                    elif name.endswith(".py") and not excluded(below + name) and _is_file(entry):
                        files.append(entry.path)
        except OSError:
            pass  # what was listed before the error still counts
        yield from map(PurePath, sorted(files))
        pending.extend(sorted(folders, reverse=True))


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself
        return False


class _Matcher:
    def __init__(self, pattern: str) -> None:
        self._match = re.compile(pattern).match if pattern else None

    def __call__(self, text: str) -> bool:
        return self._match is not None and self._match(text) is not None


@lru_cache(maxsize=64)
def _names(patterns: tuple[str, ...]) -> _Matcher:
    return _Matcher("|".join(map(translate, patterns)))


@lru_cache(maxsize=64)
def _matcher(patterns: tuple[str, ...]) -> _Matcher:
    return _Matcher("|".join(filter(None, map(_glob, patterns))))


def _glob(pattern: str) -> str:
    """A regular expression for a path below the root, from a glob whose `*` stays within one directory."""
    anchored = pattern.strip("/")
    if not anchored:
        return ""
    parts = ["" if "/" in pattern.rstrip("/") else "(?:.*/)?"]
    index = 0
    while index < len(anchored):
        if anchored.startswith("**/", index):
            parts.append("(?:.*/)?")
            index += 3
        elif anchored.startswith("**", index):
            parts.append(".*")
            index += 2
        else:
            character = anchored[index]
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character)))
            index += 1
    return f"(?s:{''.join(parts)})\\Z"
