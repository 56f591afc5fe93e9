"""pytest's own matching of files, classes and functions."""

import fnmatch
from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePath, PureWindowsPath


def fnmatch_ex(pattern: str, path: PurePath) -> bool:
    """Whether a path matches a glob: its name, or the whole path when the pattern holds a separator.

    Mirrors `fnmatch_ex` in `_pytest/pathlib.py`; the path's own flavour decides about separators and case.
    """
    windows = isinstance(path, PureWindowsPath)
    sep = "\\" if windows else "/"
    if windows and sep not in pattern:
        pattern = pattern.replace("/", sep)
    if sep not in pattern:
        name = path.name
    else:
        name = str(path)
        if path.is_absolute() and not type(path)(pattern).is_absolute():
            pattern = f"*{sep}{pattern}"
    if windows:
        name, pattern = name.lower(), pattern.lower()
    return fnmatch.fnmatchcase(name, pattern)


def path_matches_patterns(path: PurePath, patterns: Iterable[str]) -> bool:
    """Whether any of the globs (`python_files`) matches. Mirrors `path_matches_patterns` in `_pytest/python.py`."""
    return any(fnmatch_ex(pattern, path) for pattern in patterns)


def matches_prefix_or_glob(name: str, options: Iterable[str]) -> bool:
    """Whether a name starts with, or matches as a glob, one of `python_classes` or `python_functions`.

    Mirrors `PyCollector._matches_prefix_or_glob_option` in `_pytest/python.py`.
    """
    given = tuple(options)
    return name.startswith(given) or any(fnmatch.fnmatchcase(name, glob) for glob in _globs(given))


@lru_cache(maxsize=64)
def _globs(options: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([option for option in options if any(sign in option for sign in "*?[")])
