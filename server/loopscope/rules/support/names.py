"""Names in functions: whether anything binds them, where they are read, and edits of parameters and reads."""

import ast
import re
from collections.abc import Iterator, Mapping

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.syntax.chunk import Located
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef, TestItem

Function = ast.FunctionDef | ast.AsyncFunctionDef

_EMPTY_BRACKETS = re.compile(r"\s*\(\s*\)")
_MAKES_NAMES = frozenset({"exec", "globals", "locals", "vars"})


def requesters(ctx: Context) -> Iterator[tuple[TestItem | FixtureDef, Body]]:
    """The tests and fixtures of this file that can request fixtures by parameter, each function once."""
    for id_, owner in requesting(ctx).items():
        body = None if ctx.facts is None else ctx.facts.body(id_)
        if body is not None:
            yield owner, body


def requesting(ctx: Context) -> Mapping[FactId, TestItem | FixtureDef]:
    """The tests and fixtures of `requesters` by the ids of their functions."""
    return ctx.remember("requesting", lambda: _requesting(ctx))


def _requesting(ctx: Context) -> Mapping[FactId, TestItem | FixtureDef]:
    tests: dict[FactId, TestItem | FixtureDef] = {test.id: test for test in ctx.own_tests if not test.is_unittest}
    return {**tests, **{fixture.id: fixture for fixture in ctx.own_fixtures if fixture.id not in tests}}


def inner_bodies(body: Body) -> Iterator[Body]:
    """A body and all those nested in it."""
    yield body
    for inner in body.nested:
        yield from inner_bodies(inner)


def own_parameter(body: Body) -> str | None:
    """The name of the object or class that a method is called on; None for functions and static methods."""
    arguments = (*body.node.args.posonlyargs, *body.node.args.args)
    is_method = body.id.holder and body.id == body.outermost and arguments
    return arguments[0].arg if is_method and not is_static(body) else None


def is_static(body: Body) -> bool:
    """Whether a function is decorated with `staticmethod`."""
    return any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in body.node.decorator_list)


def binds_anywhere(node: Function, name: str) -> bool:
    """Whether a function, or anything inside of it, binds a name or declares it global; also where `exec` may do so.

    More than Python's own scopes would say: what is bound in an inner scope counts too.
    """
    for inner in ast.walk(node):
        match inner:
            case ast.Name(found, ast.Store() | ast.Del()) | ast.arg(found) | ast.MatchMapping(rest=found):
                pass
            case ast.ExceptHandler(name=found) | ast.MatchAs(name=found) | ast.MatchStar(name=found):
                pass
            case ast.FunctionDef(found) | ast.AsyncFunctionDef(found) | ast.ClassDef(found) if inner is not node:
                pass
            case ast.alias(imported, alias):
                found = name if imported == "*" else alias or imported.partition(".")[0]
            case ast.Global(names) | ast.Nonlocal(names):
                found = name if name in names else None
            case ast.Call(ast.Name(called)) if called in _MAKES_NAMES:
                return True
            case _:
                continue
        if found == name:
            return True
    return False


def place(ctx: Context, body: Body, node: Located) -> Span | None:
    """Where a node stands; None for one in an f-string, whose place Python before 3.12 does not tell."""
    try:
        return ctx.span(body, node)
    except IndexError:
        return None


def place_of_name(ctx: Context, body: Body, node: ast.Name) -> Span | None:
    """Where a name is read; None where that is not known."""
    span = place(ctx, body, node)
    return span if span is not None and ctx.source(span) == node.id else None


def add_parameter(ctx: Context, id_: FactId, name: str) -> Edit | None:
    """The edit that adds a parameter behind those without a default; None where the signature leaves no plain place."""
    body = None if ctx.facts is None else ctx.facts.body(id_)
    if body is None:
        return None
    arguments = body.node.args
    if arguments.posonlyargs:
        return None
    plain = arguments.args[: len(arguments.args) - len(arguments.defaults)]
    if plain:
        end = ctx.span(body, plain[-1]).end
        return Edit(Span(end, end), f", {name}")
    if arguments.args:
        start = ctx.span(body, arguments.args[0]).start
        return Edit(Span(start, start), f"{name}, ")
    if arguments.vararg or arguments.kwonlyargs or arguments.kwarg:
        return None
    found = _EMPTY_BRACKETS.match(ctx.text, ctx.name_span(id_).end)
    if found is None:
        return None
    start = ctx.text.index("(", found.start()) + 1
    return Edit(Span(start, start), name)


def rename_parameter(ctx: Context, id_: FactId, old: str, new: str, read: str | None = None) -> list[Edit] | None:
    """Edits that rename a parameter and all that reads it; `read` is what reads become, the new name by default.

    None where the new name means something else in the function, or the old one is bound again.
    """
    body = None if ctx.facts is None else ctx.facts.body(id_)
    span = ctx.param_span(id_, old)
    if body is None or span is None or binds_anywhere(body.node, new) or body.times_bound.get(old) != 1:
        return None
    inner = list(inner_bodies(body))
    if any(old in each.bound for each in inner[1:]) or any(load.id == new for each in inner for load in each.loads):
        return None
    edits = [Edit(span, new)]
    for each in inner:
        for load in each.loads:
            if load.id == old:
                where = place_of_name(ctx, each, load)
                if where is None:
                    return None
                edits.append(Edit(where, read or new))
    return edits
