"""A call of a synchronous mock is awaited: a `MagicMock` stands for an object with coroutine functions.

## What it does
Reports a `Mock` or `MagicMock` without `spec`, made by a test or its fixtures, a call of which is awaited: by the test
itself, by a function that it awaits and hands the mock to, or by a method of an object that it makes with the mock. The
same of classes that `patch` replaces: what they make is a `MagicMock`. Only calls that surely run are counted, and only
mocks whose result can surely not be awaited.

## Why is this bad
The test fails: "object MagicMock can't be used in 'await' expression". The message names the type of the result, not
the mock.

## When not to fix
Never: it fails.

## Fix safety
Unsafe: the attribute is set to an `AsyncMock` where the mock gets its name. A patch of a class gets `autospec=True`,
which makes an `AsyncMock` of each coroutine function, and refuses attributes that the class does not have.

## Versions
All.

## References
- [Python: AsyncMock](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.AsyncMock)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.reading import dotted_name
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Related, Rule, Safety, Severity
from loopscope.rules.support.awaiting import test_of
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.certain import surely_runs
from loopscope.rules.support.mock_edits import imitating, set_in_place, set_where_made
from loopscope.rules.support.mock_objects import is_alone_at
from loopscope.rules.support.mock_places import Place
from loopscope.rules.support.mock_stages import Source, stages
from loopscope.rules.support.mock_uses import Scene, origin_in, scenes
from loopscope.rules.support.mock_values import mock_gives_awaitable
from loopscope.rules.support.mocks import Kind, has_mocks
from loopscope.rules.support.patches import Owner

META = Meta("sync-mock-awaited", Group.MOCKS, Severity.ERROR, words=("Mock", "MagicMock", "mocker", "patch", "await"))


EXAMPLES, NEAR_MISSES = examples_of(__name__)


class _Awaited(NamedTuple):
    """The call of a mock: `path` behind the name that the body `body` gives the mock."""

    body: Body
    name: str
    path: str


class _Patched(NamedTuple):
    """The call of a part of what a patch puts in place, for a test."""

    body: Body
    place: Place
    path: tuple[str, ...]


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the call, at the argument that hands the mock over, or at the patch that puts it in place."""
    if not has_mocks(ctx):
        return
    for scene in scenes(ctx):
        if not _runs(ctx, scene):
            continue
        seen: set[str] = set()
        for call in scene.body.calls:
            message = _wrong(scene, call) if call.use is Use.AWAITED else None
            if message is None:
                continue
            name, path = _origin(ctx, scene, call.node.func)
            if name in seen or not name or not surely_runs(scene.body, call):
                continue
            seen.add(name)
            if scene.handed is None:
                yield ctx.finding(META, ctx.span(scene.body, call.node), message, data=_Awaited(scene.body, name, path))
                continue
            argument = scene.arguments[name]
            if is_alone_at(ctx, scene.caller, argument.id, argument):
                data = _Awaited(scene.caller, argument.id, path)
                span = ctx.span(scene.caller, argument)
                yield ctx.finding(META, span, message, related=_place(scene, call), data=data)
    yield from _staged(ctx)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes it an `AsyncMock`."""
    match finding.data:
        case _Awaited(body, name, path):
            edits = set_where_made(ctx, body, name, path, "AsyncMock")
            return None if edits is None else ctx.fix("Use an `AsyncMock` there", Safety.UNSAFE, edits)
        case _Patched(body, place, path):
            edit = imitating(ctx, place, path)
            if edit is not None:
                return ctx.fix("Have the mock imitate the class", Safety.UNSAFE, [edit])
            edits = set_in_place(ctx, body, place, path, "AsyncMock")
            return None if edits is None else ctx.fix("Use an `AsyncMock` there", Safety.UNSAFE, edits)
        case _:
            return None


def _staged(ctx: Context) -> Iterator[Finding]:
    """What happens on `self` of objects, and in the place of globals: the first such call of each ends the test."""
    seen: set[int] = set()
    for stage in stages(ctx):
        scene = stage.scene
        for call in scene.body.calls:
            source = stage.source(call.node.func) if call.use is Use.AWAITED else None
            message = None if source is None or not surely_runs(scene.body, call) else _wrong(scene, call)
            if source is None or message is None or scene.handed is None:
                continue
            owner, anchor, data = _origin_of(scene.caller, scene.handed, source)
            if _is_sure(ctx, scene, source) and id(anchor) not in seen:
                seen.add(id(anchor))
                yield ctx.finding(META, ctx.span(owner, anchor), message, related=_place(scene, call), data=data)
            break


def _origin_of(body: Body, call: CallSite, source: Source) -> tuple[Owner, ast.expr, _Awaited | _Patched]:
    """Where a finding is shown, and what its fix needs: at the call where a fixture makes the mock."""
    place = source.place
    if place is None:
        name = source.anchor.id if isinstance(source.anchor, ast.Name) else ""
        return body, source.anchor, _Awaited(body, name, "".join(f".{each}" for each in source.path))
    data = _Patched(body, place, source.path)
    return (place.patch.owner, source.anchor, data) if place.local else (body, call.node, data)


def _is_sure(ctx: Context, scene: Scene, source: Source) -> bool:
    """Whether the other rules about patches say nothing of it, and nobody else may set up the mock."""
    if source.place is not None:
        return bool(source.path)
    return not isinstance(source.anchor, ast.Name) or is_alone_at(ctx, scene.caller, source.anchor.id, source.anchor)


def _wrong(scene: Scene, call: CallSite) -> str | None:
    """What is wrong with awaiting a call of a mock; None when nothing is."""
    found = scene.mock(call.node.func)
    if found is None or found.kind not in (Kind.MAGIC, Kind.PLAIN) or mock_gives_awaitable(found) is not False:
        return None
    return f"`{ast.unparse(call.node.func)}` is a `{found.kind.value}`: awaiting its call fails."


def _place(scene: Scene, call: CallSite) -> tuple[Related, ...]:
    return (Related(scene.ctx.path, scene.ctx.span(scene.body, call.node), "The call"),)


def _runs(ctx: Context, scene: Scene) -> bool:
    """Whether a test runs the function: it is the test, or the test awaits its call."""
    if test_of(ctx, scene.caller) is None or not scene.caller.is_async:
        return False
    if scene.handed is None:
        return True
    awaited = scene.handed.use is Use.AWAITED and scene.body.is_async and not scene.body.yields
    return awaited and surely_runs(scene.caller, scene.handed) and not expects_failure(scene.caller, scene.handed)


def _origin(ctx: Context, scene: Scene, node: ast.expr) -> tuple[str, str]:
    if scene.handed is not None:
        return origin_in(scene, node)
    name, path = dotted_name(node) or ("", "")
    return (name, path) if name in scene.body.bound and is_alone_at(ctx, scene.body, name) else ("", "")


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
