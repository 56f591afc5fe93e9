"""Futures that are made and filled at once, only to be handed to a mock."""

import ast
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.support.calls import block_of, bound_value
from loopscope.rules.support.mock_values import is_future
from loopscope.rules.support.text import own_lines
from loopscope.text.edit import Edit


class FilledFuture(NamedTuple):
    """A local future: the result that it gets, and the statements that make and fill it."""

    result: ast.expr
    statements: tuple[ast.stmt, ...]


def filled_future(ctx: Context, body: Body, value: ast.expr) -> FilledFuture | None:
    """How the future that a name stands for is filled, which is used for nothing else; None for any other."""
    future = bound_value(body, value.id) if isinstance(value, ast.Name) else None
    if future is None or not isinstance(value, ast.Name) or not is_future(ctx, body, future):
        return None
    filling = [each for each in body.calls if ast.unparse(each.node.func) == f"{value.id}.set_result"]
    alone = len(body.reads.get(value.id, ())) == len(filling) + 1 and value.id not in body.inner_reads
    if len(filling) != 1 or not alone or filling[0].node.lineno >= value.lineno or len(filling[0].node.args) != 1:
        return None
    making = next((each for each in body.statements if isinstance(each, ast.Assign) and each.value is future), None)
    return None if making is None else FilledFuture(filling[0].node.args[0], (making, filling[0].statement))


def filled_in_place(ctx: Context, body: Body, target: ast.expr, value: ast.expr) -> FilledFuture | None:
    """How a new future that is assigned to a target is filled, by the very next statement and no other."""
    assigning = next((each for each in body.statements if isinstance(each, ast.Assign) and each.value is value), None)
    block = None if assigning is None or not is_future(ctx, body, value) else block_of(body.node, assigning)
    if block is None or assigning is None:
        return None
    written = ast.unparse(target)
    following = block[block.index(assigning) + 1 :][:1]
    read = [each for each in ast.walk(body.node) if isinstance(each, ast.Attribute) and ast.unparse(each) == written]
    match following:
        case [ast.Expr(ast.Call(func, [result], []))] if (
            ast.unparse(func) == f"{written}.set_result" and len(read) == 2
        ):
            return FilledFuture(result, (following[0],))
        case _:
            return None


def without_future(ctx: Context, body: Body, value: ast.expr, future: FilledFuture) -> list[Edit] | None:
    """Edits that put the result in the place of the future, and remove the statements; None where lines are shared.

    The first edit is that of the value.
    """
    lines = [own_lines(ctx.text, ctx.span(body, each)) for each in future.statements]
    if any(each is None for each in lines):
        return None
    result = ctx.source(ctx.span(body, future.result))
    return [Edit(ctx.span(body, value), result), *(Edit(each, "") for each in lines if each is not None)]
