"""The function that a call gives: `client = make_client("x")`, where `make_client` defines and returns one."""

import ast
from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call, Const, Expr, Opaque, Param, Ref
from loopscope.facts.functions import parameters
from loopscope.facts.outline import FunctionFact
from loopscope.facts.reading import read
from loopscope.workspace.circles import Cycle
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Function, last_of
from loopscope.workspace.wrappers import nested_function, returned_function


class _Given(NamedTuple):
    """A nested function, and what is applied to it where it is returned: `return fixture(scope="module")(inner)`."""

    inner: Body
    around: tuple[ast.expr, ...] = ()


def made_function(q: Queries, path: PurePath, call: Call) -> Function | None:
    """The nested function that a call in `path` surely gives; None when it gives anything else, or perhaps nothing.

    Where its decorators name parameters of the function around it, they have what the call passes, if that is a
    literal.
    """
    maker = last_of(dereference(q, path, call.func.name)) if isinstance(call.func, Ref) else None
    if not isinstance(maker, Function) or maker.fact.decorators or maker.fact.is_async or maker.fact.yields:
        return None
    found = q.function(maker.path, maker.fact.id)
    if found is None or not isinstance(found[1].node.body[-1], ast.Return):
        return None
    facts, body = found
    passed = _passed(body, call)
    given = _given(body)
    if given is not None:
        node = given.inner.node
        written = [read(each, facts.names) for each in (*given.around, *node.decorator_list)]
        fact = FunctionFact(
            given.inner.id,
            node.name,
            is_async=given.inner.is_async,
            yields=bool(given.inner.yields),
            params=tuple([Param(each.arg, kind, has_default) for each, kind, has_default in parameters(node.args)]),
            decorators=tuple([_filled(each, passed, body.bound) for each in written]),
        )
        return Function(maker.path, fact)
    match body.returns:
        case [ast.Return(ast.Call() as other)]:
            handed_on = _filled(read(other, facts.names), passed, body.bound)
            try:
                return q.get(made_function, maker.path, handed_on) if isinstance(handed_on, Call) else None
            except Cycle:
                return None
        case _:
            return None


def _given(body: Body) -> _Given | None:
    match body.returns:
        case [ast.Return(ast.Call(around, [ast.Name(name)], []))]:
            inner = nested_function(body, name)
            return None if inner is None else _Given(inner, (around,))
        case _:
            inner = returned_function(body)
            return None if inner is None else _Given(inner)


def _passed(body: Body, call: Call) -> dict[str, Expr]:
    """What the parameters of a function are when it is called, as far as that is literal."""
    arguments = body.node.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    given: dict[str, Expr] = {
        name: read(default, {}) for name, default in zip(reversed(names), reversed(arguments.defaults), strict=False)
    }
    for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        given[each.arg] = Opaque() if value is None else read(value, {})
    if any(key is None for key, _ in call.keywords) or Opaque("Starred") in call.args:
        return {}
    given.update(zip(names, call.args, strict=False))
    given.update((key, value) for key, value in call.keywords if key is not None)
    return {
        name: value for name, value in given.items() if isinstance(value, Const) and body.times_bound.get(name) == 1
    }


def _filled(expr: Expr, passed: Mapping[str, Expr], local: frozenset[str]) -> Expr:
    """An expression of a function whose local names are replaced by what is passed for them, or by what is unknown."""
    match expr:
        case Ref(name):
            return passed.get(name, Opaque()) if name.partition(".")[0] in local else expr
        case Call(func, args, keywords):
            return Call(
                _filled(func, passed, local),
                tuple([_filled(each, passed, local) for each in args]),
                tuple([(key, _filled(value, passed, local)) for key, value in keywords]),
            )
        case _:
            return expr
