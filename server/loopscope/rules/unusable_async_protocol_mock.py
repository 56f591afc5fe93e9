"""The asynchronous protocol of a mock is set up in a way that Python refuses, or never asks for.

## What it does
Reports `__aenter__`, `__aexit__` and `__anext__` that give nothing to await, `__aiter__` that gives a coroutine or
returns an asynchronous generator, `__anext__` where `__aiter__` is not replaced, and such methods of a `Mock`.

## Why is this bad
`async with` awaits what `__aenter__` and `__aexit__` give: "'async with' received an object from __aenter__ that does
not implement __await__". `async for` needs an iterator from `__aiter__` at once, and a `MagicMock` makes it of an
iterable: "'async_generator' object is not iterable". Without `__aiter__` its loop ends before it began, and what the
loop would have checked is not checked. A plain `Mock` has none of these methods.

## When not to fix
If the methods are called by name only.

## Fix safety
Safe where a synchronous mock becomes an `AsyncMock`, unsafe elsewhere. A list of results of `__anext__` that ends with
`StopAsyncIteration` becomes `__aiter__.return_value`, without that end.

## Versions
All.

## References
- [Python: mocking asynchronous iterators](https://docs.python.org/3/library/unittest.mock-examples.html#mocking-asynchronous-iterators)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.mock_imports import beside, imported
from loopscope.rules.support.mock_protocol import ProtocolSetUp, protocol_keywords, protocol_set_ups
from loopscope.rules.support.mock_values import call_gives_awaitable, makes_async_generator
from loopscope.rules.support.mocks import Kind, Mock, mock_at
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta(
    "unusable-async-protocol-mock",
    Group.MOCKS,
    Severity.ERROR,
    words=("__aenter__", "__aexit__", "__aiter__", "__anext__"),
)

EXAMPLES, NEAR_MISSES = examples_of(__name__)

_AWAITED = ("__aenter__", "__aexit__", "__anext__")


class _Given(NamedTuple):
    """`Mock(__aenter__=…)`."""

    body: Body
    value: ast.expr


class _Mistake(NamedTuple):
    body: Body
    found: ProtocolSetUp
    mock: Mock


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the values, or at the method that a `Mock` does not have."""
    for body in ctx.bodies:
        for found in protocol_set_ups(body):
            mock = mock_at(ctx, body, found.method.value)
            message = None if mock is None else _wrong(ctx, body, found, mock)
            if mock is not None and message is not None:
                node = found.method if _is_missing(found, mock) else found.value
                yield ctx.finding(META, ctx.span(body, node), message, data=_Mistake(body, found, mock))
        for call, keyword in protocol_keywords(body):
            message = None if mock_at(ctx, body, call) is None else _refused(ctx, body, f"{keyword.arg}", keyword.value)
            if message is not None:
                yield ctx.finding(META, ctx.span(body, keyword.value), message, data=_Given(body, keyword.value))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Sets it up as Python asks for it."""
    match finding.data:
        case _Mistake(body, found, mock):
            pass
        case _Given(owner, ast.Call() as call):
            return _made_async(ctx, owner, call)
        case _:
            return None
    value = ctx.span(body, found.value)
    imports: list[Edit] = []
    if _is_missing(found, mock):
        name = beside(ctx, mock.made.func, "MagicMock", imports)
        if name is None or mock.patch is not None or not any(call.node is mock.made for call in body.calls):
            return None
        return ctx.fix("Use `MagicMock`", Safety.UNSAFE, [*imports, Edit(ctx.span(body, mock.made.func), name)])
    match found.method.attr, found.part, found.value:
        case "__aiter__", "return_value", ast.Call(func, [], []):
            target = ctx.source(ctx.span(body, found.method))
            edits = [
                Edit(ctx.span(body, found.target), f"{target}.side_effect"),
                Edit(value, ctx.source(ctx.span(body, func))),
            ]
            return ctx.fix("Use it as `side_effect`", Safety.UNSAFE, edits)
        case "__aiter__", "", ast.Call(_, [], [ast.keyword("return_value", ast.List() as items)]):
            target = ctx.source(ctx.span(body, found.method))
            edits = [
                Edit(ctx.span(body, found.target), f"{target}.return_value"),
                Edit(value, ctx.source(ctx.span(body, items))),
            ]
            return ctx.fix("Set what it iterates", Safety.UNSAFE, edits)
        case "__anext__", "side_effect", ast.List([*items, last]) if items and _ends(ast.List([last])):
            end = ctx.span(body, items[-1]).end
            edits = [
                Edit(ctx.span(body, found.target), f"{ast.unparse(found.method.value)}.__aiter__.return_value"),
                Edit(Span(end, ctx.span(body, last).end), ""),
            ]
            fits = not any(_ends(ast.List([each])) for each in items)
            return ctx.fix("Set what it iterates", Safety.UNSAFE, edits) if fits else None
        case (("__aenter__" | "__aexit__" | "__anext__"), "", ast.Call() as call):
            return _made_async(ctx, body, call)
        case (("__aenter__" | "__aexit__" | "__anext__"), "", ast.Lambda(arguments, result)) if not _uses(
            arguments, result
        ):
            name = imported(ctx, "AsyncMock", imports)
            edit = Edit(value, f"{name}(return_value={ctx.source(ctx.span(body, result))})")
            return None if name is None else ctx.fix("Use `AsyncMock`", Safety.UNSAFE, [*imports, edit])
        case _:
            return None


def _uses(arguments: ast.arguments, result: ast.expr) -> bool:
    """Whether a lambda uses what it gets."""
    names = {each.arg for each in ast.walk(arguments) if isinstance(each, ast.arg)}
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(result))


def _made_async(ctx: Context, body: Body, call: ast.Call) -> Fix | None:
    imports: list[Edit] = []
    name = beside(ctx, call.func, "AsyncMock", imports)
    edits = [*imports, Edit(ctx.span(body, call.func), name or "")]
    return None if name is None else ctx.fix("Use `AsyncMock`", Safety.SAFE, edits)


def _wrong(ctx: Context, body: Body, found: ProtocolSetUp, mock: Mock) -> str | None:
    """What is wrong with a set-up; None when nothing is."""
    name = found.method.attr
    if found.part:
        if _is_missing(found, mock):
            return f"A `Mock` has no `{name}`: this fails with AttributeError, a `MagicMock` has it."
        if name == "__aiter__" and found.part == "return_value" and makes_async_generator(ctx, body, found.value):
            return (
                "What `__aiter__` returns must be iterable: an asynchronous generator is not, as `side_effect` it is."
            )
        if name == "__anext__" and mock.kind is not Kind.PLAIN and _ends(found.value) and not _iterates(mock):
            return "`async for` asks `__aiter__` of the mock, which iterates nothing: the loop ends before it began."
        return None
    return _refused(ctx, body, name, found.value)


def _refused(ctx: Context, body: Body, name: str, value: ast.expr) -> str | None:
    """Why Python does not take a value as a method of the protocol; None when it does, or that is not certain."""
    gives = call_gives_awaitable(ctx, body, value)
    if name in _AWAITED and gives is False:
        return f"`{name}` must give something to await: Python refuses what this gives."
    if name == "__aiter__" and gives is True:
        return "`__aiter__` must give an iterator at once: this gives a coroutine."
    return None


def _is_missing(found: ProtocolSetUp, mock: Mock) -> bool:
    """Whether the method is one of a `Mock` that nothing gave it."""
    if not found.part or mock.kind is not Kind.PLAIN or not mock.bare or mock.set_up("*") is not None:
        return False
    return mock.set_up(found.method.attr) is None


def _ends(value: ast.expr) -> bool:
    """Whether results end as those of an iterator do."""
    return isinstance(value, ast.List | ast.Tuple) and any(
        "StopAsyncIteration" in ast.unparse(each) for each in value.elts
    )


def _iterates(mock: Mock) -> bool:
    """Whether `__aiter__` of the mock is replaced, or has an effect of its own."""
    return any(path[:1] == ("__aiter__",) and path[1:] in ((), ("side_effect",)) for path, *_ in mock.set_ups)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
