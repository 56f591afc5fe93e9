"""What becomes of the results of `asyncio.gather` and `asyncio.wait`."""

import ast

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.support.blocks import own_nodes


def awaited_statement(call: CallSite) -> bool:
    """Whether a call is awaited in a statement of its own, so that its result is dropped."""
    match call.statement:
        case ast.Expr(ast.Await(value)):
            return value is call.node
        case _:
            return False


def only_measured(body: Body, name: str) -> bool:
    """Whether a local name is read just for its length, or not at all."""
    measured = {
        id(call.node.args[0])
        for call in body.calls
        if call.name == "len" and not call.local_root and len(call.node.args) == 1
    }
    return name not in body.inner_reads and all(id(load) in measured for load in body.reads.get(name, ()))


def starts_inline(argument: ast.expr) -> bool:
    """Whether an argument is a call, or a starred comprehension of calls, so that nothing else holds what it gives."""
    match argument:
        case ast.Starred(ast.ListComp(element) | ast.GeneratorExp(element)):
            return isinstance(element, ast.Call)
        case _:
            return isinstance(argument, ast.Call)


def checked_below(body: Body, node: ast.expr | ast.stmt) -> bool:
    """Whether an assertion below a place in a function may notice what did not happen there."""
    line = node.end_lineno or node.lineno
    return any(isinstance(each, ast.Assert) and each.lineno > line for each in body.statements) or any(
        call.node.lineno > line
        and isinstance(call.node.func, ast.Attribute)
        and call.node.func.attr.startswith(("assert", "fail"))
        for call in body.calls
    )


def is_cleanup(body: Body, statement: ast.stmt) -> bool:
    """Whether a statement stands in a `finally` or handler, follows a `yield`, or follows the cancelling of a task."""
    for other in body.statements:
        if isinstance(other, ast.Try):
            late = (*other.finalbody, *(each for handler in other.handlers for each in handler.body))
            if any(node is statement for node in own_nodes(late)):
                return True
    before = (statement.lineno, statement.col_offset)
    ends = [node.lineno for node in body.yields]
    ends += [
        call.node.lineno
        for call in body.calls
        if isinstance(call.node.func, ast.Attribute) and call.node.func.attr in ("cancel", "close", "aclose", "stop")
    ]
    return any(line < before[0] for line in ends)
