"""What is handed over to be called, and not awaited."""

import ast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.support.arguments import taker_of
from loopscope.rules.support.mock_uses import names_given
from loopscope.rules.support.names import inner_bodies
from loopscope.workspace.inference.annotations import Names, parsed, text_type
from loopscope.workspace.inference.model import Instance
from loopscope.workspace.mro import member
from loopscope.workspace.values import Function


def is_called_only(ctx: Context, body: Body, node: ast.expr) -> bool:
    """Whether what a local name stands for is surely called without `await`.

    By the test itself, or by what gets it, as the annotation of that parameter says.
    """
    outer = None if ctx.facts is None else ctx.facts.body(body.outermost)
    if outer is None or not isinstance(node, ast.Name):
        return False
    return any(
        _calls_only(call, node.id) or _gets_synchronous(ctx, inner, call, node.id)
        for inner in inner_bodies(outer)
        for call in inner.calls
    )


def _calls_only(call: CallSite, name: str) -> bool:
    return call.use is Use.STATEMENT and isinstance(call.node.func, ast.Name) and call.node.func.id == name


def _gets_synchronous(ctx: Context, body: Body, call: CallSite, name: str) -> bool:
    values = (*call.node.args, *(keyword.value for keyword in call.node.keywords))
    if not any(isinstance(value, ast.Name) and value.id == name for value in values):
        return False
    taker = taker_of(ctx, body, call.node)
    if taker is None:
        return False
    annotations = {param.name: param.annotation for param in taker.params}
    return any(
        given.id == name and _is_synchronous(Names(ctx.queries, taker.path), parsed(annotations.get(param)))
        for param, given in names_given(taker.params, call.node)
    )


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
