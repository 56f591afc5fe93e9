"""A generator fixture returns before it has yielded.

## What it does
Reports `return` in a fixture that yields elsewhere, where no `yield` can have come before.

## Why is this bad
A fixture that yields is a generator, so it has to yield on every path. When the `return` is reached each test that
uses the fixture ends in an error at setup: a bare `StopAsyncIteration`, which does not even name the fixture, or "did
not yield a value".

## When not to fix
Never. Where the test shall not run, call `pytest.skip("why")` instead of returning.

## Fix safety
Unsafe: with `yield None` before it the tests run and get None, where they ended in an error before.

## Versions
All.

## References
- [pytest: yield fixtures](https://docs.pytest.org/en/stable/how-to/fixtures.html#yield-fixtures-recommended)
"""

import ast
import re
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import block_of
from loopscope.rules.support.fixture_bodies import plain_fixtures
from loopscope.rules.support.text import indentation, line_end
from loopscope.rules.support.yields import flow_of
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Kind

META = Meta("fixture-returns-before-yield", Group.FIXTURES, Severity.ERROR, words=("yield",))

# Calls that may well not come back.
_LEAVES = re.compile(r"skip|fail|exit|abort|raise|error|xfail", re.IGNORECASE)

EXAMPLES = (
    Example(
        "An asynchronous fixture",
        bad="""\
import os

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def broker():
    if "BROKER_URL" not in os.environ:
        ⟦return⟧
    yield os.environ["BROKER_URL"]


@pytest.mark.asyncio
async def test_broker(broker):
    assert broker is None
""",
        good="""\
import os

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def broker():
    if "BROKER_URL" not in os.environ:
        yield None
        return
    yield os.environ["BROKER_URL"]


@pytest.mark.asyncio
async def test_broker(broker):
    assert broker is None
""",
        proof=Proof("StopAsyncIteration", "error"),
    ),
    Example(
        "A synchronous fixture that returns a value",
        bad="""\
import os

import pytest


@pytest.fixture
def broker():
    if "BROKER_URL" not in os.environ:
        ⟦return "memory"⟧
    yield os.environ["BROKER_URL"]


def test_broker(broker):
    assert broker == "memory"
""",
        good="""\
import os

import pytest


@pytest.fixture
def broker():
    if "BROKER_URL" not in os.environ:
        yield "memory"
        return
    yield os.environ["BROKER_URL"]


def test_broker(broker):
    assert broker == "memory"
""",
        proof=Proof("broker did not yield a value", "error"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a return after the yield",
        """\
import pytest_asyncio


@pytest_asyncio.fixture
async def value(request):
    yield 1
    if request.session.testsfailed:
        return
    print("all passed")
""",
    ),
    NearMiss(
        "the test is skipped first",
        """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def value(request):
    if request.config.getoption("verbose"):
        pytest.skip("not when verbose")
        return
    yield 1
""",
    ),
    NearMiss(
        "not a generator",
        """\
import pytest_asyncio


@pytest_asyncio.fixture
async def value(request):
    if request.config.getoption("verbose"):
        return None
    return 1
""",
    ),
    NearMiss(
        "a return in a nested function",
        """\
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    def connect():
        return 1

    yield connect()
""",
    ),
    NearMiss(
        "the yield may have come before",
        """\
import pytest_asyncio


@pytest_asyncio.fixture
async def value(request):
    try:
        yield request.param
    except ValueError:
        return
    async for each in request.param:
        yield each
        return
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the returns."""
    for fixture, body in plain_fixtures(ctx):
        if not body.yields or not body.returns:
            continue
        said = (
            'a bare "StopAsyncIteration"'
            if fixture.kind is Kind.ASYNC_GENERATOR
            else f'"{fixture.name} did not yield a value"'
        )
        for early in flow_of(body.node).early:
            if _may_have_left(body.node, early):
                continue
            message = (
                f"`{fixture.name}` ends here without having yielded: the test ends in an error at setup, {said}. "
                'Skip the test with `pytest.skip("...")`, or yield a value.'
            )
            yield ctx.finding(META, ctx.span(body, early), message, data=(body, early))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Yields what is returned, and returns."""
    match finding.data:
        case (Body() as body, ast.Return(value)):
            indent = indentation(ctx.text, finding.span.start)
            if indent is None:
                return None
            shown = "None" if value is None else ctx.source(ctx.span(body, value))
            text = f"yield {shown}{line_end(ctx.text)}{indent}return"
            span = Span(finding.span.start, finding.span.end)
            return ctx.fix(f"Yield `{shown}` before the return", Safety.UNSAFE, [Edit(span, text)])
        case _:
            return None


def _may_have_left(node: ast.AST, early: ast.Return) -> bool:
    """Whether the statement before a return, in its block, calls what may raise on purpose."""
    block = block_of(node, early) or [early]
    before = block[: block.index(early)]
    return bool(before) and isinstance(before[-1], ast.Expr) and bool(_LEAVES.search(ast.unparse(before[-1])))


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
