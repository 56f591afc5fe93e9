"""A synchronous test requests an async fixture that only asynchronous tests get run.

## What it does
Reports synchronous tests that request a function-scoped async fixture which a plugin (anyio, mostly) runs for
asynchronous tests only. Fixtures of pytest-asyncio do work in synchronous tests, and are not reported.

## Why is this bad
anyio runs an async fixture when `anyio_backend` is among the test's fixtures, and it adds that to asynchronous tests
only. A synchronous test gets an error from pytest 9, and the bare coroutine object from older ones.

## When not to fix
If a plugin unknown to loopscope runs the fixture.

## Fix safety
Requesting `anyio_backend` with `usefixtures` is unsafe: the test then runs once for each backend.

## Versions
Error since pytest 9, `PytestRemovedIn9Warning` in 8.4.

## References
- [pytest: sync test depending on async fixture](https://docs.pytest.org/en/stable/deprecations.html#sync-test-depending-on-async-fixture)
- [anyio: asynchronous fixtures](https://anyio.readthedocs.io/en/stable/testing.html#asynchronous-fixtures)

"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.decorators import add_decorator
from loopscope.rules.support.fixtures import runs_for_async_tests, unhandled_in
from loopscope.rules.support.related import definition_related
from loopscope.workspace.model import TestItem

META = Meta("sync-test-requests-async-fixture", Group.FIXTURES, Severity.ERROR)

_ANYIO = """\
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def value():
    return 1


async def test_async(value):
    assert value == 1
"""

_WIDE = _ANYIO.replace("@pytest.fixture", '@pytest.fixture(scope="module")')

EXAMPLES = (
    Example(
        "A fixture that anyio runs",
        bad=f"""\
{_ANYIO}

def test_sync(⟦value⟧):
    assert value == 1
""",
        good=f"""\
{_ANYIO}

@pytest.mark.usefixtures("anyio_backend")
def test_sync(value):
    assert value == 1
""",
        proof=Proof("requested an async fixture 'value', with no plugin", "error", ">=9", requires=("anyio",)),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "pytest-asyncio runs its fixtures for every test",
        """\
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    return 1


def test_value(value):
    assert value == 1
""",
    ),
    NearMiss(
        "the test asks for the backend",
        f"{_ANYIO}\n\ndef test_sync(anyio_backend, value):\n    assert value == 1\n",
    ),
    NearMiss(
        "a wide fixture may already be set up",
        f"{_WIDE}\n\ndef test_sync(value):\n    pass\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the parameters of synchronous tests."""
    for test in ctx.own_tests:
        if test.function.is_async or test.is_unittest:
            continue
        for fixture, reason in unhandled_in(ctx, test):
            span = ctx.param_span(test.id, fixture.name)
            if span is None or not runs_for_async_tests(ctx, fixture):
                continue
            message = f"Nothing runs the async fixture `{fixture.name}` for a synchronous test ({reason})."
            yield ctx.finding(META, span, message, related=definition_related(ctx, fixture), data=test)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Adds `@pytest.mark.usefixtures("anyio_backend")`."""
    test = finding.data
    if not isinstance(test, TestItem):
        return None
    edits = add_decorator(ctx, test.id, ("pytest", 'mark.usefixtures("anyio_backend")'))
    return None if edits is None else ctx.fix("Request `anyio_backend`", Safety.UNSAFE, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
