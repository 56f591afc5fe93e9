"""A wait without a timeout: when what it waits for does not come, the test run hangs.

## What it does
Reports, in asynchronous tests, `await event.wait()`, `await queue.get()`, `await queue.join()` and `await future` of
objects that the test makes itself, without a timeout around, in projects that do not limit tests by pytest-timeout.

## Why is this bad
The test that fails is not reported: nothing is. A consumer that dies of a failed assertion leaves `queue.join()`
waiting for ever, although the error exists.

## When not to fix
If another limit ends the run. What the test has set or filled itself before is not reported.

## Fix safety
Unsafe: `asyncio.wait_for(..., 5)`; five seconds are a guess.

## Versions
All. With pytest-timeout, `timeout_method = signal` fails the test and goes on; `thread` ends the whole run.

## References
- [Python: timeouts](https://docs.python.org/3/library/asyncio-task.html#timeouts)
- [pytest-timeout](https://pypi.org/project/pytest-timeout/)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import binding_count
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.marks import marks_of
from loopscope.rules.support.raises import call_of
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("unbounded-wait", Group.BLOCKING, Severity.INFORMATION, default=False, preset="strict", words=("asyncio",))

_CONSUMER = """\
import asyncio

import pytest


async def consumer(queue):
    while True:
        item = await queue.get()
        assert item != "bad"
        queue.task_done()


"""

EXAMPLES = (
    Example(
        "An event",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event():
    ready = asyncio.Event()
    asyncio.get_running_loop().call_soon(ready.set)
    await ⟦ready.wait()⟧
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event():
    ready = asyncio.Event()
    asyncio.get_running_loop().call_soon(ready.set)
    await asyncio.wait_for(ready.wait(), 5)
""",
        proof=Proof("", "passed", invisible="the test would hang if nothing set the event"),
    ),
    Example(
        "A queue with a consumer that may fail",
        bad=f"""\
{_CONSUMER}@pytest.mark.asyncio
async def test_queue():
    queue = asyncio.Queue()
    task = asyncio.create_task(consumer(queue))
    await queue.put("good")
    await ⟦queue.join()⟧
    task.cancel()
""",
        good=f"""\
{_CONSUMER}@pytest.mark.asyncio
async def test_queue():
    queue = asyncio.Queue()
    task = asyncio.create_task(consumer(queue))
    await queue.put("good")
    await asyncio.wait_for(queue.join(), 5)
    task.cancel()
""",
        proof=Proof("", "passed", invisible="the test would hang if the consumer failed"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a timeout, what is there already",
        """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event():
    ready = asyncio.Event()
    async with asyncio.timeout(1):
        await ready.wait()
    await asyncio.wait_for(ready.wait(), 1)
    full = asyncio.Event()
    full.set()
    await full.wait()
    queue = asyncio.Queue()
    queue.put_nowait(1)
    await queue.get()
""",
    ),
    NearMiss(
        "pytest-timeout limits the test",
        """\
import asyncio

import pytest


@pytest.mark.timeout(5)
@pytest.mark.asyncio
async def test_event():
    ready = asyncio.Event()
    await ready.wait()
""",
    ),
    NearMiss(
        "pytest-timeout limits all tests",
        """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event():
    ready = asyncio.Event()
    await ready.wait()
""",
        "[pytest]\nasyncio_default_fixture_loop_scope = function\ntimeout = 60\n",
        requires=("pytest-timeout",),
    ),
    NearMiss(
        "somebody else's event",
        """\
import pytest


@pytest.mark.asyncio
async def test_event(server):
    await server.ready.wait()
""",
    ),
)

_WAITS = {
    "asyncio.Event": ("wait", ("set",)),
    "asyncio.Queue": ("get", ("put", "put_nowait")),
    "asyncio.Condition": ("wait", ("notify", "notify_all")),
}
_LIMITS = ("timeout", "timeout_at", "fail_after", "fail_at", "move_on_after", "move_on_at", "limit")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at what is awaited."""
    if _is_limited(ctx):
        return
    for body, what, _ in ctx.async_entries():
        for node in body.awaits if what == "test" else ():
            if _never_ends(body, node.value) and not _has_limit(body, node):
                message = "If this does not come, the whole test run hangs: there is no timeout."
                yield ctx.finding(META, ctx.span(body, node.value), message, data=(body, node.value))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`asyncio.wait_for(..., 5)`."""
    match finding.data:
        case (Body(), ast.expr()):
            span = finding.span
        case _:
            return None
    edits: list[Edit] = []
    edits += [
        Edit(Span(span.start, span.start), f"{spelled(ctx, 'asyncio', edits)}.wait_for("),
        Edit(Span(span.end, span.end), ", 5)"),
    ]
    return ctx.fix("Wait for 5 seconds at most", Safety.UNSAFE, edits)


def _is_limited(ctx: Context) -> bool:
    """Whether pytest-timeout limits the tests of the file."""
    if any(mark.name == "timeout" for mark in marks_of(ctx)):
        return True
    given = ctx.config.command_line.last("--timeout") is not None or "timeout" in ctx.config.raw
    return given and ctx.environment.has("pytest-timeout")


def _never_ends(body: Body, node: ast.expr) -> bool:
    """Whether an awaited expression waits for an object that the function makes and nothing in it has readied."""
    match node:
        case ast.Call(ast.Attribute(ast.Name(name), method), []):
            made = _made(body, name)
            kind = None if made is None else made.name
        case ast.Name(name):
            made = _made(body, name)
            is_future = made is not None and isinstance(made.node.func, ast.Attribute)
            created = made is not None and is_future and ast.unparse(made.node.func).endswith(".create_future")
            return created and not _called(body, name, ("set_result", "set_exception", "cancel"), node)
        case _:
            return False
    if kind == "asyncio.Queue" and method == "join":
        return True
    waits, readied = _WAITS.get(kind or "", ("", ()))
    return method == waits and not _called(body, name, readied, node)


def _made(body: Body, name: str) -> CallSite | None:
    """The call whose value a local name holds, when it is bound once."""
    value = body.assigned.get(name)
    return call_of(body, value) if value is not None and binding_count(body, name) == 1 else None


def _called(body: Body, name: str, methods: tuple[str, ...], before: ast.expr) -> bool:
    """Whether the function itself calls one of an object's methods above a place."""
    return any(
        isinstance(call.node.func, ast.Attribute)
        and call.node.func.attr in methods
        and isinstance(call.node.func.value, ast.Name)
        and call.node.func.value.id == name
        and call.node.lineno <= before.lineno
        for call in body.calls
    )


def _has_limit(body: Body, node: ast.Await) -> bool:
    """Whether a `with` around, such as `asyncio.timeout` or `anyio.fail_after`, ends the wait."""
    for block in body.withs:
        names = (ast.unparse(item.context_expr.func) for item in block.items if isinstance(item.context_expr, ast.Call))
        if any(name.rpartition(".")[2] in _LIMITS for name in names) and block.lineno <= node.lineno <= (
            block.end_lineno or 0
        ):
            return True
    return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
