"""Decorators of the project: whether what they return is still a coroutine function."""

import ast
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call, Expr, dotted
from loopscope.facts.outline import FactId
from loopscope.workspace.imports import is_installed
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Function, last_of


def keeps_coroutine(q: Queries, path: PurePath, expr: Expr) -> bool:
    """Whether a decorator, a function of the project, returns its argument or an `async def` of its own."""
    written = dotted(expr)
    value = last_of(dereference(q, path, written)) if written is not None else None
    if not isinstance(value, Function) or value.fact.decorators or is_installed(q, value.path):
        return False
    return q.get(_function_keeps, value.path, value.fact.id, isinstance(expr, Call))


def _function_keeps(q: Queries, path: PurePath, id_: FactId, called: bool) -> bool:  # noqa: FBT001  part of a key
    facts = q.facts(path)
    body = facts.body(id_) if facts is not None else None
    return body is not None and _keeps(body, called=called)


def _keeps(body: Body, *, called: bool) -> bool:
    """Whether every `return` gives back the function, or a nested coroutine function; one level deeper when called."""
    nested = {inner.node.name: inner for inner in body.nested}
    values = [node.value for node in body.returns]
    if called:
        return bool(values) and all(_makes_keeper(value, nested) for value in values)
    first = [param.arg for param in (*body.node.args.posonlyargs, *body.node.args.args)][:1]
    return bool(values) and all(_is_same(value, first, nested) for value in values)


def _makes_keeper(value: ast.expr | None, nested: dict[str, Body]) -> bool:
    """Whether a returned value is a decorator that keeps coroutine functions: a nested one, or a mark."""
    match value:
        case ast.Name(name):
            return name in nested and _keeps(nested[name], called=False)
        case ast.Call(func) | (ast.Attribute() as func):
            return _is_mark(func)
        case _:
            return False


def _is_mark(func: ast.expr) -> bool:
    return ".mark." in f"{ast.unparse(func)}."


def _is_same(value: ast.expr | None, first: list[str], nested: dict[str, Body]) -> bool:
    match value:
        case ast.Name(name):
            return name in first or (name in nested and nested[name].is_async)
        case ast.Call(func, [ast.Name(name)], []):
            # `pytest.mark.something(...)(function)` gives the function back.
            return name in first and _is_mark(func)
        case _:
            return False
