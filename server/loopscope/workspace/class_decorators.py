"""Decorators of classes: whether they say that they give the very class back, and what they set on it."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

from loopscope.facts.expr import Call, Expr, dotted
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.workspace.index import index_of
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Function

_ANEW = re.compile(r"\bsetattr\b|\b__dict__\b|\bvars\b|\bgetmembers\b|\bdir\(")


def states_same_class(q: Queries, path: PurePath, decorator: Expr) -> bool:
    """Whether a decorator takes `type[T]` and gives `type[T]`, in its overload for how it stands there."""
    written = dotted(decorator)
    value = None if written is None else dereference(q, path, written)
    if not isinstance(value, Function):
        return False
    if _changes_members(q, value):
        return False
    variants = list(_variants(q, value.path, value.fact))
    if isinstance(decorator, Call):
        return any(_makes_same(each.returns) for each in variants)
    return any(each.params and _is_same(each.params[0].annotation, each.returns) for each in variants)


def fixtures_set_by(q: Queries, path: PurePath, decorator: Expr) -> frozenset[str]:
    """The attributes that a decorator sets on the class, `cls.name = …`, when its module may make fixtures."""
    written = dotted(decorator)
    value = None if written is None else dereference(q, path, written)
    if not isinstance(value, Function) or not q.mentions(value.path, ("fixture",)):
        return frozenset()
    function = q.function(value.path, value.fact.id)
    bodies = () if function is None else (function[1], *function[1].nested)
    return frozenset(
        target.attr
        for body in bodies
        for statement in body.statements
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
        if target.value.id in [each.arg for each in body.node.args.args[:1]]
    )


def _changes_members(q: Queries, decorator: Function) -> bool:
    """Whether its code reads as if it set methods of the class anew."""
    function = q.function(decorator.path, decorator.fact.id)
    return function is None or _ANEW.search(ast.unparse(function[1].node)) is not None


def _variants(q: Queries, path: PurePath, fact: FunctionFact) -> Iterator[FunctionFact]:
    """A function and its overloads, which stand above it."""
    functions = q.get(index_of, path).functions
    for nth in range(fact.id.nth + 1):
        found = functions.get(FactId(fact.id.qualname, nth))
        if found is not None:
            yield found


def _makes_same(returns: str | None) -> bool:
    """Whether `Callable[[type[T]], type[T]]` stands there."""
    match _parsed(returns):
        case ast.Subscript(ast.Name("Callable") | ast.Attribute(_, "Callable"), ast.Tuple([ast.List([taken]), given])):
            return _is_same(ast.unparse(taken), ast.unparse(given))
        case _:
            return False


def _is_same(taken: str | None, given: str | None) -> bool:
    match _parsed(taken), _parsed(given):
        case ast.Subscript(ast.Name("type" | "Type"), ast.Name(one)), ast.Subscript(
            ast.Name("type" | "Type"), ast.Name(other)
        ):
            return one == other
        case ast.Name(one), ast.Name(other):
            # A type variable for classes.
            return one == other and one not in ("type", "object", "Any")
        case _:
            return False


def _parsed(text: str | None) -> ast.expr | None:
    try:
        return None if text is None else ast.parse(text.strip(" \"'"), mode="eval").body
    except SyntaxError:
        return None
