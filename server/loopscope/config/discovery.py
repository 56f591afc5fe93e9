"""Which file configures pytest, and the rootdir: `determine_setup` of `_pytest/config/findpaths.py`."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

from loopscope.config.command_line import CommandLine
from loopscope.config.loaders import CONFIG_SUFFIXES, Loaded, Version, at_least, config_names, load
from loopscope.config.model import ConfigProblem, Origin, Sourced, problem_at
from loopscope.config.paths import absolute, common_ancestor, exists, is_root, upwards
from loopscope.text.files import Files


class Setup(NamedTuple):
    """What pytest settles before it reads options.

    `file` is the configuration in effect, `shadowed` the files beside it that hold pytest configuration without
    effect. `bare` marks a pyproject.toml that says nothing about pytest but fixes the rootdir.
    """

    rootdir: PurePath
    file: Loaded | None
    shadowed: tuple[PurePath, ...] = ()
    problems: tuple[ConfigProblem, ...] = ()
    bare: bool = False


def determine_setup(
    files: Files, invocation_dir: PurePath, command_line: CommandLine, version: Version | None = None
) -> Setup:
    """The rootdir and the configuration of `pytest` run in `invocation_dir`. Never raises: usage errors are problems.

    `command_line` is PYTEST_ADDOPTS followed by the arguments; `version` None stands for the newest pytest.
    """
    dirs = _dirs_of(files, invocation_dir, command_line.paths)
    inifile = command_line.last("--config-file")
    if inifile is not None and inifile.value:
        setup = _explicit(files, invocation_dir, dirs, inifile, version)
    else:
        setup = _discovered(files, invocation_dir, dirs, version)
    rootdir = command_line.last("--rootdir")
    if rootdir is None or not rootdir.value:
        return setup
    path = absolute(invocation_dir, rootdir.value)
    if files.is_dir(path):
        return setup._replace(rootdir=path)
    message = f"Directory '{path}' not found. Check the '--rootdir' option."
    problem = problem_at(rootdir.origin, message, "missing-path", fatal=True)
    return setup._replace(problems=(*setup.problems, problem))


def config_in(files: Files, folder: PurePath, version: Version | None = None) -> Setup | None:
    """The configuration file of one folder, or None when none of its files counts."""
    names = config_names(version)
    passed: list[ConfigProblem] = []
    for index, name in enumerate(names):
        path = folder / name
        if not files.is_file(path):
            continue
        loaded = load(files, path, version)
        if not loaded.counts:
            passed += loaded.problems
            continue
        others = [load(files, folder / other, version) for other in names[index + 1 :] if files.is_file(folder / other)]
        problems = [problem for other in others for problem in other.problems]
        if not at_least(version, 9):  # Older versions do not open the files that they ignore.
            problems = [problem for problem in problems if not problem.fatal]
        shadowed = tuple(other.path for other in others if other.counts)
        problems += (_hidden(other, loaded) for other in others if other.values)
        return Setup(folder, loaded, shadowed, (*passed, *loaded.problems, *problems))
    return Setup(folder, None, (), tuple(passed)) if passed else None


def _hidden(other: Loaded, effective: Loaded) -> ConfigProblem:
    empty = "" if effective.values else " (although it sets nothing)"
    message = f"pytest reads {effective.path.name}{empty}, and nothing of this section: one file in a folder counts."
    return problem_at(other.section or Origin(other.path), message, "shadowed-file")


def locate_config(
    files: Files, dirs: Sequence[PurePath], version: Version | None
) -> tuple[Setup | None, tuple[ConfigProblem, ...]]:
    """The first file that counts, from each folder upwards, and the problems of files passed by when there is none.

    Mirrors `locate_config` in findpaths.py; a pyproject.toml without pytest's part fixes the rootdir since 8.1.
    """
    pyproject: PurePath | None = None
    problems: list[ConfigProblem] = []
    for start in dirs:
        for folder in upwards(start):
            if pyproject is None and files.is_file(folder / "pyproject.toml"):
                pyproject = folder / "pyproject.toml"
            setup = config_in(files, folder, version)
            if setup is not None and setup.file is not None:
                return Setup(folder, setup.file, setup.shadowed, (*problems, *setup.problems)), ()
            problems += setup.problems if setup is not None else ()
    if pyproject is not None and at_least(version, 8, 1):
        return Setup(pyproject.parent, Loaded(pyproject, {}), (), tuple(problems), bare=True), ()
    return None, tuple(problems)


def _discovered(files: Files, invocation_dir: PurePath, dirs: Sequence[PurePath], version: Version | None) -> Setup:
    ancestor = common_ancestor(files, invocation_dir, iter(dirs))
    found, problems = locate_config(files, [ancestor], version)
    if found is not None:
        return found
    for folder in upwards(ancestor):
        if files.is_file(folder / "setup.py"):
            return Setup(folder, None, (), problems)
    if list(dirs) != [ancestor]:
        found, _ = locate_config(files, dirs or [invocation_dir], version)
        if found is not None:
            return found
    rootdir = common_ancestor(files, invocation_dir, iter((invocation_dir, ancestor)))
    return Setup(ancestor if is_root(rootdir) else rootdir, None, (), problems)


def _explicit(
    files: Files, invocation_dir: PurePath, dirs: Sequence[PurePath], inifile: Sourced[str], version: Version | None
) -> Setup:
    """The setup with `-c FILE`; that of the usual search, with a problem, when pytest refuses the file."""
    path = absolute(invocation_dir, inifile.value)
    if files.is_file(path) and path.suffix in CONFIG_SUFFIXES:
        loaded = load(files, path, version)
        return Setup(path.parent, loaded, (), loaded.problems)
    message = f"Config file '{path}' is not a configuration file. Check the '-c/--config-file' option."
    if exists(files, path):
        message = f"Config file '{path}' has an unsupported format. Supported: {', '.join(CONFIG_SUFFIXES)}."
    problem = problem_at(inifile.origin, message, "missing-path", fatal=True)
    fallback = _discovered(files, invocation_dir, dirs, version)
    return fallback._replace(problems=(*fallback.problems, problem))


def _dirs_of(files: Files, invocation_dir: PurePath, arguments: Sequence[Sourced[str]]) -> list[PurePath]:
    """The folders of existing arguments. Mirrors `get_dirs_from_args`."""
    paths = [absolute(invocation_dir, argument.value.split("::", 1)[0]) for argument in arguments]
    return [path if files.is_dir(path) else path.parent for path in paths if exists(files, path)]
