"""`except TimeoutError: pass` around a wait: the test passes whether or not it timed out.

## What it does
Reports, in asynchronous tests and fixtures, `try` blocks that end with `await asyncio.wait_for(...)` or are all
`async with asyncio.timeout(...)`, whose handler for the timeout does nothing; `suppress(TimeoutError)` around them as
well. An assertion further below may tell what happened: such tests are not reported.

## Why is this bad
When the timeout is what the test is about, nothing fails if it does not come; when it is not, nothing fails if it does.

## When not to fix
If the test just runs something for a while.

## Fix safety
Unsafe: `pytest.raises(TimeoutError)` instead of `suppress(TimeoutError)`. A `try` statement has no fix.

## Versions
All.

## References
- [pytest: assertions about expected exceptions](https://docs.pytest.org/en/stable/how-to/assert.html#assertions-about-expected-exceptions)

"""

import ast
from collections.abc import Iterator, Sequence

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.raises import call_of, full_name
from loopscope.rules.support.waits import checked_below
from loopscope.text.edit import Edit

META = Meta(
    "swallowed-timeout",
    Group.EXCEPTIONS,
    Severity.WARNING,
    default=False,
    overlaps=("ruff: SIM105",),
    words=("TimeoutError",),
)

EXAMPLES = (
    Example(
        "A timeout that may not come",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = asyncio.Event()
    try:
        await asyncio.wait_for(ready.wait(), 0.01)
    except ⟦TimeoutError⟧:
        pass
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = asyncio.Event()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ready.wait(), 0.01)
""",
        fixed="",
        proof=Proof("", "passed", invisible="the test would pass as well if the event were set"),
    ),
    Example(
        "suppress",
        bad="""\
import asyncio
import contextlib

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = asyncio.Event()
    with contextlib.suppress(⟦TimeoutError⟧):
        async with asyncio.timeout(0.01):
            await ready.wait()
""",
        good="""\
import asyncio
import contextlib

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = asyncio.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await ready.wait()
""",
        proof=Proof("", "passed", invisible="the test would pass as well if the event were set"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the handler does something, or there is an else",
        """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = asyncio.Event()
    try:
        await asyncio.wait_for(ready.wait(), 0.01)
    except TimeoutError:
        ready.set()
    try:
        await asyncio.wait_for(ready.wait(), 0.01)
    except ValueError:
        pass
    ready.clear()
    try:
        await asyncio.wait_for(ready.wait(), 0.01)
    except TimeoutError:
        pass
    else:
        pytest.fail("it was ready")
""",
    ),
    NearMiss(
        "an assertion below tells what happened",
        """\
import asyncio
import contextlib

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = asyncio.Event()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ready.wait(), 0.01)
    assert not ready.is_set()
""",
    ),
    NearMiss(
        "clean-up after the test",
        """\
import asyncio
import contextlib

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def server():
    ended = asyncio.Event()
    yield ended
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), 0.01)


@pytest.mark.asyncio
async def test_server(server):
    try:
        await asyncio.wait_for(server.wait(), 0.01)
        pytest.fail("it ended")
    except TimeoutError:
        pass
""",
    ),
)

_TIMEOUTS = frozenset({"TimeoutError", "asyncio.TimeoutError", "asyncio.exceptions.TimeoutError"})
_WAITS = frozenset({"asyncio.wait_for", "asyncio.timeout", "asyncio.timeout_at"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the exception types."""
    for body, what, _ in ctx.async_entries():
        for statement in body.statements if what == "test" else ():
            caught = _caught(ctx, body, statement)
            if caught is not None and not checked_below(body, statement):
                message = "The test passes whether or not this times out."
                yield ctx.finding(META, ctx.span(body, caught), message, data=(body, statement))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`pytest.raises` instead of `suppress`."""
    match finding.data:
        case (Body() as body, ast.With([ast.withitem(ast.Call(func, [_]))])):
            edits: list[Edit] = []
            edits.append(Edit(ctx.span(body, func), f"{spelled(ctx, 'pytest', edits)}.raises"))
            return ctx.fix("Expect the timeout (`pytest.raises`)", Safety.UNSAFE, edits)
        case _:
            return None


def _caught(ctx: Context, body: Body, statement: ast.stmt) -> ast.expr | None:
    """The type by which a statement swallows the timeout of a wait."""
    match statement:
        case ast.Try(tried, [ast.ExceptHandler(ast.expr() as caught, _, [ast.Pass()])], [], []):
            pass
        case ast.With([ast.withitem(ast.Call(func, [caught]))], tried) if (
            full_name(ctx, body, func) == "contextlib.suppress"
        ):
            pass
        case _:
            return None
    types = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    swallows = any(full_name(ctx, body, each) in _TIMEOUTS for each in types)
    return caught if swallows and _waits(body, tried) else None


def _waits(body: Body, block: Sequence[ast.stmt]) -> bool:
    match block[-1]:
        case ast.Expr(ast.Await(value)) | ast.Assign(_, ast.Await(value)):
            call = call_of(body, value)
        case ast.AsyncWith([ast.withitem(context), *_]):
            call = call_of(body, context)
        case _:
            return False
    return call is not None and not call.local_root and call.name in _WAITS


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
