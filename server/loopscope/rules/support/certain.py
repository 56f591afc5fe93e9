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
        inner = [each for each in block if isinstance(each, ast.With | ast.AsyncWith) and _holds(each, call.statement)]
        if not inner:
            return False
        block = inner[0].body
    return not any(isinstance(each, _ENDS) and each.lineno < call.node.lineno for each in body.statements)


def _holds(block: ast.With | ast.AsyncWith, statement: ast.stmt) -> bool:
    return block.lineno <= statement.lineno <= (block.end_lineno or 0)
