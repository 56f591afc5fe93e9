"""A task is created and its handle dropped: nobody learns what becomes of it.

## What it does
Reports `asyncio.create_task(...)` and `asyncio.ensure_future(...)` as statements in asynchronous functions of tests,
other than those that a decorator hands to somebody else.

## Why is this bad
The event loop keeps only a weak reference to a task: it may vanish before it ran. Its exception is not raised anywhere,
so a failure inside does not fail the test, and the loop's end cancels it halfway.

## When not to fix
If the task is started only to be abandoned. One whose function ends with an assertion is reported by
`assertion-in-background-task`. Tasks of an `asyncio.TaskGroup` are awaited by the group, and not reported.

## Fix safety
Unsafe: the task is awaited at the end of its block, which never returns if the task runs for ever.

## Versions
All. pytest-asyncio >= 1.1 cancels leftover tasks; older ones print "Task was destroyed but it is pending!".

## References
- [Python: asyncio.create_task](https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task)
"""

from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.tasks import Started, abandoned, await_at_end, last_assertion, runs

META = Meta(
    "discarded-task",
    Group.TASKS,
    Severity.WARNING,
    default=False,
    preset="recommended",
    overlaps=("ruff: RUF006", "flake8-async: ASYNC300"),
    words=("create_task", "ensure_future"),
)

_SAVE = """\
import asyncio

import pytest

saved = []


async def save(order):
    await asyncio.sleep(0.1)
    saved.append(order)

"""
_CHECK = """\

def test_saved():
    assert saved == [1]
"""

EXAMPLES = (
    Example(
        "Work that does not happen",
        bad=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    ⟦asyncio.create_task(save(1))⟧
    assert saved == []

{_CHECK}""",
        good=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    task = asyncio.create_task(save(1))
    assert saved == []
    await task

{_CHECK}""",
        proof=Proof("assert [] == [1]"),
    ),
    Example(
        "Through the loop",
        bad=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    loop = asyncio.get_running_loop()
    ⟦loop.create_task(save(1))⟧
    await asyncio.sleep(0)

{_CHECK}""",
        good=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    loop = asyncio.get_running_loop()
    task = loop.create_task(save(1))
    await asyncio.sleep(0)
    await task

{_CHECK}""",
        proof=Proof("assert [] == [1]"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a task group awaits its tasks",
        f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    async with asyncio.TaskGroup() as group:
        group.create_task(save(2))
""",
    ),
    NearMiss(
        "kept, awaited, or passed on",
        f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    tasks = [asyncio.create_task(save(2))]
    tasks.append(asyncio.create_task(save(2)))
    await asyncio.create_task(save(2))
    asyncio.create_task(save(2)).cancel()
    await asyncio.gather(*tasks)
""",
    ),
    NearMiss(
        "functions that somebody else runs, in a loop that may keep its tasks",
        f"""\
from nowhere import workflow
{_SAVE}
@workflow.defn
class Saving:
    @workflow.run
    async def run(self):
        asyncio.create_task(save(2))


@pytest.mark.asyncio
async def test_save():
    @workflow.signal
    async def on_signal():
        async def later():
            asyncio.create_task(save(2))

        await later()

    await workflow.start(Saving)
""",
    ),
    NearMiss(
        "a failing call",
        f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    with pytest.raises(TypeError):
        asyncio.create_task(1)
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body in ctx.bodies:
        for task in abandoned(ctx, body):
            if task.name is None and not _asserts(ctx, body, task):
                message = "The task is dropped: it may vanish unfinished, and its exception never fails the test."
                yield ctx.finding(META, ctx.span(body, task.call.node), message, data=(body, task))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Keeps the task, and awaits it at the end of its block."""
    match finding.data:
        case (Body() as body, Started() as task):
            edits = await_at_end(ctx, body, task)
            return None if edits is None else ctx.fix("Keep the task and await it", Safety.UNSAFE, edits)
        case _:
            return None


def _asserts(ctx: Context, body: Body, task: Started) -> bool:
    """Whether it runs a function that ends with an assertion, which is a graver mistake."""
    running = runs(ctx, body, task)
    return running is not None and last_assertion(running) is not None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
