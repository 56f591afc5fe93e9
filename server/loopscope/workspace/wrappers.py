"""Decorators of the project: whether what they return is still a coroutine function, or which function it is."""

import ast
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call, Expr, Param, dotted
from loopscope.facts.functions import parameters
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.workspace.imports import is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.marks import marks_in, written_mark
from loopscope.workspace.model import Unknown
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import decorator_name, is_transparent, scoped_decorators
from loopscope.workspace.values import Function, last_of

WRAPPING = frozenset(("functools.wraps", "wraps", "functools.update_wrapper"))
"""What leaves a wrapper the function that it is."""


def coroutine_doubt(q: Queries, path: PurePath, id_: FactId) -> Unknown | None:
    """Why an `async def` may be no coroutine function once its decorators have run; None when it surely is one."""
    fact = q.get(index_of, path).functions.get(id_)
    for expr in scoped_decorators(q, path, fact) if fact is not None else ():
        name = decorator_name(q, path, expr)
        if name is None or not _keeps_by_name(q, path, expr, name):
            return Unknown(f"the decorator `{name or 'of the test'}` may change what runs")
    return None


class Effective(NamedTuple):
    """A function whose parameters pytest looks at, and the decorators that are applied to it."""

    fact: FunctionFact
    decorators: tuple[Expr, ...]
    by: str | None = None
    """The decorator that put it in the place of the function that is written."""


def effective(q: Queries, path: PurePath, fact: FunctionFact, decorators: tuple[Expr, ...]) -> Effective:
    """The function whose signature counts: that which a decorator surely returns instead, without `functools.wraps`."""
    for place, expr in enumerate(decorators):
        inner = q.get(replacement, path, expr)
        if inner is not None:
            params, is_async, yields = inner
            made = fact._replace(params=params, is_async=is_async, yields=yields)
            return Effective(made, decorators[:place], dotted(expr))
    return Effective(fact, decorators)


def replacement(q: Queries, path: PurePath, expr: Expr) -> tuple[tuple[Param, ...], bool, bool] | None:
    """Parameters of the function that a decorator returns, whether it is async and yields; None when that is unsure.

    A function with `__wrapped__` or `__signature__` has the parameters of another, and is none.
    """
    written = dotted(expr)
    value = dereference(q, path, written) if written is not None else None
    if not isinstance(value, Function) or value.fact.decorators or value.fact.is_async or value.fact.yields:
        return None
    found = q.function(value.path, value.fact.id)
    made = None if found is None else returned_function(found[1])
    if isinstance(expr, Call):
        made = None if made is None else returned_function(made)
    if made is None or found is None or made.node.decorator_list:
        return None
    if any(word in ast.unparse(found[1].node) for word in ("wraps", "update_wrapper", "__wrapped__", "__signature__")):
        return None
    params = tuple(Param(one.arg, kind, given) for one, kind, given in parameters(made.node.args))
    return params, made.is_async, bool(made.yields)


def keeps_docstring(q: Queries, path: PurePath, expr: Expr) -> bool:
    """Whether a decorator, a function of the project, returns its argument or a function with `functools.wraps`."""
    written = dotted(expr)
    value = dereference(q, path, written) if written is not None else None
    found = q.function(value.path, value.fact.id) if isinstance(value, Function) else None
    body = None if found is None else found[1]
    if body is not None and isinstance(expr, Call):
        body = returned_function(body)
    if body is None:
        return False
    first = [param.arg for param in (*body.node.args.posonlyargs, *body.node.args.args)][:1]
    inner = returned_function(body)
    if inner is not None:
        return any("wraps(" in ast.unparse(decorator) for decorator in inner.node.decorator_list)
    return bool(body.returns) and all(isinstance(one.value, ast.Name) and one.value.id in first for one in body.returns)


def plain_wrappers(body: Body, name: str) -> list[Body]:
    """The nested functions that a name of a function stands for; none where more than `functools.wraps` decorates one.

    Nor where anything else binds the name, as in `wrapper = run_in_loop(wrapper)`.
    """
    found = [inner for inner in body.nested if inner.node.name == name]
    if body.times_bound.get(name) != len(found):
        return []
    return found if all(_is_wrapping(one) for inner in found for one in inner.node.decorator_list) else []


def _is_wrapping(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func) in WRAPPING


def returned_function(body: Body) -> Body | None:
    """The nested function that every `return` of a function gives; None when that is not so, or it is bound twice."""
    values = [node.value for node in body.returns]
    names = {value.id if isinstance(value, ast.Name) else None for value in values}
    name = names.pop() if len(names) == 1 else None
    return None if name is None else nested_function(body, name)


def nested_function(body: Body, name: str) -> Body | None:
    """The nested function of a name that nothing else binds."""
    nested = [inner for inner in body.nested if inner.node.name == name]
    return nested[0] if len(nested) == 1 and body.times_bound[name] == 1 else None


def _keeps_by_name(q: Queries, path: PurePath, expr: Expr, name: str) -> bool:
    if name.startswith(("unittest.skip", "unittest.case.skip")):
        return False  # What takes the place of a skipped function is no coroutine function.
    if is_transparent(name) or name.startswith(("unittest.mock.", "mock.", "hypothesis.")):
        return True
    return bool(q.get(marks_in, path, expr, "the test")) or q.get(keeps_coroutine, path, expr)


def keeps_coroutine(q: Queries, path: PurePath, expr: Expr) -> bool:
    """Whether a decorator, a function of the project, returns its argument or an `async def` of its own."""
    written = dotted(expr)
    value = last_of(dereference(q, path, written)) if written is not None else None
    if not isinstance(value, Function) or value.fact.decorators or is_installed(q, value.path):
        return False
    return q.get(_function_keeps, value.path, value.fact.id, isinstance(expr, Call))


def _function_keeps(q: Queries, path: PurePath, id_: FactId, called: bool) -> bool:
    found = q.function(path, id_)
    return found is not None and _keeps(found[1], called=called)


def _keeps(body: Body, *, called: bool) -> bool:
    """Whether every `return` gives back the function, or a nested coroutine function; one level deeper when called."""
    values = [node.value for node in body.returns]
    if called:
        return bool(values) and all(_makes_keeper(value, body) for value in values)
    first = [param.arg for param in (*body.node.args.posonlyargs, *body.node.args.args)][:1]
    return bool(values) and all(_is_same(value, first, body) for value in values)


def _makes_keeper(value: ast.expr | None, body: Body) -> bool:
    """Whether a returned value is a decorator that keeps coroutine functions: a nested one, or a mark."""
    match value:
        case ast.Name(name):
            inner = plain_wrappers(body, name)
            return bool(inner) and all(_keeps(each, called=False) for each in inner)
        case ast.Call(func) | (ast.Attribute() as func):
            return written_mark(func) is not None
        case _:
            return False


def _is_same(value: ast.expr | None, first: list[str], body: Body) -> bool:
    match value:
        case ast.Name(name):
            inner = plain_wrappers(body, name)
            return name in first or (bool(inner) and all(each.is_async for each in inner))
        case ast.Call(func, [ast.Name(name)], []):
            # `pytest.mark.something(...)(function)` gives the function back.
            return name in first and written_mark(func) is not None
        case _:
            return False
