"""`except Exception` around a cancelled task: `CancelledError` is no `Exception`, and passes it by.

## What it does
Reports, after `task.cancel()`, `await task` below `pytest.raises(Exception)`, `suppress(Exception)` or a `try` with
`except Exception`, when the task surely still waits: in a sleep of a second or more, or in an endless loop of a
function of this file that catches nothing.

## Why is this bad
Since Python 3.8 `asyncio.CancelledError` derives from `BaseException`. It passes all of these, and the test fails with
it.

## When not to fix
If the task ends in another way. Tasks whose function is not certain are not reported.

## Fix safety
Safe: `asyncio.CancelledError` instead of `Exception`; the test could not pass.

## Versions
All.

## References
- [Python: asyncio.CancelledError](https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.CancelledError)
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.blocks import blocks, own_nodes, runs_for_ever
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.raises import call_of, full_name
from loopscope.rules.support.tasks import Started, runs, started
from loopscope.text.edit import Edit

META = Meta(
    "cancellation-not-caught",
    Group.EXCEPTIONS,
    Severity.ERROR,
    overlaps=("ruff: B017", "ruff: BLE001", "ruff: S110"),
    texts=(".cancel()",),
)

EXAMPLES = (
    Example(
        "pytest.raises",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_cancel():
    task = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(⟦Exception⟧):
        await task
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_cancel():
    task = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
""",
        proof=Proof("CancelledError"),
    ),
    Example(
        "try",
        bad="""\
import asyncio

import pytest


async def work():
    while True:
        await asyncio.sleep(0.01)


@pytest.mark.asyncio
async def test_cancel():
    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except ⟦Exception⟧:
        pass
""",
        good="""\
import asyncio

import pytest


async def work():
    while True:
        await asyncio.sleep(0.01)


@pytest.mark.asyncio
async def test_cancel():
    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
""",
        proof=Proof("CancelledError"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the task may end by itself, or turn the cancellation into something else",
        """\
import asyncio
import contextlib

import pytest


async def work():
    while True:
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            raise ValueError from None


@pytest.mark.asyncio
async def test_cancel(service):
    first = asyncio.create_task(asyncio.sleep(0))
    second = asyncio.create_task(work())
    third = asyncio.create_task(service.run())
    await asyncio.sleep(0)
    for task in (first, second, third):
        task.cancel()
    first.cancel()
    with contextlib.suppress(Exception):
        await first
    second.cancel()
    with pytest.raises(Exception):
        await second
    third.cancel()
    with contextlib.suppress(Exception):
        await third
""",
    ),
    NearMiss(
        "caught, or not cancelled",
        """\
import asyncio
import contextlib

import pytest


@pytest.mark.asyncio
async def test_cancel():
    task = asyncio.create_task(asyncio.sleep(10))
    task.cancel()
    with contextlib.suppress(Exception, asyncio.CancelledError):
        await task
    other = asyncio.create_task(asyncio.sleep(1))
    with contextlib.suppress(Exception):
        await other
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at `Exception`."""
    if "Exception" not in ctx.text:
        return
    for body in ctx.bodies:
        waiting = {task.name: task for task in started(body) if task.name and _waits_on(ctx, body, task)}
        for block in blocks(body.node.body) if waiting else ():
            for before, statement in pairwise(block):
                match before, _guarded(ctx, body, statement):
                    case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "cancel"))), (awaited, caught) if (
                        name == awaited and name in waiting
                    ):
                        message = f"Awaiting the cancelled `{name}` raises CancelledError, which is no `Exception`."
                        yield ctx.finding(META, ctx.span(body, caught), message)
                    case _:
                        pass


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`asyncio.CancelledError`."""
    edits: list[Edit] = []
    edits.append(Edit(finding.span, f"{spelled(ctx, 'asyncio', edits)}.CancelledError"))
    return ctx.fix("Catch `asyncio.CancelledError`", Safety.SAFE, edits)


def _waits_on(ctx: Context, body: Body, task: Started) -> bool:
    """Whether a task surely waits when it is cancelled, and lets the cancellation through."""
    argument = task.call.node.args[0] if task.call.node.args else None
    if _is_long_sleep(body, argument):
        return True
    running = runs(ctx, body, task)
    if running is None or running.withs or any(isinstance(each, ast.Try) for each in running.statements):
        return False
    sleeps = any(_is_long_sleep(running, each.value) for each in running.awaits)
    return sleeps or (runs_for_ever(running) and bool(running.awaits))


def _is_long_sleep(body: Body, node: ast.expr | None) -> bool:
    match node:
        case ast.Call(_, [ast.Constant(int() | float() as seconds)]) if seconds >= 1:
            call = call_of(body, node)
            return call is not None and call.name == "asyncio.sleep" and not call.local_root
        case _:
            return False


def _guarded(ctx: Context, body: Body, statement: ast.stmt) -> tuple[str, ast.expr] | None:
    """The name that a statement awaits while it catches only `Exception`, and where it says so."""
    match statement:
        case ast.With([ast.withitem(ast.Call(func, [ast.Name("Exception") as caught], []))], inner) if full_name(
            ctx, body, func
        ) in ("pytest.raises", "contextlib.suppress"):
            name = _awaited(inner)
        case ast.Try(inner, [ast.ExceptHandler(ast.Name("Exception") as caught)], [], []):
            name = _awaited(inner)
        case _:
            return None
    return None if name is None else (name, caught)


def _awaited(block: Sequence[ast.stmt]) -> str | None:
    names = [
        node.value.id for node in own_nodes(block) if isinstance(node, ast.Await) and isinstance(node.value, ast.Name)
    ]
    return names[0] if len(names) == len(block) == 1 else None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
