"""An `async def` test with a `yield` is an asynchronous generator: nobody runs it.

## What it does
Reports asynchronous tests whose own body has a `yield`.

## Why is this bad
Calling such a function gives a generator, not a coroutine. pytest-asyncio marks the test as an expected failure and
does not run it: the run stays green whatever the test says.

## When not to fix
Never, if the test is meant to run. A generator that is a fixture is no test, and not reported; neither is one that a
hook of the project runs.

## Fix safety
Unsafe: a bare `yield` at the end of the test is deleted. Any other `yield` has no fix: set-up and teardown belong in a
fixture.

## Versions
pytest-asyncio >= 0.23 reports the test as `xfailed`, with a warning; older ones skip it. Where no plugin takes the
test, pytest >= 8.4 fails it and older ones skip it.

## References
- [pytest-asyncio: changelog of 0.23](https://pytest-asyncio.readthedocs.io/en/stable/reference/changelog.html)
- [Python: asynchronous generator functions](https://docs.python.org/3/reference/expressions.html#asynchronous-generator-functions)

"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.callees import keeps_asyncness
from loopscope.rules.support.text import own_lines
from loopscope.text.edit import Edit
from loopscope.workspace.model import Runner, TestItem, Unknown

META = Meta("async-generator-test", Group.MARKS, Severity.ERROR, overlaps=("flake8-async: ASYNC900",), words=("yield",))

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "A leftover `yield`",
        bad="""\
async def ⟦test_value⟧():
    assert 1 + 1 == 2
    yield
""",
        good="""\
async def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof("Tests based on asynchronous generators are not supported", "xfailed"),
        config=_AUTO,
    ),
    Example(
        "Cleaning up in the test",
        bad="""\
import pytest

OPEN = []


@pytest.mark.asyncio
async def ⟦test_connection⟧():
    OPEN.append("connection")
    yield
    OPEN.clear()
""",
        good="""\
import pytest
import pytest_asyncio

OPEN = []


@pytest_asyncio.fixture
async def connection():
    OPEN.append("connection")
    yield
    OPEN.clear()


@pytest.mark.asyncio
async def test_connection(connection):
    assert OPEN
""",
        fixed="",
        proof=Proof("Tests based on asynchronous generators are not supported", "xfailed"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a generator inside of the test",
        """\
import pytest


@pytest.mark.asyncio
async def test_rows():
    async def rows():
        yield 1

    assert [row async for row in rows()] == [1]
""",
    ),
    NearMiss(
        "a fixture that is named like a test",
        """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def test_client():
    yield 1


@pytest.mark.asyncio
async def test_value(test_client):
    assert test_client == 1
""",
    ),
    NearMiss("a helper", "async def rows():\n    yield 1\n"),
    NearMiss(
        "a decorator that makes a coroutine function of it",
        """\
import functools

import pytest


def drained(function):
    @functools.wraps(function)
    async def wrapper():
        async for _ in function():
            pass

    return wrapper


@pytest.mark.asyncio
@drained
async def test_value():
    assert True
    yield
""",
    ),
    NearMiss(
        "a hook of the project runs it",
        """\
import pytest


@pytest.mark.stepwise
async def test_value():
    yield 1
# file: conftest.py
import asyncio


def pytest_pyfunc_call(pyfuncitem):
    async def run():
        async for _ in pyfuncitem.obj():
            pass

    asyncio.run(run())
    return True
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the tests."""
    for test in ctx.own_tests:
        if not (test.function.is_async and test.function.yields) or test.is_unittest:
            continue
        if not keeps_asyncness(test.function):
            continue
        decision = ctx.runner(test)
        if not isinstance(decision, Unknown) and decision.value in (None, Runner.PYTEST_ASYNCIO):
            message = f"The `yield` makes this test an asynchronous generator: {_fate(ctx, decision.value)}."
            yield ctx.finding(META, ctx.name_span(test.id), message, data=test)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes a bare `yield` that is the last statement of the test and its only one."""
    test = finding.data
    body = ctx.facts.body(test.id) if isinstance(test, TestItem) and ctx.facts is not None else None
    last = None if body is None else _last_yield(body)
    lines = None if body is None or last is None else own_lines(ctx.text, ctx.span(body, last))
    return None if lines is None else ctx.fix("Delete the `yield`", Safety.UNSAFE, [Edit(lines, "")])


def _fate(ctx: Context, runner: Runner | None) -> str:
    if runner is Runner.PYTEST_ASYNCIO:
        known = ctx.environment.at_least("pytest-asyncio", 0, 23)
        return "pytest-asyncio does not run it and reports an expected failure" if known else "pytest-asyncio skips it"
    return "pytest fails it" if ctx.environment.at_least("pytest", 8, 4) else "pytest skips it"


def _last_yield(body: Body) -> ast.stmt | None:
    match body.node.body:
        case [_, *_, ast.Expr(ast.Yield(None)) as last] if len(body.yields) == 1:
            return last
        case _:
            return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
