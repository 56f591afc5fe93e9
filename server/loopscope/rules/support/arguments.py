"""Which function gets the arguments of a call, and whether it takes them."""

import ast
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Param, ParamKind
from loopscope.facts.outline import FunctionFact
from loopscope.rules.context import Context
from loopscope.rules.support.callees import type_of
from loopscope.workspace.index import index_of
from loopscope.workspace.inference.frames import decorator_names
from loopscope.workspace.inference.model import Callee, ClassObject, Instance, Type
from loopscope.workspace.mro import member
from loopscope.workspace.values import Function

_KEEP = frozenset(("staticmethod", "classmethod"))


class Taker(NamedTuple):
    """A function that gets the arguments of a call for `params`; `exact` unless a subclass may have another one."""

    path: PurePath
    fact: FunctionFact
    params: tuple[Param, ...]
    exact: bool


def taker_of(ctx: Context, body: Body, node: ast.Call) -> Taker | None:
    """The function or method of a file that a call calls, or the `__init__` of the class."""
    match type_of(ctx, body, node.func):
        case Callee(path, id_, receiver) as callee:
            fact = ctx.queries.get(index_of, path).functions.get(id_)
            if fact is None:
                return None
            skipped = _skipped(ctx, callee, fact)
            return Taker(path, fact, fact.params[skipped:], receiver is None or getattr(receiver, "exact", False))
        case ClassObject(path, id_):
            maker = ctx.queries.get(member, path, id_, "__init__")
            return Taker(maker.path, maker.fact, maker.fact.params[1:], True) if isinstance(maker, Function) else None
        case _:
            return None


def named(params: tuple[Param, ...], node: ast.Call, value: ast.expr) -> Param | None:
    """The parameter that gets one of the arguments of a call; None when that is not certain."""
    places = [each for each in params if each.kind in (ParamKind.POSITIONAL_ONLY, ParamKind.NORMAL)]
    for keyword in node.keywords:
        if keyword.value is value:
            return next((each for each in params if each.name == keyword.arg), None)
    if any(isinstance(each, ast.Starred) for each in node.args):
        return None
    return next((place for place, each in zip(places, node.args, strict=False) if each is value), None)


def surely_takes(ctx: Context, callee: Type | None, node: ast.Call) -> bool:
    """Whether a call binds its arguments to the parameters of an `async def`, as `inspect.Signature.bind` does.

    Calling that raises nothing then: what its body raises comes when it is awaited.
    """
    if not isinstance(callee, Callee):
        return False
    fact = ctx.queries.get(index_of, callee.path).functions.get(callee.id)
    if fact is None or not fact.is_async:
        return False
    if any(name not in _KEEP for name in decorator_names(ctx.queries, callee.path, fact)):
        return False
    return _binds(fact.params[_skipped(ctx, callee, fact) :], node)


def _skipped(ctx: Context, callee: Callee, fact: FunctionFact) -> int:
    """How many parameters are given by what a method is taken from."""
    names = decorator_names(ctx.queries, callee.path, fact)
    on_class = isinstance(callee.receiver, ClassObject) and "classmethod" in names
    bound = isinstance(callee.receiver, Instance) or on_class
    return int(bound and "staticmethod" not in names)


def _binds(params: tuple[Param, ...], node: ast.Call) -> bool:
    if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
        return False
    kinds = {each.kind for each in params}
    places = [each for each in params if each.kind in (ParamKind.POSITIONAL_ONLY, ParamKind.NORMAL)]
    if len(node.args) > len(places) and ParamKind.VAR_POSITIONAL not in kinds:
        return False
    given = {each.name for each in places[: len(node.args)]}
    named = {each.name for each in params if each.kind in (ParamKind.NORMAL, ParamKind.KEYWORD_ONLY)}
    keywords = {each.arg for each in node.keywords}
    if keywords & given or (keywords - named and ParamKind.VAR_KEYWORD not in kinds):
        return False
    left = [each for each in params if each.name not in given | keywords and not each.has_default]
    return all(each.kind in (ParamKind.VAR_POSITIONAL, ParamKind.VAR_KEYWORD) for each in left)
