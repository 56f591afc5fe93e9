"""Fixtures in words: for completion details, hover cards and symbols."""

from functools import lru_cache
from pathlib import PurePath

from loopscope.workspace.loops import AskedCircumstances, Circumstances, fixture_loop_scope, fixture_runner
from loopscope.workspace.model import FixtureDef, Kind, Runner, Scope, Unknown, Where
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView

_KINDS = {
    Kind.FUNCTION: "",
    Kind.GENERATOR: "yields",
    Kind.COROUTINE: "async",
    Kind.ASYNC_GENERATOR: "async, yields",
}


def summary(snapshot: Snapshot, view: ModuleView, fixture: FixtureDef) -> str:
    """Scope, loop scope and kind in a few words, as seen from a module: "session · loop: module · async, yields"."""
    parts = [scope_text(fixture.scope)]
    if fixture.kind.is_async:
        loop = loop_scope_text(snapshot, view, fixture)
        if loop:
            parts.append(f"loop: {loop}")
    parts.append(_KINDS[fixture.kind])
    if fixture.autouse is True:
        parts.append("autouse")
    return " · ".join(filter(None, parts))


def scope_text(scope: Scope | Unknown) -> str:
    """The scope's name, or that it is computed."""
    return scope.value if isinstance(scope, Scope) else "scope computed"


def loop_scope_text(snapshot: Snapshot, view: ModuleView, fixture: FixtureDef) -> str:
    """The loop scope that an async fixture of pytest-asyncio runs on; empty for others, or when that is not certain."""
    known = view.queries.get(_loop_scopes, view.path).get(id(fixture))
    # Others are those of classes, and overridden ones.
    return known[1] if known is not None and known[0] is fixture else _loop_scope(snapshot, view, fixture)


def _loop_scopes(q: Queries, path: PurePath) -> dict[int, tuple[FixtureDef, str]]:
    """The loop scopes of the async fixtures that a module sees, by their identity: one completion list asks for all."""
    view, circumstances = ModuleView(q, path), AskedCircumstances(q)
    seen = [chain[-1] for chain in view.visible().values() if chain and chain[-1].kind.is_async]
    return {id(each): (each, _loop_scope(circumstances, view, each)) for each in seen}


def _loop_scope(snapshot: Circumstances, view: ModuleView, fixture: FixtureDef) -> str:
    runner = fixture_runner(snapshot, view, fixture)
    if isinstance(runner, Unknown) or runner.value is not Runner.PYTEST_ASYNCIO:
        return ""
    decided = fixture_loop_scope(snapshot, view, fixture)
    return "" if isinstance(decided, Unknown) else decided.value.value


def origin(snapshot: Snapshot, fixture: FixtureDef) -> str:
    """Where a fixture comes from: a distribution with its version, pytest, or a file of the workspace."""
    match fixture.where:
        case Where.PYTEST:
            return "pytest"
        case Where.PLUGIN if fixture.dist:
            return fixture.dist
        case Where.MODULE | Where.CLASS if fixture.holder == fixture.path:
            return "this file"
        case _:
            return shown(snapshot, fixture.path)


def shown(snapshot: Snapshot, path: PurePath) -> str:
    """A path for people: relative to the workspace folder that holds it, with `/`."""
    return _relative(snapshot.roots, path)


@lru_cache(maxsize=2048)
def _relative(roots: tuple[PurePath, ...], path: PurePath) -> str:
    holding = [root for root in roots if path.is_relative_to(root)]
    root = max(holding, key=lambda one: len(one.parts), default=None)
    return path.as_posix() if root is None else path.relative_to(root).as_posix()
