"""The files that pytest looks at when it is started with a folder, in its order (`Session`, `Dir` and `Package`)."""

import ast
import fnmatch
from collections.abc import Callable, Iterator
from pathlib import PurePath

from loopscope.config.paths import absolute
from loopscope.config.patterns import fnmatch_ex, path_matches_patterns
from loopscope.config.pytest_config import PytestConfig
from loopscope.facts.expr import Expr, strings
from loopscope.facts.outline import Assigned, FactId, Guard
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.index import index_of
from loopscope.workspace.plugins import initial_conftests
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries


def test_files(q: Queries, start: PurePath) -> Iterator[PurePath]:
    """The test files that `pytest START` collects; `testpaths` count when `start` is the rootdir."""
    return files_for(q, start, is_test_file)


def is_test_file(path: PurePath, config: PytestConfig) -> bool:
    """Whether pytest looks for tests in a file of a folder (`pytest_collect_file` of `_pytest/python.py`)."""
    return path.suffix == ".py" and path_matches_patterns(path, config.python_files.value)


def files_for(q: Queries, start: PurePath, wanted: Callable[[PurePath, PytestConfig], bool]) -> Iterator[PurePath]:
    """The wanted files among those that `pytest START` looks at; `start` itself when it is a file."""
    if q.files.is_file(start):
        yield start
        return
    config = q.get(config_at, start)
    starts = _testpaths(q, config, config.invocation_dir) if start in (config.rootdir, config.invocation_dir) else ()
    seen: set[PurePath] = set()
    for each in starts or (start,):
        found = (each,) if q.files.is_file(each) else _walk(q, each, config, wanted)
        for path in found:
            if path not in seen:
                seen.add(path)
                yield path


def is_left_out(q: Queries, path: PurePath) -> bool:
    """Whether `pytest` in the rootdir, given no paths, passes by a file: for `testpaths`, or paths in `addopts`."""
    config = q.get(config_at, path)
    starts = [absolute(config.rootdir, word.value.partition("::")[0]) for word in config.command_line.paths]
    starts = starts or list(_testpaths(q, config, config.rootdir))
    return bool(starts) and not any(path.is_relative_to(start) for start in starts)


def _testpaths(q: Queries, config: PytestConfig, folder: PurePath) -> tuple[PurePath, ...]:
    found: dict[PurePath, None] = {}
    for pattern in config.testpaths.value:
        found.update(dict.fromkeys(sorted(_glob(q, folder, PurePath(pattern).parts))))
    return tuple(found)


def _glob(q: Queries, folder: PurePath, parts: tuple[str, ...]) -> Iterator[PurePath]:
    if not parts:
        yield folder
        return
    first, rest = parts[0], parts[1:]
    if first == "**":
        yield from _glob(q, folder, rest)
        for entry in q.files.entries(folder):
            if entry.is_dir and not entry.name.startswith("."):
                yield from _glob(q, folder / entry.name, parts)
    elif any(sign in first for sign in "*?["):
        for entry in q.files.entries(folder):
            if fnmatch.fnmatchcase(entry.name, first) and (not entry.name.startswith(".") or first.startswith(".")):
                yield from _glob(q, folder / entry.name, rest)
    else:
        path = absolute(folder, first)
        if q.files.is_dir(path) or (not rest and q.files.is_file(path)):
            yield from _glob(q, path, rest)


def _walk(
    q: Queries, folder: PurePath, config: PytestConfig, wanted: Callable[[PurePath, PytestConfig], bool]
) -> Iterator[PurePath]:
    """The files of a folder and of those below: names in order, `__init__.py` first."""
    entries = sorted(q.files.entries(folder), key=lambda entry: (entry.name != "__init__.py", entry.name))
    if not q.environment(folder).at_least("pytest", 8):
        entries.sort(key=lambda entry: entry.is_dir)
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir:
            if not _ignored(q, path, config, is_dir=True):
                yield from _walk(q, path, config, wanted)
        elif wanted(path, config) and not _ignored(q, path, config, is_dir=False):
            yield path


def _ignored(q: Queries, path: PurePath, config: PytestConfig, *, is_dir: bool) -> bool:
    """Mirrors `pytest_ignore_collect` in `_pytest/main.py`."""
    if path.name == "__pycache__":
        return True
    paths = [*_listed(q, path.parent, "collect_ignore")]
    paths += [absolute(config.invocation_dir, word.value) for word in config.command_line.every("--ignore")]
    if path in paths:
        return True
    globs = [*_listed(q, path.parent, "collect_ignore_glob")]
    globs += [absolute(config.invocation_dir, word.value) for word in config.command_line.every("--ignore-glob")]
    if any(fnmatch.fnmatch(str(path), str(glob)) for glob in globs):
        return True
    if not is_dir:
        return False
    if config.command_line.last("--collect-in-virtualenv") is None and _is_venv(q, path):
        return True
    return any(fnmatch_ex(pattern, path) for pattern in q.get(_not_searched, config.rootdir))


def _not_searched(q: Queries, rootdir: PurePath) -> tuple[str, ...]:
    """`norecursedirs` without what an initial conftest takes out: `config.getini("norecursedirs").remove("build")`."""
    config = q.get(config_at, rootdir)
    removed: set[str] = set()
    for conftest in initial_conftests(q, config):
        hook = FactId("pytest_configure")
        function = q.function(conftest, hook) if q.mentions(conftest, ("norecursedirs",)) else None
        for statement in function[1].node.body if function is not None else ():
            match statement:
                case ast.Expr(
                    ast.Call(
                        ast.Attribute(ast.Call(ast.Attribute(_, "getini"), [ast.Constant("norecursedirs")]), "remove"),
                        [ast.Constant(str() as name)],
                    )
                ):
                    removed.add(name)
                case _:
                    pass
    return tuple([pattern for pattern in config.norecursedirs.value if pattern not in removed])


def _is_venv(q: Queries, path: PurePath) -> bool:
    return q.files.is_file(path / "pyvenv.cfg") or q.files.is_file(path / "conda-meta" / "history")


def _listed(q: Queries, folder: PurePath, name: str) -> tuple[PurePath, ...]:
    """The paths in `collect_ignore` or `collect_ignore_glob` of the nearest conftest that has it."""
    return q.get(_listed_in, folder, name)


def _listed_in(q: Queries, folder: PurePath, name: str) -> tuple[PurePath, ...]:
    for conftest in reversed(q.get(conftests_of, folder)):
        if not q.mentions(conftest, (name,)):
            continue
        found: list[Expr] = []
        for placed in q.get(index_of, conftest).names.get(name, ()):
            target = placed.binding.target
            if isinstance(target, Assigned) and placed.binding.guard is Guard.ALWAYS:
                found = [*(found if target.augmented else ()), target.value]
        if found:
            return tuple(absolute(conftest.parent, text) for expr in found for text in strings(expr) or ())
    return ()
