"""Objects that tests make and call methods of: the calls that make them, and what their constructors keep."""

import ast
from collections.abc import Collection, Iterator
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.support.awaiting import test_of
from loopscope.rules.support.mock_setups import Chain, bound_expression, chain_of, resolved, set_ups
from loopscope.rules.support.mocks import DATA, Mock, context_at, fixture_of, mock_at, mock_of, value_of_fixture
from loopscope.rules.support.patches import parameter_names, site_of
from loopscope.workspace.inference.instances import sets_on_self, setters
from loopscope.workspace.model import FixtureDef
from loopscope.workspace.mro import mro_of
from loopscope.workspace.targets import class_doubt, referred
from loopscope.workspace.values import Class


class Made(NamedTuple):
    """The call, in `body`, that makes an object of a class; `name` is its local name where that is in the test."""

    ctx: Context
    body: Body
    node: ast.Call
    owner: Class
    name: str


def object_at(ctx: Context, body: Body, node: ast.expr) -> Made | None:
    """The object that an expression of a test surely is: made there, or by a fixture; None when that is not certain."""
    match node:
        case ast.Call():
            return _made(ctx, body, node, "")
        case ast.Name(name) if name in parameter_names(body):
            fixture = fixture_of(ctx, body, name)
            other = None if fixture is None else context_at(ctx, fixture.path)
            found = None if fixture is None or other is None else value_of_fixture(other, fixture)
            if other is None or found is None or set_ups(ctx, body, name) or not is_alone(body, name):
                return None
            inner, value = found
            given = value.id if isinstance(value, ast.Name) else ""
            if given and (set_ups(other, inner, given) or not is_alone(inner, given)):
                return None
            made = bound_expression(inner, given) if given else value
            return _made(other, inner, made, "") if isinstance(made, ast.Call) else None
        case ast.Name(name):
            made = bound_expression(body, name)
            return None if not isinstance(made, ast.Call) or not is_alone(body, name) else _made(ctx, body, made, name)
        case _:
            return None


def is_alone(body: Body, name: str, argument: ast.expr | None = None) -> bool:
    """Whether a local name, bound once, is handed to nobody, or only as `argument`: nobody else sets up what it is."""
    if name in body.inner_reads or body.times_bound.get(name) != 1:
        return False
    root = resolved(body, Chain(name, ())).root
    return all(part is argument or root != given for part, given in _handed_on(body))


def _handed_on(body: Body) -> list[tuple[ast.expr, str]]:
    """What a function's calls are given, with the local name that it is, or is a part of."""
    found = body.notes.get("handed on")
    if found is None:
        found = body.notes["handed on"] = [
            (part, resolved(body, chain).root)
            for call in body.calls
            for given in (*call.node.args, *(keyword.value for keyword in call.node.keywords))
            for part in _parts(given)
            if (chain := chain_of(part)) is not None and DATA.isdisjoint(chain.path)
        ]
    # The key is used here only.
    return cast("list[tuple[ast.expr, str]]", found)


def has_own_parts(mock: Mock) -> bool:
    """Whether the mocks that are set up on a mock by their names are handed to nobody else."""
    return all(
        is_alone(each.owner, each.value.id, each.value)
        for each in mock.set_ups
        if isinstance(each.value, ast.Name)
        and isinstance(each.owner, Body)
        and mock_at(each.ctx, each.owner, each.value) is not None
    )


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """An argument and what literals in it hold."""
    match node:
        case ast.List(values) | ast.Tuple(values) | ast.Set(values) | ast.Dict(_, values):
            for each in values:
                yield from _parts(each)
        case ast.Starred(value):
            yield from _parts(value)
        case _:
            yield node


def is_alone_at(ctx: Context, body: Body, name: str, argument: ast.expr | None = None) -> bool:
    """`is_alone`, and of the value of a fixture whether only this test and the fixture itself have it."""
    mock = mock_of(ctx, body, name)
    if not is_alone(body, name, argument) or (mock is not None and not has_own_parts(mock)):
        return False
    fixture = fixture_of(ctx, body, name) if name in parameter_names(body) else None
    other = None if fixture is None else context_at(ctx, fixture.path)
    found = None if fixture is None or other is None else value_of_fixture(other, fixture)
    if fixture is None or found is None:
        return fixture is None
    inner, value = found
    return (not isinstance(value, ast.Name) or is_alone(inner, value.id)) and not _is_shared(ctx, body, fixture)


def _is_shared(ctx: Context, body: Body, fixture: FixtureDef) -> bool:
    """Whether another fixture of a test has the value of a fixture too."""
    test = test_of(ctx, body)
    closure = None if test is None else ctx.closure(test)
    if closure is None or closure.unknown:
        return True
    others = (each for chain in closure.chains.values() for each in chain if each is not fixture)
    return any(fixture.name in {param.name for param in each.function.params} for each in others)


def kept(ctx: Context, owner: Class, maker: Body) -> Iterator[tuple[str, ast.expr]]:
    """The attributes that only the constructor sets, always, with the expressions of their values."""
    for name in sets_on_self(maker):
        found = list(setters(ctx.queries, owner.path, owner.fact.id, name))
        statement = found[0][1]
        if len(found) == 1 and found[0][0].body is maker and any(each is statement for each in maker.node.body):
            match statement:
                case ast.Assign([ast.Attribute()], value) | ast.AnnAssign(_, _, ast.expr() as value):
                    yield name, value
                case _:
                    pass


def chosen(value: ast.expr, absent: Collection[str], given: Collection[str]) -> ast.expr:
    """What remains of `client or Client()` and its like where the parameter is given a mock, or left out."""
    match value:
        case ast.BoolOp(ast.Or(), [ast.Name(name) as first, second]):
            return first if name in given else second if name in absent else value
        case ast.IfExp(ast.Compare(ast.Name(name), [sign], [ast.Constant(None)]), body, orelse) if (
            name in given or name in absent
        ):
            is_there = (name in given) is isinstance(sign, ast.IsNot)
            return (body if is_there else orelse) if isinstance(sign, ast.Is | ast.IsNot) else value
        case _:
            return value


def absent(maker: Body, given: Collection[str]) -> frozenset[str]:
    """The parameters of a constructor that are left out, and then are `None`."""
    arguments = maker.node.args
    places = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(places[len(places) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return frozenset(each.arg for each, value in pairs if each.arg not in given and _is_none(value))


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _made(ctx: Context, body: Body, node: ast.Call, name: str) -> Made | None:
    site = site_of(ctx, body, node)
    if site is None or site.name is None or site.local_root:
        return None
    owner = referred(ctx.queries, ctx.path, site.name)
    if not isinstance(owner, Class) or ctx.is_patched(site.name, body):
        return None
    key = (owner.path, owner.fact.id)
    doubt = ctx.queries.get(mro_of, *key).unknown or ctx.queries.get(class_doubt, *key)
    return None if doubt else Made(ctx, body, node, owner, name)
