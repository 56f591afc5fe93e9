"""A task is started, kept in a name, and neither awaited nor cancelled.

## What it does
Reports `task = asyncio.create_task(...)` in asynchronous functions of tests when the name is never read again, or only
to ask `task.done()` and the like.

## Why is this bad
The test ends while the task still runs. On a loop that several tests share (`loop_scope="module"`, "session") it runs
on in the next tests. Its exception is not raised anywhere.

## When not to fix
If something else surely ends the task before the test does, such as closing the server that it serves. Then awaiting
the task still tells whether it ended well.

## Fix safety
Unsafe: the task is cancelled at the end of its block.

## Versions
All. With pytest-asyncio >= 1.1 the end of a loop cancels leftover tasks and lets them clean up; older ones print "Task
was destroyed but it is pending!".

## References
- [Python: asyncio.create_task](https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task)
- [Python: task cancellation](https://docs.python.org/3/library/asyncio-task.html#task-cancellation)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import append_to_block
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.tasks import Started, abandoned, last_assertion, runs
from loopscope.rules.support.text import indentation, line_end
from loopscope.text.edit import Edit

META = Meta("leaked-task", Group.TASKS, Severity.WARNING, default=False, overlaps=("ruff: F841",))

_SERVER = """\
import asyncio

import pytest


async def server():
    await asyncio.sleep(3600)

"""
_NEXT = """\


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_is_left():
    assert len(asyncio.all_tasks()) == 1
"""

EXAMPLES = (
    Example(
        "A task that runs on in the next test",
        bad=f"""\
{_SERVER}
@pytest.mark.asyncio(loop_scope="module")
async def test_server():
    task = ⟦asyncio.create_task(server())⟧
    await asyncio.sleep(0)
    assert not task.done()
{_NEXT}""",
        good=f"""\
{_SERVER}
@pytest.mark.asyncio(loop_scope="module")
async def test_server():
    task = asyncio.create_task(server())
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])
{_NEXT}""",
        proof=Proof("assert 2 == 1", pytest_asyncio=">=0.24"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "cancelled, awaited, handed on",
        f"""\
{_SERVER}
@pytest.mark.asyncio
async def test_server(tasks):
    first = asyncio.create_task(server())
    second = asyncio.create_task(asyncio.sleep(0))
    third = asyncio.create_task(server())
    tasks.append(third)
    await second
    first.cancel()
""",
    ),
    NearMiss(
        "a nested function cancels it",
        f"""\
{_SERVER}
@pytest.mark.asyncio
async def test_server():
    task = asyncio.create_task(server())

    def stop():
        task.cancel()

    asyncio.get_running_loop().call_soon(stop)
    await asyncio.sleep(0)
""",
    ),
    NearMiss(
        "asserted to be done, kept elsewhere, bound again",
        f"""\
{_SERVER}
class Client:
    async def start(self):
        self.task = asyncio.create_task(server())


@pytest.mark.asyncio
async def test_server():
    task = asyncio.create_task(asyncio.sleep(0))
    await asyncio.sleep(0.01)
    assert task.done()
    polled = asyncio.create_task(asyncio.sleep(0))
    while not polled.done():
        await asyncio.sleep(0)
    other = asyncio.create_task(server())
    other = [other]
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    cleans_up = ctx.environment.at_least("pytest-asyncio", 1, 1)
    for body in ctx.bodies:
        for task in abandoned(ctx, body):
            if task.name is None or _is_seen_done(body, task.name) or _asserts(ctx, body, task):
                continue
            end = "cancels what still runs" if cleans_up else "destroys it if it is pending"
            message = (
                f"Nobody awaits or cancels `{task.name}`: what it raises is lost, and the event loop {end} at its end."
            )
            yield ctx.finding(META, ctx.span(body, task.call.node), message, data=(body, task))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Cancels the task at the end of its block, and waits for that."""
    match finding.data:
        case (Body() as body, Started(call, str() as name)):
            edits: list[Edit] = []
            module = spelled(ctx, "asyncio", edits)
            more = f"{line_end(ctx.text)}{indentation(ctx.text, ctx.span(body, call.statement).start) or ''}"
            appended = append_to_block(ctx, body, call.statement, f"{name}.cancel(){more}await {module}.wait([{name}])")
            return None if appended is None else ctx.fix("Cancel the task", Safety.UNSAFE, [*edits, appended])
        case _:
            return None


def _asserts(ctx: Context, body: Body, task: Started) -> bool:
    """Whether it runs a function that ends with an assertion, which is a graver mistake."""
    running = runs(ctx, body, task)
    return running is not None and last_assertion(running) is not None


def _is_seen_done(body: Body, name: str) -> bool:
    """Whether the function makes sure that the task has ended: by an assertion, or by looking until it has."""
    for call in body.calls:
        match call.node.func:
            case ast.Attribute(ast.Name(task), "done" | "cancelled") if task == name:
                pass
            case _:
                continue
        if call.use in (Use.ARGUMENT, Use.TESTED) or (call.use is Use.ASSERTED and not _is_negated(call)):
            return True
    return False


def _is_negated(call: CallSite) -> bool:
    match call.statement:
        case ast.Assert(ast.UnaryOp(ast.Not())):
            return True
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
