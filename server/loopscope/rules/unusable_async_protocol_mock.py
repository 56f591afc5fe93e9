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
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.mock_imports import beside
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

_LOAD = """\
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest


async def load(session):
    async with session as opened:
        return opened


async def read(client):
    return [message async for message in client]


async def messages():
    yield "a"

"""

EXAMPLES = (
    Example(
        "A synchronous `__aenter__`",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    session = MagicMock()
    session.__aenter__ = ⟦MagicMock(return_value=1)⟧
    assert await load(session) == 1


@pytest.mark.asyncio
async def test_keyword():
    assert await load(MagicMock(__aenter__=⟦MagicMock(return_value=1)⟧)) == 1
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    session = MagicMock()
    session.__aenter__ = AsyncMock(return_value=1)
    assert await load(session) == 1


@pytest.mark.asyncio
async def test_keyword():
    assert await load(MagicMock(__aenter__=AsyncMock(return_value=1))) == 1
""",
        proof=Proof("'async with' received an object from __aenter__ that does not implement __await__"),
    ),
    Example(
        "`__aiter__` that is asynchronous itself",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_read():
    client = MagicMock()
    client.__aiter__ = ⟦AsyncMock(return_value=["a"])⟧
    assert await read(client) == ["a"]


@pytest.mark.asyncio
async def test_generator():
    client = MagicMock()
    client.__aiter__.return_value = ⟦messages()⟧
    assert await read(client) == ["a"]
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_read():
    client = MagicMock()
    client.__aiter__.return_value = ["a"]
    assert await read(client) == ["a"]


@pytest.mark.asyncio
async def test_generator():
    client = MagicMock()
    client.__aiter__.side_effect = messages
    assert await read(client) == ["a"]
""",
        proof=Proof("'async for' received an object from __aiter__ that does not implement __anext__: coroutine"),
    ),
    Example(
        "`__anext__` that nobody asks for",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_read():
    client = MagicMock()
    client.__anext__.side_effect = ⟦["a", StopAsyncIteration]⟧
    async for message in client:
        assert message == "a"
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_read():
    client = MagicMock()
    client.__aiter__.return_value = ["a"]
    async for message in client:
        assert message == "a"
""",
        proof=Proof("1 passed", "passed"),
    ),
    Example(
        "A `Mock`",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    session = Mock()
    ⟦session.__aenter__⟧.return_value = 1
    assert await load(session) == 1
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    session = MagicMock()
    session.__aenter__.return_value = 1
    assert await load(session) == 1
""",
        proof=Proof("AttributeError: __aenter__"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "what Python takes",
        f"""\
{_LOAD}
async def enter(*args):
    return 1


async def test_load():
    session = MagicMock()
    session.__aenter__ = AsyncMock(return_value=1)
    session.__aexit__ = enter
    assert await load(MagicMock(__aenter__=enter, __aexit__=AsyncMock(return_value=None))) == 1
    other = MagicMock()
    other.__aenter__.return_value = 1
    other.__aenter__ = MagicMock(side_effect=enter)
    plain = Mock()
    plain.__aenter__ = AsyncMock(return_value=1)
    plain.__aenter__.return_value = 2
    plain.__aexit__ = AsyncMock(return_value=None)
    assert await load(plain) == 2
""",
    ),
    NearMiss(
        "iterators of all kinds",
        f"""\
{_LOAD}
async def test_read():
    first, second = MagicMock(), AsyncMock()
    first.__aiter__.return_value = ["a"]
    second.__aiter__.side_effect = messages
    third = MagicMock()
    third.__aiter__ = lambda self: messages()
    fourth = MagicMock()
    fourth.__aiter__ = MagicMock(return_value=messages())
    fifth = MagicMock()
    fifth.__aiter__ = lambda self: self
    fifth.__anext__.side_effect = ["a", StopAsyncIteration]
    sixth = MagicMock()
    sixth.__anext__.side_effect = ["a"]
    assert await anext(sixth) == "a"
""",
    ),
)

_AWAITED = ("__aenter__", "__aexit__", "__anext__")
_METHODS = frozenset({*_AWAITED, "__aiter__"})


class _SetUp(NamedTuple):
    """`owner.method = value`, or with `part` (`return_value`, `side_effect`) behind the method."""

    method: ast.Attribute
    part: str
    target: ast.Attribute
    value: ast.expr


class _Given(NamedTuple):
    """`Mock(__aenter__=…)`."""

    body: Body
    value: ast.expr


class _Mistake(NamedTuple):
    body: Body
    found: _SetUp
    mock: Mock


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the values, or at the method that a `Mock` does not have."""
    for body in ctx.bodies:
        for found in _set_ups(body):
            mock = mock_at(ctx, body, found.method.value)
            message = None if mock is None else _wrong(ctx, body, found, mock)
            if mock is not None and message is not None:
                node = found.method if _is_missing(found, mock) else found.value
                yield ctx.finding(META, ctx.span(body, node), message, data=_Mistake(body, found, mock))
        for call, keyword in _keywords(body):
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
        case _:
            return None


def _made_async(ctx: Context, body: Body, call: ast.Call) -> Fix | None:
    imports: list[Edit] = []
    name = beside(ctx, call.func, "AsyncMock", imports)
    edits = [*imports, Edit(ctx.span(body, call.func), name or "")]
    return None if name is None else ctx.fix("Use `AsyncMock`", Safety.SAFE, edits)


def _wrong(ctx: Context, body: Body, found: _SetUp, mock: Mock) -> str | None:
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


def _is_missing(found: _SetUp, mock: Mock) -> bool:
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


def _set_ups(body: Body) -> list[_SetUp]:
    if "protocol" not in body.notes:
        body.notes["protocol"] = list(_found(body))
    return cast("list[_SetUp]", body.notes["protocol"])


def _keywords(body: Body) -> list[tuple[ast.Call, ast.keyword]]:
    return [(call.node, each) for call in body.calls for each in call.node.keywords if each.arg in _METHODS]


def _found(body: Body) -> Iterator[_SetUp]:
    for statement in body.statements:
        match statement:
            case ast.Assign([ast.Attribute(ast.Attribute() as method, part) as target], value) if (
                method.attr in _METHODS
            ):
                yield _SetUp(method, part, target, value)
            case ast.Assign([ast.Attribute() as method], value) if method.attr in _METHODS:
                yield _SetUp(method, "", method, value)
            case _:
                pass


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
