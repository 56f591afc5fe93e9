"""Decorators of the project whose wrapper is no coroutine function, whatever they decorate."""

import ast
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.expr import Call, Expr, dotted
from loopscope.facts.outline import FunctionFact
from loopscope.rules.support.calls import binding_count
from loopscope.workspace.imports import is_installed
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import decorator_name
from loopscope.workspace.values import Function, last_of

_HANDED_ON = (Use.RETURNED, Use.STATEMENT)


class Wrapper(NamedTuple):
    """A synchronous wrapper: its file and body, the calls in it of the decorated function, which decorator it is of."""

    path: PurePath
    body: Body
    calls: tuple[CallSite, ...]
    decorator: int


def hiding_wrapper(q: Queries, path: PurePath, fact: FunctionFact) -> Wrapper | None:
    """The wrapper that takes the place of an `async def`, when just one of its decorators is no mark and makes it."""
    others = [
        (place, expr)
        for place, expr in enumerate(fact.decorators)
        if not (dotted(expr) or "").startswith("pytest.mark.")
    ]
    if len(others) > 1:
        # An alias of a mark shows only when it is followed.
        others = [each for each in others if not (decorator_name(q, path, each[1]) or "").startswith("pytest.mark.")]
    if len(others) != 1:
        return None
    place, expr = others[0]
    made = q.get(_made_by, path, expr)
    return None if made is None else Wrapper(*made, place)


def _made_by(q: Queries, path: PurePath, expr: Expr) -> tuple[PurePath, Body, tuple[CallSite, ...]] | None:
    written = dotted(expr)
    value = last_of(dereference(q, path, written)) if written is not None else None
    if not isinstance(value, Function) or value.fact.decorators or is_installed(q, value.path):
        return None
    facts = q.facts(value.path)
    body = None if facts is None else facts.body(value.fact.id)
    if isinstance(expr, Call) and body is not None:
        body = _returned(body)
    wrapper = None if body is None or body.is_async else _returned(body)
    calls = None if body is None or wrapper is None else _hidden_calls(body, wrapper)
    return None if wrapper is None or calls is None else (value.path, wrapper, calls)


def _returned(body: Body) -> Body | None:
    """The nested function that a function always returns, when nothing else is done with it."""
    match [node.value for node in body.returns]:
        case [ast.Name(name)] if binding_count(body, name) == 1 and len(body.reads.get(name, ())) == 1:
            return next((inner for inner in body.nested if inner.node.name == name), None)
        case _:
            return None


def _hidden_calls(decorator: Body, wrapper: Body) -> tuple[CallSite, ...] | None:
    """The calls of the decorated function in a wrapper, when each hands its value on, or drops it; None otherwise."""
    arguments = decorator.node.args
    if wrapper.is_async or wrapper.yields or wrapper.nested or wrapper.lambdas or len(arguments.args) != 1:
        return None
    name = arguments.args[0].arg
    calls = tuple(call for call in wrapper.calls if isinstance(call.node.func, ast.Name) and call.node.func.id == name)
    uses = {call.use for call in calls}
    if not calls or name in wrapper.bound or len(uses) != 1 or not uses <= set(_HANDED_ON):
        return None
    if len(wrapper.reads.get(name, ())) != len(calls) or not _is_only_wrapped(decorator, wrapper, name):
        return None
    return calls


def _is_only_wrapped(decorator: Body, wrapper: Body, name: str) -> bool:
    """Whether the decorator does nothing with its argument but `functools.wraps` of it."""
    wraps = [call for call in decorator.calls if call.name == "functools.wraps"]
    if len(wrapper.node.decorator_list) != len(wraps) or len(wraps) > 1:
        return False
    return binding_count(decorator, name) == 1 and len(decorator.reads.get(name, ())) == len(wraps)
