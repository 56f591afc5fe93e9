"""A fixture decorator above `@asynccontextmanager`: tests get the context manager, not what it yields.

## What it does
Reports `@contextlib.asynccontextmanager` and `@contextlib.contextmanager` below a fixture decorator, where a test uses
the value of the fixture like the thing that is yielded.

## Why is this bad
The fixture's function then returns a context manager that nobody enters, so neither its setup nor its cleanup runs:
"'_AsyncGeneratorContextManager' object is not subscriptable".

## When not to fix
If tests shall enter the context manager themselves, with `async with fixture as value`. Such fixtures are not reported.

## Fix safety
Safe: without the second decorator pytest runs the function up to its `yield`, and the rest after the test. In strict
mode `@pytest.fixture` becomes `@pytest_asyncio.fixture`.

## Versions
All.

## References
- [pytest: yield fixtures](https://docs.pytest.org/en/stable/how-to/fixtures.html#yield-fixtures-recommended)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.facts.expr import dotted
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.fixture_bodies import decorator_index
from loopscope.rules.support.fixtures import to_pytest_asyncio, users
from loopscope.rules.support.text import own_lines
from loopscope.rules.support.uses import uses_value
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.model import Decorator, FixtureDef, TestItem, Unknown

META = Meta(
    "fixture-wraps-contextmanager",
    Group.FIXTURES,
    Severity.ERROR,
    overlaps=("pyright: reportCallIssue",),
    words=("contextmanager", "asynccontextmanager"),
)

_WRAPPERS = ("contextlib.asynccontextmanager", "contextlib.contextmanager")
# What a context manager of contextlib has itself.
_OWN = ("gen", "func", "args", "kwds")

EXAMPLES = (
    Example(
        "An asynchronous fixture",
        bad="""\
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
@⟦asynccontextmanager⟧
async def conn():
    yield {"open": True}


@pytest.mark.asyncio
async def test_conn(conn):
    assert conn["open"]
""",
        good="""\
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def conn():
    yield {"open": True}


@pytest.mark.asyncio
async def test_conn(conn):
    assert conn["open"]
""",
        proof=Proof("'_AsyncGeneratorContextManager' object is not subscriptable"),
    ),
    Example(
        "In strict mode, with `pytest.fixture`",
        bad="""\
import contextlib

import pytest


@pytest.fixture
@⟦contextlib.asynccontextmanager⟧
async def conn():
    yield "open"


@pytest.mark.asyncio
async def test_conn(conn):
    assert conn.upper() == "OPEN"
""",
        good="""\
import contextlib

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def conn():
    yield "open"


@pytest.mark.asyncio
async def test_conn(conn):
    assert conn.upper() == "OPEN"
""",
        proof=Proof("'_AsyncGeneratorContextManager' object has no attribute 'upper'"),
    ),
    Example(
        "A synchronous fixture",
        bad="""\
import contextlib

import pytest


@pytest.fixture
@⟦contextlib.contextmanager⟧
def names():
    yield ["ann"]


def test_names(names):
    assert [name.upper() for name in names] == ["ANN"]
""",
        good="""\
import contextlib

import pytest


@pytest.fixture
def names():
    yield ["ann"]


def test_names(names):
    assert [name.upper() for name in names] == ["ANN"]
""",
        proof=Proof("'_GeneratorContextManager' object is not iterable"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the test enters it",
        """\
from contextlib import asynccontextmanager

import pytest


@pytest.fixture
@asynccontextmanager
async def conn():
    yield {"open": True}


@pytest.mark.asyncio
async def test_conn(conn):
    async with conn as value:
        assert value["open"]
    assert conn.func
""",
    ),
    NearMiss(
        "the test hands it on",
        """\
from contextlib import AsyncExitStack, asynccontextmanager

import pytest


@pytest.fixture
@asynccontextmanager
async def conn():
    yield {"open": True}


@pytest.mark.asyncio
async def test_conn(conn):
    async with AsyncExitStack() as stack:
        value = await stack.enter_async_context(conn)
        assert value["open"]
""",
    ),
    NearMiss(
        "the fixture hands over the function",
        """\
from contextlib import asynccontextmanager

import pytest


@pytest.fixture
def connect():
    @asynccontextmanager
    async def connect(name):
        yield {"name": name}

    return connect


@pytest.mark.asyncio
async def test_conn(connect):
    async with connect("ann") as value:
        assert value["name"] == "ann"
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the second decorator."""
    for fixture in ctx.own_fixtures:
        index = decorator_index(fixture)
        below = () if index is None else fixture.function.decorators[index + 1 :]
        if len(below) != 1 or dotted(below[0]) not in _WRAPPERS or fixture.decorator is Decorator.OTHER:
            continue
        if not _is_taken_for_value(ctx, fixture):
            continue
        message = (
            f"Tests get the context manager as `{fixture.name}`, which nobody enters: its setup never runs, and "
            "what it yields is not there."
        )
        span = ctx.layout.defs[fixture.id].decorators[-1]
        yield ctx.finding(META, span, message, data=fixture)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the second decorator."""
    fixture = finding.data
    lines = own_lines(ctx.text, Span(ctx.text.rfind("@", 0, finding.span.start), finding.span.end))
    if not isinstance(fixture, FixtureDef) or lines is None:
        return None
    edits = [Edit(lines, "")]
    mode = ctx.mode()
    if fixture.function.is_async and fixture.decorator is Decorator.PYTEST:
        if isinstance(mode, Unknown) or not ctx.plugin_enabled("asyncio"):
            return None
        converted = to_pytest_asyncio(ctx, fixture) if mode.value != "auto" else []
        if converted is None:
            return None
        edits += converted
    return ctx.fix(f"Delete `@{ctx.source(finding.span)}`", Safety.SAFE, edits)


def _is_taken_for_value(ctx: Context, fixture: FixtureDef) -> bool:
    """Whether some test uses the fixture like what it yields, and none as a context manager."""
    misused = False
    for _, test in users(ctx, fixture):
        body = _body(ctx, test) if any(param.name == fixture.name for param in test.function.params) else None
        for load in () if body is None else body.reads.get(fixture.name, ()):
            if body is None or _is_entered_or_given(body, load):
                return False
            misused = misused or uses_value(body, load, _OWN)
    return misused


def _is_entered_or_given(body: Body, load: ast.Name) -> bool:
    return any(item.context_expr is load for block in body.withs for item in block.items) or any(
        load in (*call.node.args, *(keyword.value for keyword in call.node.keywords)) for call in body.calls
    )


def _body(ctx: Context, test: TestItem) -> Body | None:
    facts = ctx.snapshot.facts(test.code_path)
    return None if isinstance(facts, Unreadable) else facts.body(test.id)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
