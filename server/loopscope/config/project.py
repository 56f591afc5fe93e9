"""Which configuration belongs to a file of a workspace, when nobody says where pytest is started.

pytest decides by its working directory and arguments, which a language server cannot know. The decision:

1. `pytest` started at the workspace root is the first guess, as in CI: if its search finds a configuration file that
   counts, that one is in effect, and a nested `tests/pytest.ini` is passed over.
2. A folder between the file and the root that holds its own configuration *and* its own project file (pyproject.toml,
   setup.py or setup.cfg) is a project of its own, as in a monorepo: pytest is started there. The nearest such folder
   wins. A `pyproject.toml` or `setup.cfg` with pytest's section is both at once.
3. A folder with its own configuration that the root's `addopts` leave out by `--ignore` is started by itself.
4. When the search from the root finds nothing that counts, the nearest folder with a configuration is where people
   start pytest, project file or not.
5. Otherwise nothing is configured: the workspace root, with defaults.
"""

from collections.abc import Iterator
from pathlib import PurePath

from loopscope.config.catalog import ASYNCIO_OPTIONS
from loopscope.config.discovery import config_in, locate_config
from loopscope.config.effective import DEFAULT_INVOCATION, Invocation, find_config
from loopscope.config.loaders import Loaded, Version
from loopscope.config.model import ConfigProblem, problem_at
from loopscope.config.paths import absolute
from loopscope.config.pytest_config import PytestConfig
from loopscope.text.files import Files
from loopscope.text.frozen import replace

_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


def config_for(
    files: Files, file_path: PurePath, workspace_root: PurePath, invocation: Invocation = DEFAULT_INVOCATION
) -> PytestConfig:
    """The configuration under which a file's tests run, by the decision above.

    `passed_over` of the result names the files with pytest configuration between the file and the folder in effect. A
    file outside of the workspace is taken as the only argument of pytest run in its folder.
    """
    if not file_path.is_relative_to(workspace_root):
        return find_config(files, file_path, invocation=invocation)
    version = invocation.pytest_version
    nested = _nested(files, file_path, workspace_root, version)
    folder = _start(files, nested, workspace_root, invocation)
    config = find_config(files, folder, invocation=invocation)
    passed = [each for each in nested.values() if each.path.parent != folder and each.path.is_relative_to(folder)]
    problems = tuple(problem for each in passed for problem in _differences(each, config))
    return replace(config, passed_over=tuple(each.path for each in passed), problems=(*config.problems, *problems))


def _differences(passed: Loaded, config: PytestConfig) -> Iterator[ConfigProblem]:
    """The options of pytest-asyncio in a file that is passed over, where what is in effect differs from them."""
    for name in ASYNCIO_OPTIONS:
        raw = (passed.values or {}).get(name)
        if raw is None or name in config.invalid or str(raw.value) == str(config.option(name).value):
            continue
        inipath = config.inipath
        where = "no configuration" if inipath is None else inipath.relative_to(config.invocation_dir).as_posix()
        folder = config.invocation_dir.name or str(config.invocation_dir)
        message = (
            f"`pytest` started in {folder} reads {where} and not this file: `{name}` is "
            f"{config.option(name).value} there. This file counts when all arguments are below its folder."
        )
        yield problem_at(replace(raw.origin, span=raw.origin.key_span), message, "passed-over-file")


def _nested(
    files: Files, file_path: PurePath, workspace_root: PurePath, version: Version | None
) -> dict[PurePath, Loaded]:
    """The folders below the root, nearest to the file first, that have a configuration file, and which."""
    found: dict[PurePath, Loaded] = {}
    for folder in file_path.parents:
        if not folder.is_relative_to(workspace_root) or folder == workspace_root:
            break
        setup = config_in(files, folder, version)
        if setup is not None and setup.file is not None:
            found[folder] = setup.file
    return found


def _start(files: Files, nested: dict[PurePath, Loaded], workspace_root: PurePath, invocation: Invocation) -> PurePath:
    """The folder in which pytest is taken to be started."""
    for folder in nested:
        if any(files.is_file(folder / name) for name in _PROJECT_FILES):
            return folder
    setup, _ = locate_config(files, [workspace_root], invocation.pytest_version)
    if setup is None or setup.file is None or setup.bare:
        return next(iter(nested), workspace_root)
    config = find_config(files, workspace_root, invocation=invocation) if nested else None
    ignored = () if config is None else config.command_line.every("--ignore")
    left_out = [absolute(workspace_root, each.value) for each in ignored]
    return next((each for each in nested if any(each.is_relative_to(path) for path in left_out)), workspace_root)
