"""What becomes of mocks: in the function that has them, and in the functions that it hands them to."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.expr import Param, ParamKind
from loopscope.rules.context import Context
from loopscope.rules.support.calls import binding_count, bound_value, noted
from loopscope.rules.support.mocks import Kind, Mock, child, context_at, mock_at
from loopscope.rules.support.names import own_parameter, requesting
from loopscope.rules.support.patches import may_make_mock, mock_function, parameter_names
from loopscope.workspace.index import index_of
from loopscope.workspace.mro import mro_of
from loopscope.workspace.targets import referred
from loopscope.workspace.values import Function

_DEEPEST = 8


class Scene(NamedTuple):
    """A function that meets mocks: `given` are those that its parameters are, in the call `handed` of a test.

    `arguments` are the expressions, of the body `caller`, that hand them over.
    """

    ctx: Context
    body: Body
    given: Mapping[str, Mock]
    caller: Body
    handed: CallSite | None
    arguments: Mapping[str, ast.Name]

    def mock(self, node: ast.expr, depth: int = _DEEPEST) -> Mock | None:
        """The mock that an expression is here: what a mock gives when it is called, or called and awaited, too."""
        if depth == 0:
            return None
        match node:
            case ast.Name(name) if name in self.given:
                return self.given[name]
            case ast.Attribute(ast.Name(own), name) if f"{own}.{name}" in self.given:
                return self.given[f"{own}.{name}"]
            case ast.Name(name) if name in self.body.bound:
                value, found = bound_value(self.body, name), mock_at(self.ctx, self.body, node)
                if found is not None or value is not None:
                    return self.mock(value, depth - 1) if found is None and value is not None else found
                return self._entered(name, depth)
            case ast.Attribute(owner, name):
                found = self.mock(owner, depth - 1)
                return None if found is None else child(self.ctx, found, name)
            case ast.Await(ast.Call(func)):
                return self._result(func, Kind.ASYNC, depth)
            case ast.Call(func):
                made = mock_at(self.ctx, self.body, node)
                return made if made is not None else self._result(func, None, depth)
            case _:
                return None

    def _entered(self, name: str, depth: int) -> Mock | None:
        """What `async with` gives to a name."""
        manager = entered_by(self.body, name)
        found = None if manager is None else self.mock(manager, depth - 1)
        entering = None if found is None else child(self.ctx, found, "__aenter__")
        if entering is None or entering.kind is not Kind.ASYNC or entering.set_up("side_effect"):
            return None
        return child(self.ctx, entering, "return_value")

    def _result(self, func: ast.expr, wanted: Kind | None, depth: int) -> Mock | None:
        """What the mock `func` gives: of an `AsyncMock` once awaited, of others at once."""
        found = self.mock(func, depth - 1)
        if found is None or (found.kind is Kind.ASYNC) is not (wanted is Kind.ASYNC) or found.set_up("side_effect"):
            return None
        return child(self.ctx, found, "return_value")


def entered_by(body: Body, name: str) -> ast.expr | None:
    """What `async with` enters to give a name its value, which nothing else binds."""
    if binding_count(body, name) != 1:
        return None
    items = [item for block in body.withs if isinstance(block, ast.AsyncWith) for item in block.items]
    found = [item for item in items if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name]
    return found[0].context_expr if found else None


def scenes(ctx: Context) -> tuple[Scene, ...]:
    """The functions of a file, and those that their mocks are handed to."""
    return ctx.remember("scenes", lambda: tuple(_scenes(ctx)))


def _scenes(ctx: Context) -> Iterator[Scene]:
    for body in ctx.bodies:
        if not _may_meet(ctx, body):
            continue
        yield Scene(ctx, body, {}, body, None, {})
        for call in _handing(body):
            scene = _handed(ctx, body, call)
            if scene is not None:
                yield scene


def _may_meet(ctx: Context, body: Body) -> bool:
    """Whether a function may have mocks at all: most have none, and nobody needs to look at what they do."""
    return _may_have(ctx, body) or (bool(body.outermost.holder) and _may_be_kept(ctx, body.outermost.holder))


def _may_have(ctx: Context, body: Body) -> bool:
    """Whether a function, or one around it, makes mocks or may be given some."""
    around: Body | None = body
    while around is not None:
        if noted(around, "may make mocks", _may_make) or _may_get(ctx, around):
            return True
        around = ctx.around(around)
    return False


def _may_make(body: Body) -> bool:
    return any(call.name is not None and may_make_mock(call.name) for call in body.calls)


def _may_get(ctx: Context, body: Body) -> bool:
    """Whether fixtures or patches may be passed for parameters."""
    if len(parameter_names(body)) == (own_parameter(body) is not None):
        return False
    return bool(body.node.decorator_list) or body.node.name.startswith("test") or body.id in requesting(ctx)


def _may_be_kept(ctx: Context, holder: str) -> bool:
    """Whether a method of a class of the file, inherited ones too, may set an attribute to a mock."""
    return ctx.remember(f"may keep mocks in {holder}", lambda: _has_keepers(ctx, holder))


def _has_keepers(ctx: Context, holder: str) -> bool:
    keeping = ctx.remember(
        "keeping mocks",
        lambda: {each.outermost.holder for each in ctx.bodies if _sets_attributes(each) and _may_have(ctx, each)},
    )
    found = ctx.queries.get(index_of, ctx.path).class_named(holder) if keeping else None
    if found is None:
        return False
    classes = ctx.queries.get(mro_of, ctx.path, found.id).classes
    return any(path == ctx.path and id_.qualname in keeping for path, id_ in classes)


def _sets_attributes(body: Body) -> bool:
    targets = [each.targets for each in body.statements if isinstance(each, ast.Assign)]
    targets += [[each.target] for each in body.statements if isinstance(each, ast.AnnAssign)]
    return any(isinstance(each, ast.Attribute | ast.Tuple | ast.List) for given in targets for each in given)


def _handing(body: Body) -> list[CallSite]:
    """The calls of imported or global functions that get a local name."""
    if "handing calls" not in body.notes:
        body.notes["handing calls"] = [
            call
            for call in body.calls
            if call.name is not None
            and not call.local_root
            and any(isinstance(each, ast.Name) and each.id in body.bound for each in _values(call.node))
        ]
    return cast("list[CallSite]", body.notes["handing calls"])


def _values(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def _handed(ctx: Context, body: Body, call: CallSite) -> Scene | None:
    mocks = {
        each.id: mock
        for each in _values(call.node)
        if isinstance(each, ast.Name) and (mock := mock_at(ctx, body, each)) is not None
    }
    if not mocks or call.name is None or mock_function(ctx, body, call) is not None or ctx.is_patched(call.name):
        return None
    found = referred(ctx.queries, ctx.path, call.name)
    if not isinstance(found, Function) or found.fact.decorators or found.fact.id.holder:
        return None
    where = context_at(ctx, found.path)
    inner = None if where is None or where.facts is None else where.facts.body(found.fact.id)
    if where is None or inner is None:
        return None
    arguments = {
        name: each
        for name, each in names_given(found.fact.params, call.node)
        if each.id in mocks and binding_count(inner, name) == 1
    }
    return Scene(where, inner, {name: mocks[each.id] for name, each in arguments.items()}, body, call, arguments)


def names_given(params: Sequence[Param], node: ast.Call) -> Iterator[tuple[str, ast.Name]]:
    """The parameters that get a local name, with that."""
    yield from ((name, each) for name, each in values_given(params, node) if isinstance(each, ast.Name))


def values_given(params: Sequence[Param], node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The parameters that a call gives a value, with that; those by place not where arguments come from a star."""
    places = [each.name for each in params if each.kind in (ParamKind.POSITIONAL_ONLY, ParamKind.NORMAL)]
    if not any(isinstance(each, ast.Starred) for each in node.args):
        yield from zip(places, node.args, strict=False)
    yield from ((keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg is not None)


def origin_in(scene: Scene, node: ast.expr) -> tuple[str, str]:
    """The parameter that an expression comes from, through names that are bound once, and the path behind it."""
    path = ""
    for _ in range(20):
        match node:
            case ast.Name(name) if name in scene.arguments:
                return name, path
            case ast.Name(name) if name in scene.body.assigned:
                node = scene.body.assigned[name]
            case ast.Attribute(value, attr):
                node, path = value, f".{attr}{path}"
            case ast.Call(value):
                node, path = value, f".return_value{path}"
            case ast.Await(value):
                node = value
            case _:
                break
    return "", ""
