"""A fixture yields again after its first yield.

## What it does
Reports each `yield` in a fixture that surely comes after another one has run.

## Why is this bad
pytest resumes a fixture once, to clean up, and takes a second value for a mistake: every test that uses the fixture
passes and then ends in an error, "Async generator fixture didn't stop. Yield only once" or "fixture function has more
than one 'yield'". What stands behind the second yield never runs.

## When not to fix
Never. Yields in branches that exclude each other, in exception handlers and in loops are not reported.

## Fix safety
There is no fix: which value the tests shall get, and what is cleanup, is not known.

## Versions
All.

## References
- [pytest: yield fixtures](https://docs.pytest.org/en/stable/how-to/fixtures.html#yield-fixtures-recommended)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.fixture_bodies import plain_fixtures
from loopscope.rules.support.yields import flow_of
from loopscope.workspace.model import Kind

META = Meta("fixture-yields-twice", Group.FIXTURES, Severity.ERROR, words=("yield",))

_SEVERAL = 2
_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "An asynchronous fixture",
        bad="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    yield 1
    ⟦yield 2⟧


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(params=[1, 2])
async def value(request):
    yield request.param


@pytest.mark.asyncio
async def test_value(value):
    assert value in (1, 2)
""",
        fixed="",
        proof=Proof("Async generator fixture didn't stop", "error"),
    ),
    Example(
        "A default after a branch",
        bad="""\
import pytest


@pytest.fixture
def level(request):
    if request.config.getoption("verbose") < 0:
        yield "quiet"
    else:
        yield "normal"
    ⟦yield None⟧


def test_level(level):
    assert level == "normal"
""",
        good="""\
import pytest


@pytest.fixture
def level(request):
    if request.config.getoption("verbose") < 0:
        yield "quiet"
    else:
        yield "normal"


def test_level(level):
    assert level == "normal"
""",
        fixed="",
        proof=Proof("fixture function has more than one 'yield'", "error"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "branches that exclude each other",
        """\
import pytest


@pytest.fixture
async def value(request):
    if request.param == 1:
        yield 1
        return
    match request.param:
        case 2:
            yield 2
        case _:
            yield 3
""",
        config=_AUTO,
    ),
    NearMiss(
        "a loop around the yield",
        """\
import pytest


async def sessions():
    yield 1


@pytest.fixture
async def session():
    async for each in sessions():
        yield each


@pytest.fixture
async def first():
    while True:
        yield 1
        break
""",
        config=_AUTO,
    ),
    NearMiss(
        "another value when something fails",
        """\
import contextlib

import pytest


@pytest.fixture
async def value(request):
    try:
        yield request.param
    except AttributeError:
        yield None


@pytest.fixture
async def other(request):
    with contextlib.suppress(AttributeError):
        yield request.param
        return
    yield None
""",
        config=_AUTO,
    ),
    NearMiss(
        "the second one is in a function of its own",
        """\
import pytest


@pytest.fixture
def numbers():
    def count():
        yield 1
        yield 2

    yield count
    assert list(count()) == [1, 2]
""",
    ),
    NearMiss("no fixture", "def numbers():\n    yield 1\n    yield 2\n\n\ndef test():\n    assert len([*numbers()])\n"),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the later yields."""
    for fixture, body in plain_fixtures(ctx):
        if len(body.yields) < _SEVERAL:
            continue
        said = (
            "Async generator fixture didn't stop"
            if fixture.kind is Kind.ASYNC_GENERATOR
            else "fixture function has more than one 'yield'"
        )
        for again in dict.fromkeys(flow_of(body.node).second):
            message = (
                f"`{fixture.name}` has yielded already: each test that uses it ends in an error at teardown "
                f'("{said}"), and what follows never runs.'
            )
            yield ctx.finding(META, ctx.span(body, again), message)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
