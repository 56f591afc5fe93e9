"""How often a generator function has yielded by the time a place in it is reached."""

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_NO_CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
Yielding = ast.Yield | ast.YieldFrom


class _Count(NamedTuple):
    """The fewest and the most yields before a place; None in place of a count means that it is not reached."""

    fewest: int
    most: int


class Flow(NamedTuple):
    """What was found: yields that surely come after another one, and returns that no yield can have come before."""

    second: list[Yielding]
    early: list[ast.Return]


def flow_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Flow:
    """Follows the paths through a generator function; exceptions may leave a `try` anywhere, loops run any number of
    times."""
    flow = Flow([], [])
    _block(node.body, _Count(0, 0), flow)
    return flow


def yields_in(node: ast.AST) -> Iterator[Yielding]:
    """The yields of a statement or expression, those of nested functions left out, in source order."""
    if isinstance(node, _NO_CODE):
        return
    for child in ast.iter_child_nodes(node):
        yield from yields_in(child)
    if isinstance(node, Yielding):
        yield node


def _block(statements: Sequence[ast.stmt], before: _Count, flow: Flow) -> _Count | None:
    """The count after a block; None when its end is never reached."""
    count: _Count | None = before
    for statement in statements:
        if count is None:
            return None
        count = _statement(statement, count, flow)
    return count


def _statement(node: ast.stmt, before: _Count, flow: Flow) -> _Count | None:
    match node:
        case ast.If(test, body, orelse):
            count = _expression(test, before, flow)
            return _either(_block(body, count, flow), _block(orelse, count, flow))
        case ast.With(items, body) | ast.AsyncWith(items, body):
            count = before
            for item in items:
                count = _expression(item.context_expr, count, flow)
            # A context manager may swallow what is raised inside, so that the end is reached from anywhere.
            after = _block(body, count, flow)
            return _Count(count.fewest if after is None else after.fewest, count.most + _most(body))
        case ast.For(_, _, body, orelse) | ast.AsyncFor(_, _, body, orelse) | ast.While(_, body, orelse):
            inside = _Count(before.fewest, before.most + _most(body))
            _block(body, inside, flow)
            return _either(inside, _block(orelse, inside, flow))
        case ast.Try() | ast.TryStar():
            return _try(node, before, flow)
        case ast.Match(subject, cases):
            count = _expression(subject, before, flow)
            matched: _Count | None = count
            for case in cases:
                matched = _either(matched, _block(case.body, count, flow))
            return matched
        case ast.Return(value):
            count = before if value is None else _expression(value, before, flow)
            if count.most == 0:
                flow.early.append(node)
            return None
        case ast.Raise() | ast.Break() | ast.Continue():
            return None
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return before
        case _:
            return _expression(node, before, flow)


def _expression(node: ast.AST, before: _Count, flow: Flow) -> _Count:
    for found in yields_in(node):
        if before.fewest > 0:
            flow.second.append(found)
        # `yield from` of nothing yields nothing.
        sure = isinstance(found, ast.Yield)
        before = _Count(before.fewest + sure, before.most + 1)
    return before


def _try(node: ast.Try | ast.TryStar, before: _Count, flow: Flow) -> _Count | None:
    after = _block(node.body, before, flow)
    # Whatever the body yielded until it raised.
    caught = _Count(before.fewest, before.most + _most(node.body))
    after = None if after is None else _block(node.orelse, after, flow)
    for handler in node.handlers:
        after = _either(after, _block(handler.body, caught, flow))
    anywhere = caught.most + _most(node.orelse) + sum(_most(each.body) for each in node.handlers)
    final = _block(node.finalbody, _Count(before.fewest if after is None else after.fewest, anywhere), flow)
    return None if after is None else final


def _either(one: _Count | None, other: _Count | None) -> _Count | None:
    if one is None or other is None:
        return one if other is None else other
    return _Count(min(one.fewest, other.fewest), max(one.most, other.most))


def _most(body: list[ast.stmt]) -> int:
    return sum(1 for statement in body for _ in yields_in(statement))
