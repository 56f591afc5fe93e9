"""A test and the fixture that it uses run in different event loops.

## What it does
Reports async tests whose loop is another one than that of a requested async fixture, when the fixture hands over an
object that belongs to its loop: a task, a future, a lock or queue of asyncio, a server, a stream, a client session.

## Why is this bad
Such an object works in its own loop only. The test fails with "attached to a different loop" or "bound to a different
event loop", or hangs, because the loop in which the server or the task lives does not run.

## When not to fix
If the test never uses the object in a way that involves its loop. Fixtures that hand over other values are not
reported.

## Fix safety
Unsafe: giving the test the fixture's `loop_scope` makes it share its loop with other tests.

## Versions
pytest-asyncio >= 0.24.

## References
- [pytest-asyncio: event loop scopes](https://pytest-asyncio.readthedocs.io/en/stable/concepts.html#asyncio-event-loops)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.loop_bound import loop_bound_value
from loopscope.rules.support.marks import set_mark_loop_scope
from loopscope.rules.support.related import definition_related, origin_related
from loopscope.workspace.model import FixtureDef, Runner, Scope, TestItem, Unknown

META = Meta("loop-scope-mismatch", Group.LOOPS, Severity.WARNING, words=("async",))

_FIXTURE = """\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def task():
    return asyncio.create_task(asyncio.sleep(0, "done"))

"""

EXAMPLES = (
    Example(
        "A task of the module's loop",
        bad=f"""\
{_FIXTURE}
@pytest.mark.asyncio
async def test_task(⟦task⟧):
    assert await task == "done"
""",
        good=f"""\
{_FIXTURE}
@pytest.mark.asyncio(loop_scope="module")
async def test_task(task):
    assert await task == "done"
""",
        proof=Proof("attached to a different loop", pytest_asyncio=">=0.24"),
    ),
    Example(
        "Only fixtures have a wide loop by default",
        bad="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def future():
    return asyncio.get_running_loop().create_future()


@pytest.mark.asyncio
async def test_future(⟦future⟧):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(future, 0.01)
""",
        good="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def future():
    return asyncio.get_running_loop().create_future()


@pytest.mark.asyncio(loop_scope="session")
async def test_future(future):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(future, 0.01)
""",
        proof=Proof("different loop", pytest_asyncio=">=0.24"),
        config="[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = session\n",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the same loop",
        f'{_FIXTURE}\n@pytest.mark.asyncio(loop_scope="module")\nasync def test(task):\n    await task\n',
    ),
    NearMiss(
        "a value without a loop",
        """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def settings():
    return {"debug": True}


@pytest.mark.asyncio
async def test_settings(settings):
    assert settings["debug"]
""",
    ),
    NearMiss(
        "function scope on both sides",
        """\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def queue():
    return asyncio.Queue()


@pytest.mark.asyncio
async def test_queue(queue):
    assert queue.empty()
""",
    ),
    NearMiss("a synchronous test reads it", f"{_FIXTURE}\ndef test_task(task):\n    assert task is not None\n"),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the tests' parameters."""
    for test in ctx.own_tests:
        if not test.function.is_async or ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO:
            continue
        mine = ctx.test_loop_scope(test)
        if isinstance(mine, Unknown):
            continue
        for fixture, what in _bound_fixtures(ctx, test):
            theirs = ctx.fixture_loop_scope(fixture)
            span = ctx.param_span(test.id, fixture.name)
            if isinstance(theirs, Unknown) or theirs.value is mine.value or span is None:
                continue
            message = (
                f"`{fixture.name}` hands over {what} of the {theirs.value.value}'s event loop ({theirs.reason}), but "
                f"this test runs in the {mine.value.value}'s loop ({mine.reason})."
            )
            related = (
                *definition_related(ctx, fixture),
                *origin_related(theirs.origin, "The fixture's loop scope is decided here"),
            )
            yield ctx.finding(META, span, message, related=related, data=(test, theirs.value))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Gives the test's mark the fixture's loop scope."""
    match finding.data:
        case (TestItem() as test, Scope() as scope):
            edits = set_mark_loop_scope(ctx, test, scope)
            title = f'Run the test in the {scope.value}\'s loop (`loop_scope="{scope.value}"`)'
            return None if edits is None else ctx.fix(title, Safety.UNSAFE, edits)
        case _:
            return None


def _bound_fixtures(ctx: Context, test: TestItem) -> Iterator[tuple[FixtureDef, str]]:
    closure = ctx.closure(test)
    for param in test.function.params:
        chain = closure.chains.get(param.name, ())
        if not chain or param.name in closure.direct or not chain[-1].kind.is_async:
            continue
        runner = ctx.fixture_runner(chain[-1])
        if isinstance(runner, Unknown) or runner.value is not Runner.PYTEST_ASYNCIO:
            continue
        what = loop_bound_value(ctx, chain[-1])
        if what is not None:
            yield chain[-1], what


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
