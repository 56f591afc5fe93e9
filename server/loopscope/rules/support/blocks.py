"""The blocks of statements that a function's own body is made of."""

import ast
from collections.abc import Iterator, Sequence

from loopscope.facts.bodies import Body

_INNER_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def blocks(statements: Sequence[ast.stmt]) -> Iterator[Sequence[ast.stmt]]:
    """The block that is given and those inside of it, nested functions and classes excluded."""
    yield statements
    for statement in statements:
        if isinstance(statement, _INNER_SCOPES):
            continue
        for inner in _inner(statement):
            yield from blocks(inner)


def own_nodes(statements: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """All nodes of a block, without what nested functions, lambdas and classes hold."""
    pending: list[ast.AST] = list(statements)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (*_INNER_SCOPES, ast.Lambda)):
            pending += ast.iter_child_nodes(node)


def runs_for_ever(body: Body) -> bool:
    """Whether the function holds a `while True` that nothing but an exception leaves."""
    return any(endless(statement) for statement in body.statements)


def endless(statement: ast.stmt) -> bool:
    """Whether a statement is a `while True` without a `break` or `return` of its own."""
    if not isinstance(statement, ast.While) or not isinstance(statement.test, ast.Constant) or not statement.test.value:
        return False
    return not any(isinstance(node, ast.Break | ast.Return) for node in own_nodes(statement.body))


def _inner(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    match statement:
        case ast.If(_, body, orelse) | ast.While(_, body, orelse):
            yield from (body, orelse)
        case ast.For(_, _, body, orelse) | ast.AsyncFor(_, _, body, orelse):
            yield from (body, orelse)
        case ast.With(_, body) | ast.AsyncWith(_, body):
            yield body
        case ast.Try(body, handlers, orelse, final) | ast.TryStar(body, handlers, orelse, final):
            yield from (body, *(handler.body for handler in handlers), orelse, final)
        case ast.Match(_, cases):
            yield from (case.body for case in cases)
        case _:
            pass
