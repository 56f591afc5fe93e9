"""Hooks of the project and of plugins that take tests away from what reading can tell."""

from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.expr import Call, Const
from loopscope.facts.outline import FunctionFact
from loopscope.workspace.model import Where
from loopscope.workspace.namespace import lookup
from loopscope.workspace.plugins import roster_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Function, last_of

_RUNS_TESTS = ("pytest_pyfunc_call", "pytest_pycollect_makeitem", "pytest_runtest_call")
_KNOWN = frozenset(
    ("asyncio", "anyio", "trio", "pytest_trio", "twisted", "pytest_twisted", "tornasync", "django", "mark")
)


class Hook(NamedTuple):
    """A hook implementation: its name and where it stands."""

    name: str
    path: PurePath
    plugin: str


def runner_hooks(q: Queries, folder: PurePath) -> tuple[Hook, ...]:
    """Hooks for the tests of a folder that may run or replace test functions; wrappers around them left out."""
    found: list[Hook] = []
    for path in conftests_of(q, folder):
        found += _hooks(q, path, _RUNS_TESTS[:2], "conftest.py")
    for plugin in q.get(roster_of, folder).plugins:
        if plugin.where is not Where.PYTEST and plugin.name not in _KNOWN:
            found += _hooks(q, plugin.path, _RUNS_TESTS[:2], plugin.name)
    return tuple(found)


def conftest_hook(q: Queries, folder: PurePath, name: str, word: str) -> PurePath | None:
    """The conftest or plugin of the project that implements a hook and mentions `word`; None when none does."""
    local = [plugin.path for plugin in q.get(roster_of, folder).plugins if plugin.where is Where.LOCAL_PLUGIN]
    for path in (*q.get(conftests_of, folder), *local):
        if q.mentions(path, (name,)) and q.mentions(path, (word,)) and _implements(q, path, name):
            return path
    return None


def conftests_of(q: Queries, folder: PurePath) -> tuple[PurePath, ...]:
    """The conftests that pytest loads for the tests of a folder, outermost first."""
    config = q.get(config_at, folder)
    if config.noconftest:
        return ()
    cut = config.confcutdir
    folders = [each for each in reversed((folder, *folder.parents)) if each not in cut.parents]
    return tuple(path for each in folders if q.files.is_file(path := each / "conftest.py"))


def _hooks(q: Queries, path: PurePath, names: tuple[str, ...], plugin: str) -> list[Hook]:
    if not q.mentions(path, names):
        return []
    return [Hook(name, path, plugin) for name in names if _implements(q, path, name)]


def _implements(q: Queries, path: PurePath, name: str) -> bool:
    """Whether a module has the hook as a function that is no mere wrapper."""
    value = last_of(q.get(lookup, path, name))
    return isinstance(value, Function) and not _is_wrapper(value.fact)


def _is_wrapper(fact: FunctionFact) -> bool:
    return any(
        isinstance(expr, Call) and any(expr.keyword(word) == Const(True) for word in ("hookwrapper", "wrapper"))
        for expr in fact.decorators
    )
