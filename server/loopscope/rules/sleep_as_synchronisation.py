"""A sleep and then an assertion on what a background task did: passes or fails by the machine's speed.

## What it does
Reports `await asyncio.sleep(...)` of more than nothing right before an assertion that something happened, in tests that
started a task and do not await it.

## Why is this bad
On a slow machine the task has not got as far, and the test fails now and then; on a fast one it waits for nothing.

## When not to fix
If time itself is under test. `sleep(0)`, and assertions that nothing happened, are not reported.

## Fix safety
Unsafe: the test waits for the task, five seconds at most. Offered where the task runs a function of this file without
an endless loop.

## Versions
All.

## References
- [Python: asyncio.wait_for](https://docs.python.org/3/library/asyncio-task.html#asyncio.wait_for)
"""

import ast
from collections.abc import Iterator
from itertools import pairwise

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.blocks import blocks, runs_for_ever
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.raises import call_of
from loopscope.rules.support.tasks import Started, abandoned, keep, runs
from loopscope.text.edit import Edit

META = Meta(
    "sleep-as-synchronisation",
    Group.BLOCKING,
    Severity.INFORMATION,
    default=False,
    overlaps=("ruff: ASYNC110",),
    words=("sleep",),
)

_WORKER = """\
import asyncio

import pytest


async def worker(done):
    await asyncio.sleep(0.1)
    done.append("work")


"""

EXAMPLES = (
    Example(
        "Too slow this time",
        bad=f"""\
{_WORKER}@pytest.mark.asyncio
async def test_worker():
    done = []
    task = asyncio.create_task(worker(done))
    await ⟦asyncio.sleep(0.05)⟧
    assert done == ["work"]
""",
        good=f"""\
{_WORKER}@pytest.mark.asyncio
async def test_worker():
    done = []
    task = asyncio.create_task(worker(done))
    await asyncio.wait_for(task, 5)
    assert done == ["work"]
""",
        proof=Proof("assert [] == ['work']"),
    ),
    Example(
        "A task without a name",
        bad=f"""\
{_WORKER}@pytest.mark.asyncio
async def test_worker():
    done = []
    asyncio.create_task(worker(done))
    await ⟦asyncio.sleep(0.05)⟧
    assert done
""",
        good=f"""\
{_WORKER}@pytest.mark.asyncio
async def test_worker():
    done = []
    task = asyncio.create_task(worker(done))
    await asyncio.wait_for(task, 5)
    assert done
""",
        proof=Proof("assert []"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "nothing has happened yet, or only the loop gets its turn",
        f"""\
{_WORKER}@pytest.mark.asyncio
async def test_worker():
    done = []
    task = asyncio.create_task(worker(done))
    await asyncio.sleep(0.01)
    assert not done
    await asyncio.sleep(0.01)
    assert done == []
    await asyncio.sleep(0)
    assert len(done) == 0
    await asyncio.sleep(0)
    assert task.get_name()
""",
    ),
    NearMiss(
        "no task is under way, or the test awaits it",
        f"""\
{_WORKER}@pytest.mark.asyncio
async def test_worker():
    done = []
    await worker(done)
    await asyncio.sleep(0.01)
    assert done == ["work"]


@pytest.mark.asyncio
async def test_task():
    done = []
    task = asyncio.create_task(worker(done))
    await asyncio.sleep(0.2)
    assert done == ["work"]
    await task
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the sleeps."""
    if ctx.is_patched("asyncio.sleep"):
        return
    for body, what, _ in ctx.async_entries():
        tasks = abandoned(ctx, body) if what == "test" else []
        for block in blocks(body.node.body) if tasks else ():
            for statement, following in pairwise(block):
                sleep = _sleep(body, statement)
                if sleep is None or not isinstance(following, ast.Assert) or not _happened(following.test):
                    continue
                before = [task for task in tasks if task.call.node.lineno < sleep.lineno]
                if before:
                    message = "Whether the task has got this far by then depends on the machine: wait for what it does."
                    yield ctx.finding(META, ctx.span(body, sleep), message, data=(body, sleep, *before))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Waits for the task."""
    match finding.data:
        case (Body() as body, ast.Call() as sleep, Started() as task):
            running = runs(ctx, body, task)
            kept = keep(ctx, body, task)
        case _:
            return None
    if running is None or runs_for_ever(running) or kept is None:
        return None
    edits = [*kept]
    edits.append(Edit(ctx.span(body, sleep), f"{spelled(ctx, 'asyncio', edits)}.wait_for({task.name or 'task'}, 5)"))
    return ctx.fix("Wait for the task", Safety.UNSAFE, edits)


def _sleep(body: Body, statement: ast.stmt) -> ast.Call | None:
    match statement:
        case ast.Expr(ast.Await(ast.Call(_, [ast.Constant(int() | float() as seconds)]) as node)) if seconds > 0:
            call = call_of(body, node)
            return node if call is not None and call.name == "asyncio.sleep" and not call.local_root else None
        case _:
            return None


def _happened(test: ast.expr) -> bool:
    """Whether an assertion says that something is there, has come or has a value."""
    match test:
        case ast.Compare(_, [ast.Eq() | ast.GtE() | ast.Gt() | ast.In()], [value]):
            return not _is_nothing(value)
        case ast.Name() | ast.Call() | ast.Attribute():
            return True
        case _:
            return False


def _is_nothing(value: ast.expr) -> bool:
    match value:
        case ast.Constant(constant):
            return not constant
        case ast.List([]) | ast.Tuple([]) | ast.Dict([]) | ast.Call(_, [], []):
            return True
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
