"""Whether a function can come to its end without a `return`, and so give None."""

import ast
from collections.abc import Sequence


def may_reach_end(block: Sequence[ast.stmt]) -> bool:
    """Whether what follows a block may run. A `with` counts as if it let every exception through."""
    return all(_may_pass(statement) for statement in block)


def _may_pass(statement: ast.stmt) -> bool:
    match statement:
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
            return False
        case ast.If(_, body, orelse):
            return may_reach_end(body) or may_reach_end(orelse)
        case ast.With(_, body) | ast.AsyncWith(_, body):
            return may_reach_end(body)
        case ast.Try(body, handlers, orelse, final) | ast.TryStar(body, handlers, orelse, final):
            tried = may_reach_end(body) and may_reach_end(orelse)
            return may_reach_end(final) and (tried or any(may_reach_end(each.body) for each in handlers))
        case ast.While(ast.Constant(value), body):
            return not value or _breaks(body)
        case ast.Match(_, cases):
            last = cases[-1]
            whole = last.guard is None and isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
            return not whole or any(may_reach_end(each.body) for each in cases)
        case _:
            return True


def _breaks(block: Sequence[ast.stmt]) -> bool:
    """Whether a `break` stands in a loop; one of a loop inside counts, too: that is seldom, and costs little."""
    return any(isinstance(node, ast.Break) for statement in block for node in ast.walk(statement))
