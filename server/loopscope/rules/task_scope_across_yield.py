"""A fixture yields inside of a task group or a timeout, which belongs to one task.

## What it does
Reports `yield` in async fixtures that pytest-asyncio runs, where it stands inside of `asyncio.TaskGroup`,
`asyncio.timeout`, or a task group or cancel scope of anyio.

## Why is this bad
pytest-asyncio runs the setup and the teardown of a fixture in different tasks, and the test in a third one. The timeout
interrupts nothing, a child that fails does not stop the test, which passes and ends in an error at teardown, and anyio
refuses to leave the block: "Attempted to exit cancel scope in a different task than it was entered in".

## When not to fix
Never with anyio. Task groups of asyncio work as long as no child fails. anyio's own plugin runs both halves of a
fixture in one task, so its fixtures are not reported.

## Fix safety
There is no fix: open the block in the test, or start a task in the fixture, and cancel and await it after the `yield`.

## Versions
All versions of pytest-asyncio; `asyncio.TaskGroup` and `asyncio.timeout` since Python 3.11.

## References
- [anyio: context propagation and fixtures](https://anyio.readthedocs.io/en/stable/testing.html#technical-details)
- [Python: task groups](https://docs.python.org/3/library/asyncio-task.html#task-groups)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.fixture_bodies import plain_fixtures
from loopscope.rules.support.yields import yields_in
from loopscope.workspace.model import Kind, Runner, Unknown

META = Meta("task-scope-across-yield", Group.TASKS, Severity.ERROR, words=("yield",))

_GROUP = "a child that fails does not stop the test, and raises at teardown"
_TIMEOUT = "the timeout does not interrupt the test"
_ANYIO = 'teardown ends in an error, "Attempted to exit cancel scope in a different task than it was entered in"'
_EFFECTS = {
    "asyncio.TaskGroup": _GROUP,
    "asyncio.taskgroups.TaskGroup": _GROUP,
    "asyncio.timeout": _TIMEOUT,
    "asyncio.timeout_at": _TIMEOUT,
    "async_timeout.timeout": _TIMEOUT,
    "async_timeout.timeout_at": _TIMEOUT,
    "anyio.create_task_group": _ANYIO,
    "anyio.fail_after": _ANYIO,
    "anyio.move_on_after": _ANYIO,
    "anyio.CancelScope": _ANYIO,
}
_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "A task group of asyncio",
        bad="""\
import asyncio

import pytest
import pytest_asyncio


async def work():
    raise ValueError("boom")


@pytest_asyncio.fixture
async def group():
    async with asyncio.TaskGroup() as group:
        ⟦yield group⟧


@pytest.mark.asyncio
async def test_work(group):
    group.create_task(work())
    await asyncio.sleep(0.01)
""",
        good="""\
import asyncio

import pytest


async def work():
    raise ValueError("boom")


@pytest.mark.asyncio
async def test_work():
    with pytest.RaisesGroup(ValueError):
        async with asyncio.TaskGroup() as group:
            group.create_task(work())
            await asyncio.sleep(0.01)
""",
        fixed="",
        proof=Proof("unhandled errors in a TaskGroup", "error"),
    ),
    Example(
        "A timeout",
        bad="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(autouse=True)
async def limited():
    async with asyncio.timeout(0.01):
        ⟦yield⟧


@pytest.mark.asyncio
async def test_is_limited():
    with pytest.raises(TimeoutError):
        await asyncio.sleep(0.05)
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_is_limited():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.sleep(0.05)
""",
        fixed="",
        proof=Proof("DID NOT RAISE"),
    ),
    Example(
        "A task group of anyio, run by pytest-asyncio",
        bad="""\
import anyio
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def group():
    async with anyio.create_task_group() as group:
        ⟦yield group⟧


@pytest.mark.asyncio
async def test_group(group):
    group.start_soon(anyio.sleep, 0)
""",
        good="""\
import anyio
import pytest


@pytest.mark.asyncio
async def test_group():
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep, 0)
""",
        fixed="",
        proof=Proof("Attempted to exit cancel scope in a different task", "error", requires=("anyio",)),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "anyio's plugin runs both halves in one task",
        """\
import anyio
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def group():
    async with anyio.create_task_group() as group:
        yield group


async def test_group(group):
    group.start_soon(anyio.sleep, 0)
""",
    ),
    NearMiss(
        "the timeout is for the setup only",
        """\
import asyncio

import pytest


@pytest.fixture
async def value():
    async with asyncio.timeout(5):
        await asyncio.sleep(0)
    yield 1
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(0))
""",
        config=_AUTO,
    ),
    NearMiss(
        "a nested function of its own",
        """\
import asyncio

import pytest


@pytest.fixture
async def numbers():
    async with asyncio.timeout(5):

        async def count():
            yield 1

        values = [number async for number in count()]
    yield values
""",
        config=_AUTO,
    ),
    NearMiss(
        "another context manager",
        """\
import asyncio

import pytest


@pytest.fixture
async def lock():
    lock = asyncio.Lock()
    async with lock:
        yield lock
""",
        config=_AUTO,
    ),
    NearMiss(
        "no fixture",
        """\
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def limited():
    async with asyncio.timeout(5):
        yield
""",
        config=_AUTO,
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the yields."""
    for fixture, body in plain_fixtures(ctx):
        if fixture.kind is not Kind.ASYNC_GENERATOR or not body.withs:
            continue
        found = list(_inside(body))
        runner = ctx.fixture_runner(fixture) if found else None
        if runner is None or isinstance(runner, Unknown) or runner.value is not Runner.PYTEST_ASYNCIO:
            continue
        for node, name in found:
            message = (
                f"`{name}` belongs to one task, but pytest-asyncio runs the test and the teardown in others: "
                f"{_EFFECTS[name]}."
            )
            severity = Severity.ERROR if name.startswith("anyio.") else Severity.WARNING
            yield ctx.finding(META, ctx.span(body, node), message, severity=severity)


def _inside(body: Body) -> Iterator[tuple[ast.Yield | ast.YieldFrom, str]]:
    """The yields that stand in a block of a task, with what opens the innermost one."""
    names = {id(call.node): call.name for call in body.calls if not call.local_root}
    found: dict[ast.Yield | ast.YieldFrom, str] = {}
    for block in body.withs:
        for item in block.items:
            name = names.get(id(item.context_expr)) or ""
            if name in _EFFECTS:
                found.update((node, name) for statement in block.body for node in yields_in(statement))
    yield from found.items()


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
