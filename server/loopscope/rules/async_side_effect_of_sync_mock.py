"""A synchronous mock gets a coroutine function as `side_effect`: it plays an `AsyncMock`, without its assertions.

## What it does
Reports `Mock(side_effect=function)` and `MagicMock(side_effect=function)` where the function is an `async def`, and
futures that are made and filled only to be their `return_value`.

## Why is this bad
It works, since the call gives the coroutine. But `assert_awaited…` does not exist, `inspect.iscoroutinefunction` is
false for the mock, and a prepared future stays the same one for every call, bound to one event loop.

## When not to fix
If the function that the mock stands for is synchronous and returns an awaitable.

## Fix safety
Unsafe: the mock becomes an `AsyncMock`, so that code sees a coroutine function; a future gives way to its result.

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
from loopscope.rules.support.filled_futures import FilledFuture, filled_future, filled_in_place, without_future
from loopscope.rules.support.mock_edits import class_name
from loopscope.rules.support.mock_settings import Setting, settings
from loopscope.rules.support.mock_values import call_gives_awaitable
from loopscope.rules.support.mocks import Kind
from loopscope.text.edit import Edit

META = Meta(
    "async-side-effect-of-sync-mock",
    Group.MOCKS,
    Severity.HINT,
    default=False,
    words=("return_value", "side_effect"),
)

EXAMPLES = (
    Example(
        "A coroutine function",
        bad="""\
from unittest.mock import AsyncMock, MagicMock

import pytest


async def value():
    return 1


@pytest.mark.asyncio
async def test_value():
    get = ⟦MagicMock⟧(side_effect=value)
    assert await get() == 1
""",
        good="""\
from unittest.mock import AsyncMock, MagicMock

import pytest


async def value():
    return 1


@pytest.mark.asyncio
async def test_value():
    get = AsyncMock(side_effect=value)
    assert await get() == 1
""",
        proof=Proof("", "passed", invisible="the mock works; what it lacks is not asked for"),
    ),
    Example(
        "A future",
        bad="""\
import asyncio
from unittest.mock import AsyncMock, MagicMock

import pytest


@pytest.mark.asyncio
async def test_value():
    future = asyncio.Future()
    future.set_result(1)
    get = ⟦MagicMock⟧(return_value=future)
    assert await get() == 1
""",
        good="""\
import asyncio
from unittest.mock import AsyncMock, MagicMock

import pytest


@pytest.mark.asyncio
async def test_value():
    get = AsyncMock(return_value=1)
    assert await get() == 1
""",
        proof=Proof("", "passed", invisible="the mock works; what it lacks is not asked for"),
    ),
    Example(
        "A future of an attribute",
        bad="""\
import asyncio
from unittest.mock import AsyncMock, Mock

import pytest


@pytest.mark.asyncio
async def test_value():
    client = Mock()
    future = asyncio.Future()
    future.set_result(1)
    client.get.return_value = ⟦future⟧
    client.put.return_value = ⟦asyncio.Future()⟧
    client.put.return_value.set_result(2)
    assert await client.get() + await client.put() == 3
""",
        good="""\
import asyncio
from unittest.mock import AsyncMock, Mock

import pytest


@pytest.mark.asyncio
async def test_value():
    client = Mock()
    client.get = AsyncMock(return_value=1)
    client.put = AsyncMock(return_value=2)
    assert await client.get() + await client.put() == 3
""",
        proof=Proof("", "passed", invisible="the mock works; what it lacks is not asked for"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "an `AsyncMock`, and synchronous side effects",
        """\
from unittest.mock import AsyncMock, MagicMock


async def value():
    return 1


def plain():
    return 1


async def test_value():
    first = AsyncMock(side_effect=value)
    second = MagicMock(side_effect=plain)
    third = MagicMock(side_effect=[1, 2])
    fourth = MagicMock(side_effect=ValueError)
""",
    ),
    NearMiss(
        "a future that is still open, or watched",
        """\
import asyncio
from unittest.mock import MagicMock


async def test_value():
    future = asyncio.Future()
    get = MagicMock(return_value=future)
    waiting = get()
    future.set_result(1)
    assert await waiting == 1
    other = MagicMock(return_value=asyncio.Future())
    other().cancel()
    client = MagicMock()
    client.get.return_value = asyncio.Future()
    task = asyncio.ensure_future(client.get())
    client.get.return_value.set_result(1)
    assert await task == 1
    client.put.return_value = asyncio.Future()
    client.put.return_value.set_result(1)
    assert client.put.return_value.done()
""",
    ),
)


class _Acting(NamedTuple):
    """A mock whose call makes it, or that is an attribute: `future` is what is made for it."""

    setting: Setting
    future: FilledFuture | None


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the classes of the mocks, or at what is set on them later."""
    for setting in settings(ctx):
        if setting.mock.kind not in (Kind.PLAIN, Kind.MAGIC) or not setting.mock.bare or setting.mock.patch is not None:
            continue
        if not isinstance(setting.owner, Body):
            continue
        span = ctx.span(setting.owner, setting.value if setting.made is None else setting.made.func)
        if setting.made and setting.name == "side_effect" and _is_coroutine_function(ctx, setting.owner, setting.value):
            message = "A synchronous mock plays an `AsyncMock` here, which has `assert_awaited` and is awaited as such."
            yield ctx.finding(META, span, message, data=_Acting(setting, None))
        elif setting.name == "return_value" and (future := _future(ctx, setting.owner, setting)) is not None:
            message = "`AsyncMock(return_value=…)` gives the result itself: no future is needed."
            yield ctx.finding(META, span, message, data=_Acting(setting, future))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes it an `AsyncMock`."""
    match finding.data:
        case _Acting(Setting(owner=Body() as body) as setting, future):
            imports: list[Edit] = []
            name = class_name(ctx, body, setting.mock, "AsyncMock", imports)
            result = [] if future is None else without_future(ctx, body, setting.value, future)
        case _:
            return None
    if name is None or result is None:
        return None
    match setting.node:
        case ast.Attribute(ast.Attribute() as mock) as target:
            # An attribute of a mock: it becomes one of its own.
            value = f"{name}(return_value={result[0].text})"
            whole = Edit(ctx.span(body, target), ctx.source(ctx.span(body, mock)))
            edits = [whole, Edit(result[0].span, value), *result[1:]]
        case _ if any(call.node is setting.mock.made for call in body.calls):
            edits = [Edit(ctx.span(body, setting.mock.made.func), name), *result]
        case _:
            return None
    return ctx.fix("Use `AsyncMock`", Safety.UNSAFE, [*imports, *edits])


def _future(ctx: Context, body: Body, setting: Setting) -> FilledFuture | None:
    found = filled_future(ctx, body, setting.value)
    if found is not None or isinstance(setting.node, ast.keyword):
        return found
    return filled_in_place(ctx, body, setting.node, setting.value)


def _is_coroutine_function(ctx: Context, body: Body, value: ast.expr) -> bool:
    return isinstance(value, ast.Name | ast.Attribute) and call_gives_awaitable(ctx, body, value) is True


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
