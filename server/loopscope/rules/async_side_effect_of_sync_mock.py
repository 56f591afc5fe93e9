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
from loopscope.rules.support.filled_futures import filled_future, without_future
from loopscope.rules.support.mock_imports import beside
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
""",
    ),
)


class _Acting(NamedTuple):
    setting: Setting


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the classes of the mocks."""
    for setting in settings(ctx):
        if setting.mock.kind not in (Kind.PLAIN, Kind.MAGIC) or not setting.mock.bare or setting.mock.patch is not None:
            continue
        if setting.made is None or not isinstance(setting.owner, Body):
            continue
        span = ctx.span(setting.owner, setting.made.func)
        if setting.name == "side_effect" and _is_coroutine_function(ctx, setting.owner, setting.value):
            message = "A synchronous mock plays an `AsyncMock` here, which has `assert_awaited` and is awaited as such."
            yield ctx.finding(META, span, message, data=_Acting(setting))
        elif setting.name == "return_value" and filled_future(ctx, setting.owner, setting.value) is not None:
            message = "`AsyncMock(return_value=…)` gives the result itself: no future is needed."
            yield ctx.finding(META, span, message, data=_Acting(setting))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes it an `AsyncMock`."""
    match finding.data:
        case _Acting(Setting(value=value, owner=Body() as body, made=ast.Call(func))):
            imports: list[Edit] = []
            name = beside(ctx, func, "AsyncMock", imports)
            future = filled_future(ctx, body, value)
            result = [] if future is None else without_future(ctx, body, value, future)
            if result is None:
                return None
            edits = [*imports, Edit(ctx.span(body, func), name or ""), *result]
            return None if name is None else ctx.fix("Use `AsyncMock`", Safety.UNSAFE, edits)
        case _:
            return None


def _is_coroutine_function(ctx: Context, body: Body, value: ast.expr) -> bool:
    return isinstance(value, ast.Name | ast.Attribute) and call_gives_awaitable(ctx, body, value) is True


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
