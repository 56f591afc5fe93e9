"""`task.cancel()` and, before the task has run again, an assertion on its end.

## What it does
Reports `assert task.cancelled()` or `assert task.done()` right after `task.cancel()`; and there an assertion on what
was given to the task's function, when that function of this file touches it in `finally` or where it catches the
cancellation.

## Why is this bad
`cancel()` only asks the event loop to throw `CancelledError` into the task the next time it runs. Until the test awaits
something the task is not cancelled, and has not cleaned up: the assertion fails.

## When not to fix
If the task is known to have ended before. Futures, which are cancelled at once, are not reported.

## Fix safety
Unsafe: the test waits for the task, for ever if it ignores the cancellation.

## Versions
All.

## References
- [Python: Task.cancel](https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.cancel)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.blocks import blocks, own_nodes
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.tasks import Started, runs, started
from loopscope.rules.support.text import indentation, line_end
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("cancel-without-await", Group.TASKS, Severity.ERROR, texts=(".cancel()",))

_JOB = """\
import asyncio

import pytest


async def job(log):
    try:
        await asyncio.sleep(3600)
    finally:
        log.append("cleanup")


"""

EXAMPLES = (
    Example(
        "Whether it is cancelled",
        bad=f"""\
{_JOB}@pytest.mark.asyncio
async def test_cancel():
    task = asyncio.create_task(job([]))
    await asyncio.sleep(0)
    task.cancel()
    assert ⟦task.cancelled()⟧
""",
        good=f"""\
{_JOB}@pytest.mark.asyncio
async def test_cancel():
    task = asyncio.create_task(job([]))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
""",
        proof=Proof("<Task cancelling"),
    ),
    Example(
        "What it cleans up",
        bad=f"""\
{_JOB}@pytest.mark.asyncio
async def test_cleanup():
    log = []
    task = asyncio.create_task(job(log))
    await asyncio.sleep(0)
    task.cancel()
    assert ⟦log == ["cleanup"]⟧
""",
        good=f"""\
{_JOB}@pytest.mark.asyncio
async def test_cleanup():
    log = []
    task = asyncio.create_task(job(log))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert log == ["cleanup"]
""",
        proof=Proof("assert [] == ['cleanup']"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "awaited in between",
        f"""\
{_JOB}@pytest.mark.asyncio
async def test_cancel():
    log = []
    task = asyncio.create_task(job(log))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert log == ["cleanup"]
""",
    ),
    NearMiss(
        "a future is cancelled at once",
        """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_cancel():
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    assert future.cancelled()
    gathered = asyncio.ensure_future(asyncio.get_running_loop().create_future())
    gathered.cancel()
    assert gathered.cancelled()
""",
    ),
    NearMiss(
        "it has not cleaned up yet, or something else is asserted",
        f"""\
{_JOB}@pytest.mark.asyncio
async def test_cancel():
    log, other = [], [1]
    task = asyncio.create_task(job(log))
    await asyncio.sleep(0)
    task.cancel()
    assert not task.cancelled() and log == []
    task.cancel()
    assert not log
    task.cancel()
    assert other == [1]
    task.cancel()
    assert task.cancelling()
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the assertions' tests."""
    for body in ctx.bodies:
        tasks = {task.name: task for task in started(body) if task.name and not _is_ensured(task)}
        if not tasks:
            continue
        for name, assertion in _right_after(body):
            said = _says(ctx, body, tasks[name], assertion.test) if name in tasks else None
            if said is not None:
                message = f"`cancel()` only asks: `{name}` has not run again yet, so {said}."
                yield ctx.finding(META, ctx.span(body, assertion.test), message, data=(body, assertion, name))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Waits for the task before the assertion."""
    match finding.data:
        case (Body() as body, ast.Assert() as statement, str() as name):
            edits: list[Edit] = []
            start = ctx.span(body, statement).start
            indent = indentation(ctx.text, start)
            if indent is None:
                return None
            text = f"await {spelled(ctx, 'asyncio', edits)}.wait([{name}]){line_end(ctx.text)}{indent}"
            return ctx.fix("Wait for the task", Safety.UNSAFE, [*edits, Edit(Span(start, start), text)])
        case _:
            return None


def _right_after(body: Body) -> Iterator[tuple[str, ast.Assert]]:
    """The assertions that follow `name.cancel()` in a block with nothing in between that awaits, each with the name."""
    for block in blocks(body.node.body):
        cancelled: str | None = None
        for statement in block:
            match statement:
                case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "cancel"))):
                    cancelled = name
                case ast.Expr(ast.Constant()):
                    pass
                case ast.Assert() if not any(isinstance(node, ast.Await) for node in own_nodes([statement])):
                    if cancelled is not None:
                        yield cancelled, statement
                case _:
                    cancelled = None


def _is_ensured(task: Started) -> bool:
    """Whether it may be a future, which `ensure_future` hands back as it is."""
    return task.call.name == "asyncio.ensure_future"


def _says(ctx: Context, body: Body, task: Started, test: ast.expr) -> str | None:
    """What is not the case yet though an assertion right after `cancel()` says so; None when nothing is sure."""
    match test:
        case ast.Call(ast.Attribute(ast.Name(name), "cancelled" | "done" as method), []) if name == task.name:
            return f"`{name}.{method}()` is still false"
        case ast.Compare(ast.Name(name), [ast.Eq()], [ast.List([_, *_])]) | ast.Name(name):
            if _cleans_up(ctx, body, task, name):
                return f"`{name}` is what it was before its cleanup"
            return None
        case _:
            return None


def _cleans_up(ctx: Context, body: Body, task: Started, name: str) -> bool:
    """Whether the function that a task runs uses an argument, the local `name`, only when it ends."""
    running = runs(ctx, body, task)
    given = task.call.node.args[0]
    if running is None or not isinstance(given, ast.Call):
        return False
    places = [place for place, each in enumerate(given.args) if isinstance(each, ast.Name) and each.id == name]
    parameters = [*running.node.args.posonlyargs, *running.node.args.args]
    if len(places) != 1 or places[0] >= len(parameters):
        return False
    parameter = parameters[places[0]].arg
    ends = [
        id(node)
        for statement in running.statements
        if isinstance(statement, ast.Try)
        for node in own_nodes([*statement.finalbody, *(each for inner in statement.handlers for each in inner.body)])
        if isinstance(node, ast.Name)
    ]
    reads = running.reads.get(parameter, ())
    return bool(reads) and all(id(load) in ends for load in reads)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
