"""Decorators whose wrapper gives what the decorated function gives: told from their bodies."""

import ast
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call, Expr, dotted
from loopscope.facts.outline import FactId
from loopscope.workspace.mro import member
from loopscope.workspace.queries import Queries
from loopscope.workspace.targets import class_doubt, referred
from loopscope.workspace.values import Class, Function, Value, last_of
from loopscope.workspace.wrappers import WRAPPING, plain_wrappers


def keeps_result(q: Queries, path: PurePath, expr: Expr) -> bool:
    """Whether a decorator, a function whose source is at hand, leaves alone what calls of a function give.

    Its wrapper returns the call of the function, or is an `async def` (what it wraps is then taken to be one as well).
    """
    written = dotted(expr)
    value = last_of(referred(q, path, written)) if written is not None else None
    if not isinstance(value, Function) or value.fact.decorators:
        return False
    return q.get(function_keeps, value.path, value.fact.id, isinstance(expr, Call))


def makes_coroutine_function(q: Queries, path: PurePath, expr: Expr) -> bool:
    """Whether what a decorator makes gives a coroutine when called, whatever it decorates.

    A function that returns `async def` wrappers only, or a class with an `async def __call__`.
    """
    written = dotted(expr)
    value = last_of(referred(q, path, written)) if written is not None else None
    return q.get(value_makes_coroutine_function, value, isinstance(expr, Call)) if value is not None else False


def value_makes_coroutine_function(q: Queries, value: Value, called: bool) -> bool:
    """`makes_coroutine_function` of what a decorator is, `called` before it is given the function."""
    match value:
        case Function(path, fact) if not fact.decorators and not fact.is_async:
            found = q.function(path, fact.id)
            return found is not None and _wraps_in_coroutine(found[1], called=called)
        case Class(path, fact) if not called and q.get(class_doubt, path, fact.id) is None:
            caller = q.get(member, path, fact.id, "__call__")
            made = isinstance(caller, Function) and caller.fact.is_async and not caller.fact.yields
            return made and isinstance(caller, Function) and not caller.fact.decorators
        case _:
            return False


def _wraps_in_coroutine(body: Body, *, called: bool) -> bool:
    given = [plain_wrappers(body, value.id) if isinstance(value, ast.Name) else [] for value in _returned(body)]
    return bool(given) and all(
        len(inner) == 1
        and (_wraps_in_coroutine(inner[0], called=False) if called else _is_coroutine_function(inner[0]))
        for inner in given
    )


def _is_coroutine_function(body: Body) -> bool:
    return body.is_async and not body.yields


def _returned(body: Body) -> list[ast.expr | None]:
    return [node.value for node in body.returns]


def function_keeps(q: Queries, path: PurePath, id_: FactId, called: bool) -> bool:
    """`keeps_result` of the function that a decorator is, `called` before it is given what it decorates."""
    found = q.function(path, id_)
    return found is not None and _keeps(found[1], called=called)


def _keeps(body: Body, *, called: bool) -> bool:
    values = _returned(body)
    if called:
        given = [plain_wrappers(body, value.id) if isinstance(value, ast.Name) else [] for value in values]
        return bool(given) and all(inner and all(_keeps(each, called=False) for each in inner) for inner in given)
    first = [param.arg for param in (*body.node.args.posonlyargs, *body.node.args.args)][:1]
    return bool(values) and bool(first) and all(_is_same(body, value, first[0]) for value in values)


def _is_same(body: Body, value: ast.expr | None, function: str) -> bool:
    """Whether what a decorator returns is the function, or a wrapper that calls it."""
    match value:
        case ast.Name(name) if name == function:
            return True
        case ast.Name(name):
            wrappers = plain_wrappers(body, name)
            return bool(wrappers) and all(_passes_on(each, function) for each in wrappers)
        case ast.IfExp(_, one, other):
            return _is_same(body, one, function) and _is_same(body, other, function)
        case ast.Call(func, [_, ast.Name() as given]) if ast.unparse(func).rpartition(".")[2] == "cast":
            return _is_same(body, given, function)
        case ast.Call(func, [ast.Name(name), *_]) if name != function:
            return ast.unparse(func) in WRAPPING and _is_same(body, ast.Name(name), function)
        case _:
            return False


def _passes_on(wrapper: Body, function: str) -> bool:
    if wrapper.yields:
        return False
    if wrapper.is_async:
        return any(isinstance(each.value, ast.Call) and _calls(each.value, function) for each in wrapper.awaits)
    # `None` where calling it fails is left out, as everywhere.
    values = [node.value for node in wrapper.returns if not _is_none(node.value)]
    return bool(values) and all(isinstance(value, ast.Call) and _calls(value, function) for value in values)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _calls(node: ast.Call, function: str) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == function
