"""A synchronous test or fixture asks for the current event loop, which is gone after an asynchronous test.

## What it does
Reports `asyncio.get_event_loop()` and `asyncio.Future()` in synchronous tests that follow an asynchronous one in their
file, in synchronous fixtures that such a later test uses, and after `asyncio.run(...)` in the same function.

## Why is this bad
Outside of coroutines `get_event_loop()` gives the current loop of the thread, if there is one. `asyncio.run` and
pytest-asyncio >= 1.4 leave none behind: the first test passes, the next ones fail with "There is no current event loop
in thread 'MainThread'".

## When not to fix
If something sets an event loop before (not reported where the file or a conftest calls `set_event_loop`).

## Fix safety
Unsafe: `@pytest_asyncio.fixture`, which runs synchronous fixtures with the test's loop set. Tests have no fix.

## Versions
pytest-asyncio >= 1.4; older ones leave a current loop, though another one than that of the next test. Python 3.12
deprecates `get_event_loop()` without a current loop.

## References
- [Python: asyncio.get_event_loop](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_event_loop)
- [pytest-asyncio: changelog](https://pytest-asyncio.readthedocs.io/en/stable/reference/changelog.html)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.fixtures import to_pytest_asyncio
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.model import Decorator, FixtureDef, Runner, Scope, TestItem, Unknown

META = Meta("event-loop-outside-async", Group.LOOPS, Severity.ERROR, texts=("get_event_loop()", "Future()"))

_FIXTURE = """\
import asyncio

import pytest


@pytest.fixture
def answer():
    future = ⟦asyncio.Future()⟧
    future.set_result(42)
    return future

"""
_TESTS = """\

@pytest.mark.asyncio
async def test_answer(answer):
    assert await answer == 42


@pytest.mark.asyncio
async def test_answer_again(answer):
    assert await answer == 42
"""

_FETCH = """\
import asyncio

import pytest


async def fetch():
    return 1


@pytest.mark.asyncio
async def test_async():
    assert await fetch() == 1


"""

EXAMPLES = (
    Example(
        "A future for every test",
        bad=f"{_FIXTURE}{_TESTS}",
        good=f"""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
def answer():
    future = asyncio.Future()
    future.set_result(42)
    return future

{_TESTS}""",
        proof=Proof("There is no current event loop in thread", "error", pytest_asyncio=">=1.4"),
    ),
    Example(
        "A synchronous test",
        bad=f"""\
{_FETCH}def test_sync():
    assert ⟦asyncio.get_event_loop()⟧.run_until_complete(fetch()) == 1
""",
        good=f"""\
{_FETCH}def test_sync():
    assert asyncio.run(fetch()) == 1
""",
        fixed="",
        proof=Proof("There is no current event loop in thread", pytest_asyncio=">=1.4"),
    ),
    Example(
        "After asyncio.run",
        bad="""\
import asyncio


async def fetch():
    return 1


def test_fetch():
    asyncio.run(fetch())
    assert ⟦asyncio.get_event_loop()⟧.run_until_complete(fetch()) == 1
""",
        good="""\
import asyncio


async def fetch():
    return 1


def test_fetch():
    asyncio.run(fetch())
    assert asyncio.run(fetch()) == 1
""",
        fixed="",
        proof=Proof("There is no current event loop in thread"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "no asynchronous test runs before",
        """\
import asyncio

import pytest


def test_sync():
    assert asyncio.get_event_loop()


@pytest.mark.asyncio
async def test_async():
    assert asyncio.get_event_loop()
""",
    ),
    NearMiss(
        "something sets a loop",
        """\
import asyncio

import pytest


@pytest.fixture(autouse=True)
def loop():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()


@pytest.mark.asyncio
async def test_async():
    pass


def test_sync():
    assert asyncio.get_event_loop()
""",
    ),
    NearMiss(
        "a loop that outlives the tests",
        """\
import asyncio

import pytest


@pytest.mark.asyncio(loop_scope="session")
async def test_async():
    pass


def test_sync():
    assert asyncio.get_event_loop()
""",
    ),
    NearMiss(
        "the failure is handled, or the loop given",
        """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_async():
    pass


def test_sync():
    try:
        asyncio.get_event_loop()
    except RuntimeError:
        pass
    with pytest.raises(RuntimeError):
        asyncio.Future()
    loop = asyncio.new_event_loop()
    asyncio.Future(loop=loop)
    loop.close()
""",
    ),
)

_NAMES = frozenset({"asyncio.get_event_loop", "asyncio.Future"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    if _something_sets_a_loop(ctx):
        return
    later = _after_an_async_test(ctx)
    names = {test.id for test in later}
    for test in ctx.own_tests:
        body = None if ctx.facts is None or test.function.is_async else ctx.facts.body(test.id)
        if body is None:
            continue
        for call in _calls(ctx, body):
            ran = any(each.name == "asyncio.run" and each.node.lineno < call.node.lineno for each in body.calls)
            if ran or (test.id in names and not test.is_unittest):
                before = "`asyncio.run`" if ran else "the asynchronous test before, with pytest-asyncio >= 1.4,"
                message = f"There is no current event loop here: {before} leaves none behind."
                yield ctx.finding(META, ctx.span(body, call.node), message)
    for fixture in ctx.own_fixtures if later else ():
        body = None if ctx.facts is None or fixture.kind.is_async else ctx.facts.body(fixture.id)
        if body is None or not _is_built_anew(ctx, fixture, later):
            continue
        for call in _calls(ctx, body):
            message = (
                "There is no current event loop here once an asynchronous test has run: pytest-asyncio >= 1.4 leaves "
                "none behind."
            )
            yield ctx.finding(META, ctx.span(body, call.node), message, data=fixture)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes the fixture one of pytest-asyncio."""
    match finding.data:
        case FixtureDef() as fixture:
            edits = to_pytest_asyncio(ctx, fixture)
            return None if edits is None else ctx.fix("Use `@pytest_asyncio.fixture`", Safety.UNSAFE, edits)
        case _:
            return None


def _something_sets_a_loop(ctx: Context) -> bool:
    words = ("set_event_loop", "nest_asyncio", "event_loop_policy", "install(")
    if any(word in ctx.text for word in words):
        return True
    return any(ctx.queries.mentions(conftest, words) for conftest in ctx.queries.get(conftests_of, ctx.path.parent))


def _calls(ctx: Context, body: Body) -> Iterator[CallSite]:
    """The calls that need a current loop, where nothing handles that there is none."""
    handled = [each for each in body.statements if isinstance(each, ast.Try) and each.handlers]
    for call in body.calls:
        if call.name not in _NAMES or call.local_root or call.in_lambda or call.node.args or call.node.keywords:
            continue
        if any(each.lineno <= call.node.lineno <= (each.end_lineno or 0) for each in handled):
            continue
        if not expects_failure(body, call) and not ctx.is_patched(call.name):
            yield call


def _after_an_async_test(ctx: Context) -> list[TestItem]:
    """The tests that run after an asynchronous one with a loop of its own; none where loops may outlive tests."""
    if not ctx.plugin_enabled("asyncio") or not ctx.environment.at_least("pytest-asyncio", 1, 4):
        return []
    first: int | None = None
    for place, test in enumerate(ctx.own_tests):
        if not test.function.is_async:
            continue
        scope = ctx.test_loop_scope(test)
        if ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO or isinstance(scope, Unknown):
            return []
        if scope.value is not Scope.FUNCTION:
            return []
        first = place if first is None and not any(_marked_to_skip(ctx, test)) else first
    return [] if first is None else [test for test in ctx.own_tests[first + 1 :] if not _uses_async(ctx, test)]


def _marked_to_skip(ctx: Context, test: TestItem) -> Iterator[bool]:
    yield from (mark.name in ("skip", "skipif") for mark in ctx.view.marks(test))


def _uses_async(ctx: Context, test: TestItem) -> bool:
    """Whether a test has an asynchronous fixture, which may bring a loop, or one that is not known."""
    closure = ctx.closure(test)
    return bool(closure.unknown) or any(each.kind.is_async for chain in closure.chains.values() for each in chain)


def _is_built_anew(ctx: Context, fixture: FixtureDef, tests: list[TestItem]) -> bool:
    """Whether pytest builds a plain fixture for one of the tests."""
    if fixture.decorator is not Decorator.PYTEST or fixture.scope is not Scope.FUNCTION:
        return False
    chains = (ctx.closure(test).chains.get(fixture.name, ()) for test in tests)
    return any(chain and chain[-1].id == fixture.id and chain[-1].path == fixture.path for chain in chains)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
