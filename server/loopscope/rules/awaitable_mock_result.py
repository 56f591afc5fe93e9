"""An `AsyncMock` is told to return a coroutine or future: its caller awaits once, and gets that instead of a value.

## What it does
Reports coroutines as `return_value` of an `AsyncMock`, and lambdas that make one as its `side_effect`; futures where
the function itself awaits the mock.

## Why is this bad
Awaiting an `AsyncMock` gives its `return_value` as it is: `assert <coroutine object value ...> == 1`. A coroutine is
made once, when the mock is set up; nobody awaits it.

## When not to fix
If the function really gives something to await a second time. Functions that await twice are not reported.

## Fix safety
Unsafe: `return_value=value()` becomes `side_effect=value`, which the mock calls and awaits, and so does a lambda that
calls `value()`. Where the call has arguments, or others call the mock, the coroutine is awaited before the mock gets
its result. A future that is made and filled for the mock goes: `return_value` becomes its result.

## Versions
All.

## References
- [Python: AsyncMock](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.AsyncMock)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.filled_futures import filled_future, without_future
from loopscope.rules.support.mock_settings import Setting, settings
from loopscope.rules.support.mock_values import is_coroutine, is_future, origin
from loopscope.rules.support.mocks import Kind
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("awaitable-mock-result", Group.MOCKS, Severity.ERROR, words=("return_value", "side_effect"))

_VALUE = """\
import asyncio
from unittest.mock import AsyncMock

import pytest


async def value():
    return 1

"""

_DOUBLE = """\
from unittest.mock import AsyncMock

import pytest


async def double(number):
    return 2 * number


async def load(client):
    return await client.get("/a")

"""

EXAMPLES = (
    Example(
        "A coroutine",
        bad=f"""\
{_VALUE}
@pytest.mark.asyncio
async def test_value():
    get = AsyncMock(return_value=⟦value()⟧)
    assert await get() == 1


@pytest.mark.asyncio
async def test_lambda():
    get = AsyncMock(side_effect=⟦lambda: value()⟧)
    assert await get() == 1
""",
        good=f"""\
{_VALUE}
@pytest.mark.asyncio
async def test_value():
    get = AsyncMock(side_effect=value)
    assert await get() == 1


@pytest.mark.asyncio
async def test_lambda():
    get = AsyncMock(side_effect=value)
    assert await get() == 1
""",
        proof=Proof("assert <coroutine object value"),
    ),
    Example(
        "A future",
        bad=f"""\
{_VALUE}
@pytest.mark.asyncio
async def test_value():
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    client = AsyncMock()
    client.get.return_value = ⟦future⟧
    assert await client.get() == 1
""",
        good=f"""\
{_VALUE}
@pytest.mark.asyncio
async def test_value():
    client = AsyncMock()
    client.get.return_value = 1
    assert await client.get() == 1
""",
        proof=Proof("assert <Future finished result=1> == 1"),
    ),
    Example(
        "With arguments, and of a name",
        bad=f"""\
{_DOUBLE}
@pytest.mark.asyncio
async def test_double():
    get = AsyncMock(return_value=⟦double(1)⟧)
    assert await get() == 2
    client = AsyncMock()
    client.get.return_value = ⟦double(3)⟧
    assert await load(client) == 6
    pending = double(2)
    other = AsyncMock(return_value=⟦pending⟧)
    assert await other() == 4


@pytest.mark.asyncio
async def test_lambda():
    get = AsyncMock(side_effect=⟦lambda number: double(number)⟧)
    assert await get(1) == 2
""",
        good=f"""\
{_DOUBLE}
@pytest.mark.asyncio
async def test_double():
    get = AsyncMock(return_value=await double(1))
    assert await get() == 2
    client = AsyncMock()
    client.get.return_value = await double(3)
    assert await load(client) == 6
    pending = double(2)
    other = AsyncMock(return_value=await pending)
    assert await other() == 4


@pytest.mark.asyncio
async def test_lambda():
    get = AsyncMock(side_effect=double)
    assert await get(1) == 2
""",
        proof=Proof("assert <coroutine object double"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a synchronous mock that gives something to await",
        """\
import asyncio
from unittest.mock import AsyncMock, MagicMock, Mock


async def value():
    return 1


async def test_value():
    first = MagicMock(return_value=value())
    assert await first() == 1
    second = Mock()
    second.return_value = asyncio.Future()
    third = AsyncMock()
    third.get = MagicMock()
    third.get.return_value = value()
    assert await third.get() == 1
""",
    ),
    NearMiss(
        "a future that the code under test may await itself",
        """\
import asyncio
from unittest.mock import AsyncMock

import app


async def test_actor():
    future = asyncio.Future()
    future.set_result(1)
    actor = AsyncMock()
    actor.call.return_value = future
    assert await app.Workbench(actor).run() == 1


# file: app.py
class Workbench:
    def __init__(self, actor):
        self.actor = actor

    async def run(self):
        result = await self.actor.call()
        return await result
""",
    ),
    NearMiss(
        "values, functions, and what is awaited twice",
        """\
import asyncio
from unittest.mock import AsyncMock


async def value():
    return 1


def plain():
    return 1


async def test_value():
    first = AsyncMock(return_value=await value())
    second = AsyncMock(return_value=plain())
    third = AsyncMock(side_effect=value)
    fourth = AsyncMock(side_effect=lambda: 1)
    start = AsyncMock(return_value=asyncio.create_task(value()))
    task = await start()
    assert await task == 1
    assert await (await AsyncMock(return_value=value())()) == 1
""",
    ),
)


class _Wrong(NamedTuple):
    setting: Setting
    call: ast.expr


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at what the mock is told to return."""
    for setting in settings(ctx):
        if setting.mock.kind is not Kind.ASYNC or not isinstance(setting.owner, Body):
            continue
        call = _result(setting)
        if call is None:
            continue
        if is_coroutine(ctx, setting.owner, call):
            what = "a coroutine"
        elif is_future(ctx, setting.owner, call) and _is_awaited_once(setting.owner, setting):
            what = "a future"
        else:
            continue
        if _awaits_twice(setting.owner):
            continue
        message = f"Awaiting an `AsyncMock` gives this as it is: {what}, not its result."
        yield ctx.finding(META, ctx.span(setting.owner, setting.value), message, data=_Wrong(setting, call))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Has the mock call the coroutine function."""
    match finding.data:
        case _Wrong(setting, call) if isinstance(setting.owner, Body):
            pass
        case _:
            return None
    body, value = setting.owner, setting.value
    future = filled_future(ctx, body, value)
    if future is not None:
        edits = without_future(ctx, body, value, future)
        return None if edits is None else ctx.fix("Use its result", Safety.UNSAFE, edits)
    if isinstance(call, ast.Call) and not isinstance(value, ast.Name) and _fits(body, setting, call):
        edits = [Edit(ctx.span(body, value), ctx.source(ctx.span(body, call.func)))]
        if setting.name == "return_value":
            edits.insert(0, Edit(setting.name_span(ctx), "side_effect"))
        return ctx.fix("Use it as `side_effect`", Safety.UNSAFE, edits)
    if setting.name == "side_effect" or not body.is_async:
        return None
    start = ctx.span(body, value).start
    return ctx.fix("Insert `await`", Safety.UNSAFE, [Edit(Span(start, start), "await ")])


def _fits(body: Body, setting: Setting, call: ast.Call) -> bool:
    """Whether the mock can call the function itself: with the arguments that it gets."""
    if setting.name == "return_value" and not _is_awaited_once(body, setting) and body.is_async:
        return False
    return _hands_on(setting.value, call)


def _hands_on(value: ast.expr, call: ast.Call) -> bool:
    """Whether a call has no arguments, or stands in a lambda and hands on just what that gets."""
    arguments = ", ".join(ast.unparse(each) for each in call.args)
    taken = ast.unparse(value.args) if isinstance(value, ast.Lambda) else ""
    return arguments == taken and not call.keywords


def _result(setting: Setting) -> ast.expr | None:
    """The expression whose value the mock gives."""
    if setting.name == "return_value":
        return origin(setting.owner, setting.value)
    return setting.value.body if isinstance(setting.value, ast.Lambda) else None


def _is_awaited_once(body: Body, setting: Setting) -> bool:
    """Whether the function itself awaits the mock: of others nobody knows whether they await what they get."""
    if isinstance(setting.node, ast.Attribute):
        name = ast.unparse(setting.node.value)
    else:
        name = next((name for name, value in body.assigned.items() if value is setting.made), "")
    return any(isinstance(each.value, ast.Call) and ast.unparse(each.value.func) == name for each in body.awaits)


def _awaits_twice(body: Body) -> bool:
    return any(isinstance(each.value, ast.Await) for each in body.awaits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
