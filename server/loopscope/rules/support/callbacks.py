"""What is called, and not awaited: by a test, or by the functions of the code that get it or find it in its place."""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.reaching import parents_of
from loopscope.facts.reading import dotted_name
from loopscope.rules.context import Context
from loopscope.rules.support.arguments import Taker, taker_of
from loopscope.rules.support.mock_places import replaced_at
from loopscope.rules.support.mock_uses import values_given
from loopscope.rules.support.mocks import context_at
from loopscope.rules.support.names import inner_bodies
from loopscope.workspace.inference.annotations import Names, parsed, text_type
from loopscope.workspace.inference.model import Instance
from loopscope.workspace.mro import member
from loopscope.workspace.values import Function


def is_called_only(ctx: Context, body: Body, node: ast.expr) -> bool:
    """Whether what `name` or `name.attribute` stands for in a test is called without `await`.

    By the test itself; by what gets it, as the annotation of that parameter or its body says; by what the test calls
    while it replaces a global.
    """
    outer = None if ctx.facts is None else ctx.facts.body(body.outermost)
    chain = dotted_name(node)
    if outer is None or chain is None:
        return False
    return any(
        _drops_call(call, chain) or _is_dropped_by(ctx, inner, call, chain)
        for inner in inner_bodies(outer)
        for call in inner.calls
    )


def _is_dropped_by(ctx: Context, body: Body, call: CallSite, chain: tuple[str, str]) -> bool:
    """Whether what a test calls there calls it, and awaits it nowhere."""
    taker = taker_of(ctx, body, call.node)
    if taker is None:
        return False
    annotations = {param.name: param.annotation for param in taker.params}
    names = Names(ctx.queries, taker.path)
    for name, rest in _names_in(ctx, body, call, taker, chain):
        if not rest and _is_synchronous(names, parsed(annotations.get(name))):
            return True
        where = context_at(ctx, taker.path)
        taking = None if where is None or where.facts is None else where.facts.body(taker.fact.id)
        if taking is not None and _drops_all(taking, (name, rest)):
            return True
    return False


def _names_in(
    ctx: Context, body: Body, call: CallSite, taker: Taker, chain: tuple[str, str]
) -> Iterator[tuple[str, str]]:
    """What it is called in the function that a test calls: a parameter, a global, or an attribute of one."""
    root, rest = chain
    for param, given in values_given(taker.params, call.node):
        match dotted_name(given):
            case (name, path) if name == root and f"{rest}.".startswith(f"{path}."):
                yield param, rest.removeprefix(path)
            case _:
                pass
    for place in replaced_at(ctx, body, call):
        if place.variable == root and place.path == taker.path:
            yield place.name, rest


def _drops_all(body: Body, chain: tuple[str, str]) -> bool:
    """Whether a function calls something, each time without waiting for what that gives."""
    calls = [(inner, call) for inner in inner_bodies(body) for call in inner.calls]
    own = [(inner, call) for inner, call in calls if dotted_name(call.node.func) == chain]
    return len(own) > 0 and all(_drops_call(call, chain) or _hands_on(inner, call) for inner, call in own)


def _drops_call(call: CallSite, chain: tuple[str, str]) -> bool:
    return call.use is Use.STATEMENT and dotted_name(call.node.func) == chain


def _hands_on(body: Body, call: CallSite) -> bool:
    """Whether what a call gives becomes the argument of something, which the function waits for nowhere."""
    if call.use is not Use.ARGUMENT:
        return False
    around = parents_of(body)
    node: ast.AST | None = around.get(id(call.node))
    names: set[str] = set()
    while isinstance(node, ast.expr | ast.keyword):
        if isinstance(node, ast.Await):
            return False
        chain = dotted_name(node.func) if isinstance(node, ast.Call) else None
        names.update(() if chain is None else chain[:1])
        node = around.get(id(node))
    if isinstance(node, ast.Assign):
        names.update(each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name))
    return not isinstance(node, ast.Return) and not names & _waited_for(body)


def _waited_for(body: Body) -> set[str]:
    """The variables that a function awaits, or that `async with` gives it."""
    waits: list[ast.AST] = [*body.awaits]
    waits += [item for block in body.withs if isinstance(block, ast.AsyncWith) for item in block.items]
    return {each.id for wait in waits for each in ast.walk(wait) if isinstance(each, ast.Name)} & body.bound


def _is_synchronous(names: Names, annotation: ast.expr | None) -> bool:
    """Whether an annotation asks for something that is called and gives `None`: there is nothing to await then."""
    match annotation:
        case ast.BinOp(left, ast.BitOr(), right):
            return any(_is_synchronous(names, each) for each in (left, right))
        case ast.Subscript(ast.Name("Callable") | ast.Attribute(_, "Callable"), ast.Tuple([_, result])):
            return _is_none(result)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return _protocol_is_synchronous(names, text_type(names, ast.unparse(annotation)))
        case _:
            return False


def _protocol_is_synchronous(names: Names, stated: object) -> bool:
    if not isinstance(stated, Instance):
        return False
    called = names.q.get(member, stated.path, stated.id, "__call__")
    return isinstance(called, Function) and not called.fact.is_async and _is_none(parsed(called.fact.returns))


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
