"""A task is created and its handle dropped: nobody learns what becomes of it.

## What it does
Reports `asyncio.create_task(...)` and `asyncio.ensure_future(...)` as statements in asynchronous functions of tests.

## Why is this bad
The event loop keeps only a weak reference to a task: it may vanish before it ran. Its exception is not raised anywhere,
so a failing assertion inside does not fail the test, and the loop's end cancels it halfway.

## When not to fix
If the task is started only to be abandoned. Tasks of an `asyncio.TaskGroup` are awaited by the group, and not reported.

## Fix safety
Unsafe: the task is awaited at the end of its block, which never returns if the task runs for ever.

## Versions
All. pytest-asyncio >= 1.1 cancels leftover tasks; older ones print "Task was destroyed but it is pending!".

## References
- [Python: asyncio.create_task](https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task)
"""

from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import append_to_block, expects_failure, loop_method, noted
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("discarded-task", Group.TASKS, Severity.WARNING, overlaps=("ruff: RUF006", "flake8-async: ASYNC300"))

_CHECK = """\
import asyncio

import pytest


async def check(value):
    assert value == 2

"""

EXAMPLES = (
    Example(
        "A failing assertion that nobody sees",
        bad=f"""\
{_CHECK}
@pytest.mark.asyncio
async def test_check():
    ⟦asyncio.create_task(check(2))⟧
    await asyncio.sleep(0)
""",
        good=f"""\
{_CHECK}
@pytest.mark.asyncio
async def test_check():
    task = asyncio.create_task(check(2))
    await asyncio.sleep(0)
    await task
""",
        proof=Proof("", "passed", invisible="the event loop's weak reference is not seen"),
    ),
    Example(
        "Through the loop",
        bad=f"""\
{_CHECK}
@pytest.mark.asyncio
async def test_check():
    loop = asyncio.get_running_loop()
    ⟦loop.create_task(check(2))⟧
    await asyncio.sleep(0)
""",
        good=f"""\
{_CHECK}
@pytest.mark.asyncio
async def test_check():
    loop = asyncio.get_running_loop()
    task = loop.create_task(check(2))
    await asyncio.sleep(0)
    await task
""",
        proof=Proof("", "passed", invisible="the event loop's weak reference is not seen"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a task group awaits its tasks",
        f"""\
{_CHECK}
@pytest.mark.asyncio
async def test_check():
    async with asyncio.TaskGroup() as group:
        group.create_task(check(2))
""",
    ),
    NearMiss(
        "kept, awaited, or passed on",
        f"""\
{_CHECK}
@pytest.mark.asyncio
async def test_check():
    tasks = [asyncio.create_task(check(2))]
    tasks.append(asyncio.create_task(check(2)))
    await asyncio.create_task(check(2))
    asyncio.create_task(check(2)).cancel()
    await asyncio.gather(*tasks)
""",
    ),
    NearMiss(
        "a failing call",
        f"""\
{_CHECK}
@pytest.mark.asyncio
async def test_check():
    with pytest.raises(TypeError):
        asyncio.create_task(1)
""",
    ),
)

_NAMES = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body in ctx.bodies:
        for call in noted(body, "statements", _statements):
            known = call.name in _NAMES and not call.local_root and not ctx.is_patched(call.name)
            if known or loop_method(body, call, "create_task"):
                message = "The task is dropped: it may vanish unfinished, and its exception never fails the test."
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


def _statements(body: Body) -> list[CallSite]:
    """The calls of an async function whose value is dropped, failures expected nowhere around."""
    if not body.is_async:
        return []
    return [call for call in body.calls if call.use is Use.STATEMENT and not expects_failure(body, call)]


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Keeps the task, and awaits it at the end of its block."""
    match finding.data:
        case (Body() as body, CallSite() as call) if "task" not in body.bound:
            start = ctx.span(body, call.statement).start
            awaited = append_to_block(ctx, body, call.statement, "await task")
            if awaited is None:
                return None
            edits = [Edit(Span(start, start), "task = "), awaited]
            return ctx.fix("Keep the task and await it", Safety.UNSAFE, edits)
        case _:
            return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
