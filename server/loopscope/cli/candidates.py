"""Which files `loopscope check` looks at."""

import mmap
import os
from collections.abc import Iterable
from pathlib import Path, PurePath

from loopscope.cli.project import Project
from loopscope.config.loaders import CONFIG_NAMES
from loopscope.config.patterns import path_matches_patterns
from loopscope.config.settings import SETTINGS_FILE
from loopscope.host.walk import iter_python_files

_WORD = b"pytest"


def files_to_check(project: Project) -> tuple[PurePath, ...]:
    """The files below the asked paths that pytest reads: tests, conftests, modules that mention pytest, configuration.

    A file named on the command line is always looked at. Configuration files come first.
    """
    python: dict[PurePath, None] = {}
    for path in project.paths:
        if Path(path).is_dir():
            found = iter_python_files(path, exclude=_excluded(project))
            python.update(dict.fromkeys(each for each in found if _concerns_pytest(project, each)))
        else:
            python[path] = None
    return tuple(dict.fromkeys((*_configuration(project, python), *python)))


def _excluded(project: Project) -> tuple[str, ...]:
    return tuple(pattern.value for pattern in project.settings.exclude.value)


def _concerns_pytest(project: Project, path: PurePath) -> bool:
    if path.name == "conftest.py":
        return True
    patterns = project.snapshot.config(path).python_files.value
    return path_matches_patterns(path, patterns) or _mentions(path)


def _mentions(path: PurePath) -> bool:
    """Whether a file holds the word "pytest": such a module may define fixtures."""
    try:
        with open(path, "rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return False
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return content.find(_WORD) >= 0
    except (OSError, ValueError):
        return False


def _configuration(project: Project, python: Iterable[PurePath]) -> list[PurePath]:
    """The configuration files in the folders of the tests and above them, up to the root."""
    folders: dict[PurePath, None] = {project.root: None}
    for path in python:
        folder = path.parent
        while folder not in folders and folder.is_relative_to(project.root):
            folders[folder] = None
            folder = folder.parent
    asked = [path for path in project.paths if path.name in (*CONFIG_NAMES, SETTINGS_FILE)]
    if not any(Path(path).is_dir() for path in project.paths):
        return asked
    files = project.snapshot.files
    return [
        folder / name
        for folder in sorted(folders)
        for name in (*CONFIG_NAMES, SETTINGS_FILE)
        if files.is_file(folder / name)
    ]
