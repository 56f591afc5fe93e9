"""A mock is set up, and code enters it: what `async with` gives is another mock, without the set-up.

## What it does
Reports mocks that a test makes and hands to a function, or puts in the place of a class, where that function only
enters them, and uses of what it gets then what the test has set up on the mock itself.

## Why is this bad
`async with session as opened` binds what `__aenter__` gives: of a mock, a new mock. `session.get` is set up in vain,
and `opened.get` gives a mock: `assert <AsyncMock name='mock.__aenter__().get()' ...> == 1`.

## When not to fix
If the set-up is there for something else.

## Fix safety
Unsafe: `__aenter__` gives the mock itself then, as that of most clients and sessions does.

## Versions
All.

## References
- [Python: mocking asynchronous context managers](https://docs.python.org/3/library/unittest.mock-examples.html#mocking-asynchronous-context-manager)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body, Use
from loopscope.facts.reading import dotted_name
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Related, Rule, Safety, Severity
from loopscope.rules.support.awaiting import test_of
from loopscope.rules.support.calls import binding_count
from loopscope.rules.support.certain import surely_runs
from loopscope.rules.support.mock_edits import line_where_named
from loopscope.rules.support.mock_objects import is_alone, is_alone_at
from loopscope.rules.support.mock_stages import stages
from loopscope.rules.support.mock_uses import Scene, scenes
from loopscope.rules.support.mocks import DATA, Kind, Mock

META = Meta(
    "entered-mock-not-set-up",
    Group.MOCKS,
    Severity.WARNING,
    words=("Mock", "MagicMock", "AsyncMock", "mocker", "patch"),
)

EXAMPLES, NEAR_MISSES = examples_of(__name__)


class _Entered(NamedTuple):
    """A mock that is entered, and what is used of `name`, which `async with` binds."""

    manager: ast.expr
    mock: Mock
    name: str
    used: frozenset[str]


class _Set(NamedTuple):
    """Where a mock can be told what it gives: `path` behind the name that the body gives it."""

    body: Body
    name: str
    path: str


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the argument that hands the mock over, or at the patch."""
    for scene in scenes(ctx):
        if scene.handed is None or scene.handed.use is not Use.AWAITED or not _runs(ctx, scene):
            continue
        for each in _entered(scene):
            argument = scene.arguments.get(each.manager.id) if isinstance(each.manager, ast.Name) else None
            if argument is not None and is_alone_at(ctx, scene.caller, argument.id, argument):
                name = argument.id
                in_vain = {word for word in each.used if not _is_called(scene.caller, f"{name}.{word}")}
                if in_vain:
                    data, span = _Set(scene.caller, name, ""), ctx.span(scene.caller, argument)
                    message, related = _said(scene, each, in_vain)
                    yield ctx.finding(META, span, message, related=related, data=data)
    for stage in stages(ctx):
        for each in _entered(stage.scene):
            source = stage.source(each.manager)
            place = None if source is None else source.place
            if source is not None and place is not None and place.local and source.path == ("return_value",):
                data = _Set(stage.scene.caller, place.variable, ".return_value")
                span = ctx.span(place.patch.owner, source.anchor)
                message, related = _said(stage.scene, each, each.used)
                yield ctx.finding(META, span, message, related=related, data=data)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Has it give itself when it is entered."""
    match finding.data:
        case _Set(body, name, path) if name:
            whole = f"{name}{path}"
            edit = line_where_named(ctx, body, name, f"{whole}.__aenter__.return_value = {whole}")
            return None if edit is None else ctx.fix("Have it give itself", Safety.UNSAFE, [edit])
        case _:
            return None


def _said(scene: Scene, found: _Entered, names: set[str] | frozenset[str]) -> tuple[str, tuple[Related, ...]]:
    shown = ", ".join(f"`{each}`" for each in sorted(names))
    message = f"This is entered: `{found.name}` is another mock then, on which {shown} is not set up."
    return message, (Related(scene.ctx.path, scene.ctx.span(scene.body, found.manager), "Entered here"),)


def _runs(ctx: Context, scene: Scene) -> bool:
    handed = scene.handed
    return handed is not None and test_of(ctx, scene.caller) is not None and surely_runs(scene.caller, handed)


def _entered(scene: Scene) -> Iterator[_Entered]:
    """The mocks that a function enters and does nothing else with, of whose results it uses what is set up on them."""
    for block in scene.body.withs:
        for item in block.items if isinstance(block, ast.AsyncWith) else ():
            target = item.optional_vars
            if not isinstance(target, ast.Name) or binding_count(scene.body, target.id) != 1:
                continue
            mock = scene.mock(item.context_expr)
            if mock is not None and _is_only_entered(scene.body, item.context_expr):
                used = _told(mock) & _used(scene.body, target.id)
                if used:
                    yield _Entered(item.context_expr, mock, target.id, used)


def _told(mock: Mock) -> frozenset[str]:
    """What is set up on a mock, nothing when that may be what entering it gives."""
    if mock.kind not in (Kind.MAGIC, Kind.ASYNC) or not mock.bare:
        return frozenset()
    names = {each.path[0] for each in mock.set_ups}
    if names & {"*", "__aenter__", "side_effect"}:
        return frozenset()
    return frozenset(each for each in names - DATA if not each.startswith("__") and each != "return_value")


def _is_only_entered(body: Body, manager: ast.expr) -> bool:
    """Whether a name is read once, to be entered; or a call is the only one of what it calls."""
    match manager:
        case ast.Name(name):
            return len(body.reads.get(name, ())) == 1 and is_alone(body, name)
        case ast.Call(func):
            first, _ = dotted_name(func) or ("", "")
            return len(body.reads.get(first, ())) == 1 and first not in body.inner_reads
        case _:
            return False


def _used(body: Body, name: str) -> frozenset[str]:
    """The attributes that a function reads of a name; none where it does anything else with it."""
    attributes = [
        node.attr
        for node in ast.walk(body.node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    ]
    return frozenset(attributes) if len(attributes) == len(body.reads.get(name, ())) else frozenset()


def _is_called(body: Body, written: str) -> bool:
    return any(ast.unparse(call.node.func).startswith(f"{written}") and call.use is Use.AWAITED for call in body.calls)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
