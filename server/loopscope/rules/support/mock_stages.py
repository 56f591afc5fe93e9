"""Functions and methods that a test awaits, with the mocks that these meet on `self` and in the place of globals."""

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.expr import Param
from loopscope.rules.context import Context
from loopscope.rules.support.awaiting import test_of
from loopscope.rules.support.calls import bound_value
from loopscope.rules.support.certain import surely_runs
from loopscope.rules.support.mock_objects import Made, absent, chosen, has_own_parts, is_alone, kept, object_at
from loopscope.rules.support.mock_places import Place, replaced_at
from loopscope.rules.support.mock_setups import Chain, set_ups
from loopscope.rules.support.mock_uses import Scene, entered_by, values_given
from loopscope.rules.support.mocks import Mock, child, context_at, mock_at
from loopscope.rules.support.patches import parameter_names
from loopscope.workspace.mro import member
from loopscope.workspace.targets import method, referred
from loopscope.workspace.values import Function, Value

_FURTHEST = 20


class Source(NamedTuple):
    """Where a mock comes from: what hands it over in the test, or what replaces a global; and what of it is meant."""

    anchor: ast.expr
    place: Place | None
    path: tuple[str, ...]


class Stage(NamedTuple):
    """A function as the test runs it; `sources` are those of the mocks of `scene.given`, by their keys there."""

    scene: Scene
    sources: Mapping[str, Source]

    def source(self, node: ast.expr) -> Source | None:
        """Where the mock comes from that an expression of the function is a part of."""
        found = _traced(self.scene.body, self.sources, node)
        return None if found is None else _further(self.sources[found.root], found.path)


class _Code(NamedTuple):
    ctx: Context
    body: Body
    params: tuple[Param, ...]


class _Given(NamedTuple):
    mock: Mock
    source: Source


def stages(ctx: Context) -> Iterator[Stage]:
    """What the asynchronous tests of a file surely await."""
    for body in ctx.bodies:
        if not body.is_async or test_of(ctx, body) is None:
            continue
        for call in body.calls:
            if call.use is Use.AWAITED and surely_runs(body, call):
                named = call.name is not None and not call.local_root
                stage = (_function if named else _method)(ctx, body, call)
                if stage is not None and stage.sources:
                    yield stage


def _function(ctx: Context, body: Body, call: CallSite) -> Stage | None:
    replaced = replaced_at(ctx, body, call)
    if not replaced or call.name is None or call.local_root or ctx.is_patched(call.name, body):
        return None
    found = referred(ctx.queries, ctx.path, call.name)
    if not isinstance(found, Function) or found.fact.id.holder:
        return None
    code = _code(ctx, found, is_async=True)
    return None if code is None else _staged(body, call, code, _globals(code, replaced))


def _method(ctx: Context, body: Body, call: CallSite) -> Stage | None:
    """The stage of a method of an object that is made with mocks, or makes some from replaced globals."""
    func = call.node.func
    made = object_at(ctx, body, func.value) if isinstance(func, ast.Attribute) else None
    if made is None or not isinstance(func, ast.Attribute) or ctx.is_patched(func.attr, body):
        return None
    key = (made.owner.path, made.owner.fact.id)
    code = _code(ctx, ctx.queries.get(method, *key, func.attr), is_async=True)
    maker = _code(ctx, ctx.queries.get(member, *key, "__init__"), is_async=False)
    own = parameter_names(code.body)[:1] if code is not None else []
    if code is None or not own:
        return None
    replaced = replaced_at(ctx, body, call)
    held: dict[str, _Given] = {} if maker is None else _kept(ctx, body, call, made, maker, replaced)
    if made.name:
        held = _told(ctx, body, made, func.value, held)
    given = {f"{own[0]}.{name}": each for name, each in held.items()}
    return _staged(body, call, code, {**_globals(code, replaced), **given})


def _code(ctx: Context, found: Value | None, *, is_async: bool) -> _Code | None:
    """The context and body of a plain function."""
    if not isinstance(found, Function) or found.fact.decorators or found.fact.yields:
        return None
    where = context_at(ctx, found.path)
    inner = None if where is None or where.facts is None else where.facts.body(found.fact.id)
    return (
        None
        if where is None or inner is None or inner.is_async is not is_async
        else _Code(where, inner, found.fact.params)
    )


def _staged(caller: Body, call: CallSite, code: _Code, given: Mapping[str, _Given]) -> Stage:
    sure = {key: each for key, each in given.items() if has_own_parts(each.mock)}
    scene = Scene(code.ctx, code.body, {key: each.mock for key, each in sure.items()}, caller, call, {})
    return Stage(scene, {key: each.source for key, each in sure.items()})


def _globals(code: _Code, replaced: Collection[Place]) -> dict[str, _Given]:
    """The globals that a function has mocks for."""
    return {
        each.name: _Given(each.mock, Source(each.patch.node, each, ()))
        for each in replaced
        if each.path == code.ctx.path and each.name not in code.body.bound
    }


def _kept(
    ctx: Context, body: Body, call: CallSite, made: Made, maker: _Code, replaced: Collection[Place]
) -> dict[str, _Given]:
    """The attributes that the constructor sets to mocks."""
    values = dict(values_given(maker.params[1:], made.node))
    given = _globals(maker, replaced)
    for name, value in values.items():
        mock = mock_at(made.ctx, made.body, value)
        if mock is not None and maker.body.times_bound.get(name) == 1:
            given[name] = _Given(mock, Source(value if made.body is body else call.node, None, ()))
    stage = _staged(body, call, maker, given)
    left_out = frozenset[str]() if _has_stars(made.node) else absent(maker.body, values)
    held: dict[str, _Given] = {}
    for name, written in kept(ctx, made.owner, maker.body):
        value = chosen(written, left_out, given)
        mock, source = stage.scene.mock(value), stage.source(value)
        if mock is not None and source is not None:
            held[name] = _Given(mock, source)
    return held


def _told(ctx: Context, body: Body, made: Made, node: ast.expr, held: dict[str, _Given]) -> dict[str, _Given]:
    """The attributes of an object that a test makes and gives mocks itself."""
    told = set_ups(ctx, body, made.name)
    if any("*" in each.path for each in told):
        return {}
    pretended = Mock(None, False, made.node, told)
    for name in {each.path[0] for each in told}:
        held.pop(name, None)
        mock, given = child(ctx, pretended, name), pretended.set_up(name)
        value = None if given is None else given.value
        if mock is not None and not (isinstance(value, ast.Name) and not is_alone(body, value.id)):
            held[name] = _Given(mock, Source(node, None, ()))
    return held


def _has_stars(node: ast.Call) -> bool:
    return any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords)


def _traced(body: Body, known: Collection[str], node: ast.expr) -> Chain | None:
    """The key that an expression begins with, through names that are bound once, and the way from there."""
    path: tuple[str, ...] = ()
    for _ in range(_FURTHEST):
        match node:
            case ast.Name(name) if name in known:
                return Chain(name, path)
            case ast.Attribute(ast.Name(own), name) if f"{own}.{name}" in known:
                return Chain(f"{own}.{name}", path)
            case ast.Name(name) if (value := bound_value(body, name)) is not None:
                node = value
            case ast.Name(name) if (manager := entered_by(body, name)) is not None:
                node, path = manager, ("__aenter__", "return_value", *path)
            case ast.Attribute(value, name):
                node, path = value, (name, *path)
            case ast.Call(func):
                node, path = func, ("return_value", *path)
            case ast.Await(value):
                node = value
            case _:
                break
    return None


def _further(source: Source, path: tuple[str, ...]) -> Source:
    return source._replace(path=(*source.path, *path))
