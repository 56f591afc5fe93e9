"""An assertion in a background task or callback fails unseen: the test passes.

## What it does
Reports tasks that nobody awaits (dropped, or kept in a name of which only `done()` and the like are read) when the
function of this file that they run ends with an `assert`; and callbacks given to `call_soon`, `call_later`, `call_at`
or `add_done_callback` that do.

## Why is this bad
The exception of a task is raised where it is awaited, that of a callback nowhere. Here it becomes a log record, "Task
exception was never retrieved" or "Exception in callback", and the test passes, even with `-W error`.

## When not to fix
If a fixture fails tests that log errors, or the loop has an exception handler of its own (not reported when the file
sets one). Functions that go on after their assertion are not reported: what they do next, the test may be checking.

## Fix safety
Unsafe: the task is awaited at the end of its block, so the test may begin to fail. Callbacks have no fix.

## Versions
All.

## References
- [Python: detect never-retrieved exceptions](https://docs.python.org/3/library/asyncio-dev.html#detect-never-retrieved-exceptions)
- [Python: asyncio.TaskGroup](https://docs.python.org/3/library/asyncio-task.html#task-groups)

"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Related, Rule, Safety, Severity
from loopscope.rules.support.calls import loop_method
from loopscope.rules.support.tasks import (
    Started,
    abandoned,
    await_at_end,
    function_named,
    last_assertion,
    runs,
    started,
)

_CALLBACKS = {"add_done_callback": 0, "call_soon": 0, "call_soon_threadsafe": 0, "call_later": 1, "call_at": 1}

META = Meta(
    "assertion-in-background-task",
    Group.TASKS,
    Severity.ERROR,
    words=("create_task", "ensure_future", *_CALLBACKS),
    texts=("assert",),
)

_CONSUMER = """\
import asyncio

import pytest


async def consumer(queue):
    item = await queue.get()
    assert item == "expected"

"""

EXAMPLES = (
    Example(
        "A task that is dropped",
        bad=f"""\
{_CONSUMER}
@pytest.mark.asyncio
async def test_consumer():
    queue = asyncio.Queue()
    task = asyncio.create_task(queue.put("wrong"))
    ⟦asyncio.create_task(consumer(queue))⟧
    await task
    await asyncio.sleep(0)
""",
        good=f"""\
{_CONSUMER}
@pytest.mark.asyncio
async def test_consumer():
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(queue.put("expected"))
        group.create_task(consumer(queue))
""",
        fixed="",
        proof=Proof("Task exception was never retrieved", "passed"),
        config="[pytest]\nasyncio_default_fixture_loop_scope = function\naddopts = -rP -W error\n",
    ),
    Example(
        "A task of which only `done()` is asked",
        bad=f"""\
{_CONSUMER}
@pytest.mark.asyncio
async def test_consumer():
    queue = asyncio.Queue()
    task = ⟦asyncio.create_task(consumer(queue))⟧
    await queue.put("expected")
    await asyncio.sleep(0.01)
    assert task.done()
""",
        good=f"""\
{_CONSUMER}
@pytest.mark.asyncio
async def test_consumer():
    queue = asyncio.Queue()
    task = asyncio.create_task(consumer(queue))
    await queue.put("expected")
    await asyncio.sleep(0.01)
    assert task.done()
    await task
""",
        proof=Proof("", "passed", invisible="the test would pass as well if the assertion failed"),
    ),
    Example(
        "A callback",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_callback():
    def check(task):
        assert task.result() == 2

    task = asyncio.create_task(asyncio.sleep(0, 1))
    task.add_done_callback(⟦check⟧)
    await task
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_callback():
    results = []

    def check(task):
        results.append(task.result())

    task = asyncio.create_task(asyncio.sleep(0, 2))
    task.add_done_callback(check)
    await task
    await asyncio.sleep(0)
    assert results == [2]
""",
        fixed="",
        proof=Proof("Exception in callback", "passed"),
        config="[pytest]\nasyncio_default_fixture_loop_scope = function\naddopts = -rP -W error\n",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "awaited, gathered, or its result read",
        f"""\
{_CONSUMER}
@pytest.mark.asyncio
async def test_consumer():
    queue = asyncio.Queue()
    first = asyncio.create_task(consumer(queue))
    second = asyncio.create_task(consumer(queue))
    third = asyncio.create_task(consumer(queue))
    for _ in range(3):
        await queue.put("expected")
    await first
    await asyncio.gather(second)
    await asyncio.sleep(0)
    third.result()
""",
    ),
    NearMiss(
        "the test waits for what comes after the assertion",
        """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_consumer():
    seen = asyncio.Event()

    async def consumer():
        assert not seen.is_set()
        seen.set()

    task = asyncio.create_task(consumer())
    await asyncio.wait_for(seen.wait(), 1)
    assert not task.cancelled()
""",
    ),
    NearMiss(
        "another function of the same name, and one that is not known",
        """\
import asyncio

import pytest


async def check():
    assert True


class Service:
    async def check(self):
        return 1


@pytest.mark.asyncio
async def test_service(start):
    service = Service()
    asyncio.create_task(service.check())
    asyncio.create_task(start.check())
    await check()
""",
    ),
    NearMiss(
        "a task group awaits its tasks",
        f"""\
{_CONSUMER}
@pytest.mark.asyncio
async def test_consumer():
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(consumer(queue))
        await queue.put("expected")
""",
    ),
    NearMiss(
        "a handler of the loop's exceptions",
        """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_callback():
    errors = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: errors.append(context))

    def check():
        assert loop.is_running()

    loop.call_soon(check)
    await asyncio.sleep(0)
    assert not errors
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls that start a task, and at callbacks."""
    if "set_exception_handler" in ctx.text:
        return
    for body, _ in ctx.bodies_with("starts tasks or has callbacks", _in_background):
        if not body.is_async:
            continue
        for task in abandoned(ctx, body):
            running = runs(ctx, body, task)
            if running is not None and running.is_async and (failing := last_assertion(running)) is not None:
                message = (
                    f"Nobody awaits this task: when the assertion in `{running.node.name}` fails, the test passes."
                )
                span = ctx.span(body, task.call.node)
                yield ctx.finding(META, span, message, related=_related(ctx, running, failing), data=(body, task))
        for call in body.calls:
            given = _callback(body, call)
            running = function_named(ctx, body, given.id) if given is not None else None
            if given is None or running is None or running.is_async or (failing := last_assertion(running)) is None:
                continue
            message = f"When the assertion in the callback `{given.id}` fails, that is only logged: the test passes."
            yield ctx.finding(META, ctx.span(body, given), message, related=_related(ctx, running, failing))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Awaits the task at the end of its block."""
    match finding.data:
        case (Body() as body, Started() as task):
            edits = await_at_end(ctx, body, task)
            return None if edits is None else ctx.fix("Await the task", Safety.UNSAFE, edits)
        case _:
            return None


def _related(ctx: Context, running: Body, failing: ast.Assert) -> tuple[Related, ...]:
    return (Related(ctx.path, ctx.span(running, failing), "This assertion"),)


def _in_background(body: Body) -> list[object]:
    """The tasks that a function starts, and the functions that it has the loop call."""
    return [*started(body), *[given for call in body.calls if (given := _callback(body, call)) is not None]]


def _callback(body: Body, call: CallSite) -> ast.Name | None:
    """The name of the function that a call has the loop call, when it is one."""
    func = call.node.func
    if not isinstance(func, ast.Attribute) or call.in_lambda:
        return None
    position = _CALLBACKS.get(func.attr)
    if position is None or (func.attr != "add_done_callback" and not loop_method(body, call, func.attr)):
        return None
    given = call.node.args[position] if len(call.node.args) > position else None
    return given if isinstance(given, ast.Name) else None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
