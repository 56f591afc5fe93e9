"""Calls that surely happen, once their function runs."""

import ast

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.support.calls import expects_failure

_ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)


def surely_runs(body: Body, call: CallSite) -> bool:
    """Whether a call stands in no branch, nothing ends the function before it, and nothing expects it to fail."""
    if call.in_lambda or call.in_comprehension or expects_failure(body, call):
        return False
    block = body.node.body
    while not any(each is call.statement for each in block):
        inner = [held for each in block if (held := _always(each)) and _holds(held, call.statement)]
        if not inner:
            return False
        block = inner[0]
    return not any(isinstance(each, _ENDS) and each.lineno < call.node.lineno for each in body.statements)


def _always(statement: ast.stmt) -> list[ast.stmt]:
    """The block of a statement that runs whenever the statement does, and whose exceptions go on."""
    match statement:
        case ast.With(body=body) | ast.AsyncWith(body=body) | ast.Try(body=body, handlers=[]):
            return body
        case _:
            return []


def _holds(block: list[ast.stmt], statement: ast.stmt) -> bool:
    return block[0].lineno <= statement.lineno <= (block[-1].end_lineno or 0)
