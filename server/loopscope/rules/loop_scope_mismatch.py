"""A test or fixture and the fixture that it uses run in different event loops.

## What it does
Reports async tests and fixtures whose loop is another one than that of a requested async fixture, when that hands over
an object that belongs to its loop: a task, a future, a lock or queue of asyncio, a server, a stream, a client session.
The message says what decided either loop: a mark, an argument, or an option such as
`asyncio_default_fixture_loop_scope`.

## Why is this bad
Such an object works in its own loop only. The test fails with "attached to a different loop" or "bound to a different
event loop", or hangs, because the loop in which the server or the task lives does not run.

## When not to fix
If the object is never used in a way that involves its loop. Fixtures that hand over other values are not reported.

## Fix safety
Unsafe: with the `loop_scope` of the fixture that it uses, a test or fixture shares its loop with others. Where the
defaults differ, `asyncio_default_test_loop_scope` and `asyncio_default_fixture_loop_scope` of the same value mend all.

## Versions
pytest-asyncio >= 0.24. Until 0.26 pytest-asyncio refuses tests whose fixtures need several loops:
"MultipleEventLoopsRequestedError".

## References
- [pytest-asyncio: event loop scopes](https://pytest-asyncio.readthedocs.io/en/stable/concepts.html#asyncio-event-loops)
"""

from collections.abc import Iterator, Mapping

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.fixtures import set_loop_scope
from loopscope.rules.support.loop_bound import loop_bound_value
from loopscope.rules.support.marks import set_mark_loop_scope
from loopscope.rules.support.related import definition_related, origin_related
from loopscope.workspace.model import Decision, FixtureDef, Runner, Scope, TestItem, Unknown

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
    Example(
        "A fixture uses the task of another loop",
        bad="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def task():
    return asyncio.create_task(asyncio.sleep(0, "done"))


@pytest_asyncio.fixture
async def result(⟦task⟧):
    return await task


@pytest.mark.asyncio(loop_scope="session")
async def test_result(result):
    assert result == "done"
""",
        good="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def task():
    return asyncio.create_task(asyncio.sleep(0, "done"))


@pytest_asyncio.fixture(loop_scope="session")
async def result(task):
    return await task


@pytest.mark.asyncio(loop_scope="session")
async def test_result(result):
    assert result == "done"
""",
        proof=Proof("attached to a different loop", "error", pytest_asyncio=">=1.0"),
    ),
    Example(
        "In auto mode, with nothing said about the test",
        bad="""\
import asyncio

import pytest


@pytest.fixture(scope="session")
async def pool():
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()
    loop.call_later(0.01, waiter.set_result, 1)
    return waiter


async def test_pool(⟦pool⟧):
    assert await pool == 1
""",
        good="""\
import asyncio

import pytest


@pytest.fixture(scope="session")
async def pool():
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()
    loop.call_later(0.01, waiter.set_result, 1)
    return waiter


@pytest.mark.asyncio(loop_scope="session")
async def test_pool(pool):
    assert await pool == 1
""",
        proof=Proof("attached to a different loop", pytest_asyncio=">=0.24"),
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\n",
    ),
    Example(
        "One of several objects, through another fixture",
        bad="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine():
    ready = asyncio.Event()
    task = asyncio.create_task(ready.wait())
    await asyncio.sleep(0)
    yield ready, task
    task.cancel()


@pytest_asyncio.fixture
async def session(⟦engine⟧):
    ready, task = engine
    ready.set()
    return await task


@pytest.mark.asyncio(loop_scope="session")
async def test_session(session):
    assert session
""",
        good="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine():
    ready = asyncio.Event()
    task = asyncio.create_task(ready.wait())
    await asyncio.sleep(0)
    yield ready, task
    task.cancel()


@pytest_asyncio.fixture(loop_scope="session")
async def session(engine):
    ready, task = engine
    ready.set()
    return await task


@pytest.mark.asyncio(loop_scope="session")
async def test_session(session):
    assert session
""",
        proof=Proof("attached to a different loop", "error", pytest_asyncio=">=1"),
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
    NearMiss(
        "both defaults are the same",
        """\
import asyncio

import pytest


@pytest.fixture(scope="session")
async def task():
    return asyncio.create_task(asyncio.sleep(0, "done"))


@pytest.fixture
async def result(task):
    return await task


async def test_task(task, result):
    assert await task == result
""",
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\n"
        "asyncio_default_test_loop_scope = session\n",
    ),
    NearMiss(
        "several values without a loop",
        """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def names():
    return "one", ["two"]


@pytest.mark.asyncio
async def test_names(names):
    assert names
""",
    ),
    NearMiss("a synchronous test reads it", f"{_FIXTURE}\ndef test_task(task):\n    assert task is not None\n"),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the parameters."""
    for test in ctx.own_tests:
        if not test.function.is_async or ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO:
            continue
        closure = ctx.closure(test)
        chains = {param.name: closure.chains.get(param.name, ()) for param in test.function.params}
        for name in chains.keys() & closure.direct:
            del chains[name]
        yield from _mismatches(ctx, test, ctx.test_loop_scope(test), chains)
    for fixture in ctx.own_fixtures:
        if fixture.kind.is_async and _runs_in_loop(ctx, fixture):
            found = ((name, ctx.requested(fixture, name)) for name in fixture.argnames)
            known = {name: chain for name, chain in found if not isinstance(chain, Unknown)}
            yield from _mismatches(ctx, fixture, ctx.fixture_loop_scope(fixture), known)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Gives the test's mark, or the fixture's decorator, the loop scope of the fixture that is used."""
    match finding.data:
        case (TestItem() as test, Scope() as scope):
            edits, what = set_mark_loop_scope(ctx, test, scope), "test"
        case (FixtureDef() as fixture, Scope() as scope):
            edits, what = set_loop_scope(ctx, fixture, scope), "fixture"
        case _:
            return None
    title = f'Run the {what} in the {scope.value}\'s loop (`loop_scope="{scope.value}"`)'
    return None if edits is None else ctx.fix(title, Safety.UNSAFE, edits)


def _mismatches(
    ctx: Context,
    owner: TestItem | FixtureDef,
    mine: Decision[Scope] | Unknown,
    chains: Mapping[str, tuple[FixtureDef, ...]],
) -> Iterator[Finding]:
    for name, chain in chains.items():
        if isinstance(mine, Unknown) or not chain or not chain[-1].kind.is_async or not _runs_in_loop(ctx, chain[-1]):
            continue
        fixture = chain[-1]
        what = loop_bound_value(ctx, fixture)
        theirs = ctx.fixture_loop_scope(fixture)
        if what is None or isinstance(theirs, Unknown) or theirs.value is mine.value:
            continue
        span = ctx.param_span(owner.id, name)
        if span is None:
            continue
        message = (
            f"`{fixture.name}` hands over {what} of the {theirs.value.value}'s event loop ({theirs.reason}), but this "
            f"{'test' if isinstance(owner, TestItem) else 'fixture'} runs in the {mine.value.value}'s loop "
            f"({mine.reason})."
        )
        related = (
            *definition_related(ctx, fixture),
            *origin_related(theirs.origin, "The fixture's loop scope is decided here"),
        )
        yield ctx.finding(META, span, message, related=related, data=(owner, theirs.value))


def _runs_in_loop(ctx: Context, fixture: FixtureDef) -> bool:
    runner = ctx.fixture_runner(fixture)
    return not isinstance(runner, Unknown) and runner.value is Runner.PYTEST_ASYNCIO


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
