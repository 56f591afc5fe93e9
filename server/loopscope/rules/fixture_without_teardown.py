"""A fixture opens a client, a server or a connection, and nothing closes it.

## What it does
Reports fixtures that return or yield what `aiohttp.ClientSession()`, `httpx.AsyncClient()`, `asyncio.start_server()` or
`asyncio.open_connection()` gives, where neither the fixture nor any test or fixture that requests it closes the object
or hands it on.

## Why is this bad
Every test that uses the fixture leaves a socket behind. With `filterwarnings = error` a `ResourceWarning` then fails
the *next* test, which has nothing to do with it: "unclosed <socket.socket ...>", "Unclosed client session". httpx leaks
without a word.

## When not to fix
Clients with a transport or connector of their own, and objects that some function gets as an argument, are not
reported: that may have nothing to close, or another owner.

## Fix safety
Safe: the fixture yields the object inside of `async with`, which closes it after the test. There is no fix for
synchronous fixtures and streams.

## Versions
All.

## References
- [pytest: yield fixtures](https://docs.pytest.org/en/stable/how-to/fixtures.html#yield-fixtures-recommended)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.annotations import yields_instead
from loopscope.rules.support.calls import bound_value
from loopscope.rules.support.fixture_bodies import plain_fixtures
from loopscope.rules.support.fixtures import users
from loopscope.rules.support.handled import only_looked_at
from loopscope.rules.support.openers import OPENING, Opener, is_looked_at, opener_of
from loopscope.rules.support.text import indentation, line_end
from loopscope.rules.support.wrapping import unit_of
from loopscope.text.edit import Edit
from loopscope.text.frozen import frozen
from loopscope.workspace.model import FixtureDef

META = Meta("fixture-without-teardown", Group.RESOURCES, Severity.WARNING, texts=OPENING)

_ERRORS = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"
_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "A server",
        bad="""\
import asyncio
import gc

import pytest_asyncio


@pytest_asyncio.fixture
async def server():
    return ⟦await asyncio.start_server(print, "127.0.0.1", 0)⟧


async def test_server(server):
    assert server.is_serving()


def test_nothing_is_left():
    gc.collect()
""",
        good="""\
import asyncio
import gc

import pytest_asyncio


@pytest_asyncio.fixture
async def server():
    async with await asyncio.start_server(print, "127.0.0.1", 0) as server:
        yield server


async def test_server(server):
    assert server.is_serving()


def test_nothing_is_left():
    gc.collect()
""",
        proof=Proof("ResourceWarning: unclosed", "error"),
        config=_ERRORS,
    ),
    Example(
        "A session that has a name, and is yielded",
        bad="""\
import gc

import aiohttp
import pytest_asyncio


@pytest_asyncio.fixture
async def session():
    session = ⟦aiohttp.ClientSession()⟧
    session.headers["X-Test"] = "1"
    yield session


async def test_session(session):
    assert not session.closed


def test_nothing_is_left():
    gc.collect()
""",
        good="""\
import gc

import aiohttp
import pytest_asyncio


@pytest_asyncio.fixture
async def session():
    session = aiohttp.ClientSession()
    session.headers["X-Test"] = "1"
    async with session:
        yield session


async def test_session(session):
    assert not session.closed


def test_nothing_is_left():
    gc.collect()
""",
        proof=Proof("Unclosed client session", "error", requires=("aiohttp",)),
        config=_ERRORS,
    ),
    Example(
        "A client of HTTPX",
        bad="""\
import httpx
import pytest


@pytest.fixture
async def client() -> httpx.AsyncClient:
    return ⟦httpx.AsyncClient()⟧


async def test_client(client):
    assert client.timeout
    assert not client.is_closed
""",
        good="""\
import collections.abc

import httpx
import pytest


@pytest.fixture
async def client() -> collections.abc.AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def test_client(client):
    assert client.timeout
    assert not client.is_closed
""",
        proof=Proof(
            "", "passed", requires=("httpx",), invisible="httpx does not warn when a client is collected unclosed"
        ),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the fixture closes it",
        """\
import aiohttp
import pytest


@pytest.fixture
async def session():
    session = aiohttp.ClientSession()
    yield session
    await session.close()


@pytest.fixture
async def entered():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def finalized(request):
    session = aiohttp.ClientSession()
    request.addfinalizer(session.close)
    return session


async def test_session(session, entered, finalized):
    assert session
""",
        config=_AUTO,
    ),
    NearMiss(
        "the test closes it",
        """\
import aiohttp
import pytest


@pytest.fixture
async def session():
    return aiohttp.ClientSession()


async def test_session(session):
    async with session:
        assert session
""",
        config=_AUTO,
    ),
    NearMiss(
        "another fixture closes it",
        """\
import aiohttp
import pytest


@pytest.fixture
async def session():
    return aiohttp.ClientSession()


@pytest.fixture(autouse=True)
async def cleanup(session):
    yield
    await session.close()


async def test_session(session):
    assert session
""",
        config=_AUTO,
    ),
    NearMiss(
        "what it is given to may close it",
        """\
import aiohttp
import pytest


class Api:
    def __init__(self, session):
        self.session = session


@pytest.fixture
async def session():
    return aiohttp.ClientSession()


async def test_session(session):
    await Api(session).session.close()
""",
        config=_AUTO,
    ),
    NearMiss(
        "a factory, and a transport without sockets",
        """\
import httpx
import pytest


@pytest.fixture
def make_client():
    def make():
        return httpx.AsyncClient()

    return make


@pytest.fixture
def client():
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(200)))


async def test_client(make_client, client):
    assert client.headers
    async with make_client() as other:
        assert other.headers
""",
        config=_AUTO,
    ),
    NearMiss(
        "no test uses it",
        """\
import aiohttp
import pytest


@pytest.fixture
async def session():
    return aiohttp.ClientSession()
""",
        config=_AUTO,
    ),
)


@frozen
class _Given:
    fixture: FixtureDef
    body: Body
    statement: ast.stmt
    value: ast.expr
    opener: Opener


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at what opens."""
    for fixture, body in plain_fixtures(ctx):
        handed = _handed_over(body)
        if handed is None:
            continue
        statement, value = handed
        opened = bound_value(body, value.id) if isinstance(value, ast.Name) else value
        found = opener_of(ctx, body, opened)
        if found is None or opened is None or (isinstance(value, ast.Name) and not _is_kept(body, value)):
            continue
        # Looking at who uses it costs most.
        if not any(True for _ in users(ctx, fixture)) or not only_looked_at(ctx, fixture):
            continue
        message = f"Nobody closes the {found[1].what} of `{fixture.name}`: it stays open when its tests have ended."
        data = _Given(fixture, body, statement, value, found[1])
        yield ctx.finding(META, ctx.span(body, opened), message, data=data)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Yields the object inside of `async with`."""
    given = finding.data
    if not isinstance(given, _Given) or not given.opener.entered or not given.body.is_async:
        return None
    body, node = given.body, given.statement
    span = ctx.span(body, node)
    indent, unit = indentation(ctx.text, span.start), unit_of(ctx, body)
    if indent is None or unit is None or body.node.body[-1] is not node:
        return None
    value = ctx.source(ctx.span(body, given.value))
    name = given.value.id if isinstance(given.value, ast.Name) else given.fixture.function.name
    if not isinstance(given.value, ast.Name) and (name in body.bound or name in body.reads):
        return None
    header = f"async with {value}:" if isinstance(given.value, ast.Name) else f"async with {value} as {name}:"
    edits = [] if body.yields else yields_instead(ctx, body)
    text = f"{header}{line_end(ctx.text)}{indent}{unit}yield {name}"
    return ctx.fix("Close it with `async with`", Safety.SAFE, [*edits, Edit(span, text)])


def _handed_over(body: Body) -> tuple[ast.stmt, ast.expr] | None:
    """The only statement that returns or yields, and the value."""
    match (body.yields, body.returns):
        case ([ast.Yield(ast.expr() as value) as node], []):
            statement = next((each for each in body.statements if getattr(each, "value", None) is node), None)
            return (statement, value) if isinstance(statement, ast.Expr) else None
        case ([], [ast.Return(ast.expr() as value) as statement]):
            return statement, value
        case _:
            return None


def _is_kept(body: Body, value: ast.Name) -> bool:
    """Whether the fixture only looks at the object that it hands over."""
    loads = [load for load in body.reads.get(value.id, ()) if load is not value]
    return value.id not in body.inner_reads and all(is_looked_at(body, load) for load in loads)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
