"""A fixture returns what the end of its `async with` block closes.

## What it does
Reports `return` in async fixtures inside of `async with`, where it hands over the object of that block and the block
closes it: well-known clients, servers and files, and the project's own classes and context managers that close
something when the block ends.

## Why is this bad
Returning leaves the block, so the fixture's value is closed before the test begins: "Cannot send a request, as the
client has been closed", "Session is closed". With `yield` the block ends after the test.

## When not to fix
If the object can be used after it was closed. Locks, timeouts, and objects that open again by themselves are not
reported.

## Fix safety
Safe: the fixture yields instead. There is no fix where something else would run after the block.

## Versions
All.

## References
- [pytest: yield fixtures](https://docs.pytest.org/en/stable/how-to/fixtures.html#yield-fixtures-recommended)
- [HTTPX: opening and closing clients](https://www.python-httpx.org/async/#opening-and-closing-clients)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.annotations import yields_instead
from loopscope.rules.support.calls import binding_count
from loopscope.rules.support.closers import closes
from loopscope.rules.support.fixture_bodies import plain_fixtures
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Kind

META = Meta("fixture-returns-inside-async-with", Group.RESOURCES, Severity.ERROR, texts=("async with",))

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
_CLIENT = """\
import pytest_asyncio


class Client:
    closed = False

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        self.closed = True

"""

EXAMPLES = (
    Example(
        "A class of the project",
        bad=f"""\
{_CLIENT}
@pytest_asyncio.fixture
async def client() -> Client:
    async with Client() as client:
        return ⟦client⟧


async def test_client(client):
    assert not client.closed
""",
        good=f"""\
import collections.abc

{_CLIENT}
@pytest_asyncio.fixture
async def client() -> collections.abc.AsyncIterator[Client]:
    async with Client() as client:
        yield client


async def test_client(client):
    assert not client.closed
""",
        proof=Proof("assert not True"),
        config=_AUTO,
    ),
    Example(
        "An HTTP client",
        bad="""\
import httpx
import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    async with httpx.AsyncClient() as client:
        return ⟦client⟧


async def test_client(client):
    assert not client.is_closed
""",
        good="""\
import httpx
import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    async with httpx.AsyncClient() as client:
        yield client


async def test_client(client):
    assert not client.is_closed
""",
        proof=Proof("assert not True", requires=("httpx",)),
        config=_AUTO,
    ),
    Example(
        "A server, and a context manager that was made before",
        bad="""\
import asyncio

import pytest_asyncio


@pytest_asyncio.fixture
async def server():
    server = await asyncio.start_server(print, "127.0.0.1", 0)
    async with server:
        return ⟦server⟧


async def test_server(server):
    assert server.is_serving()
""",
        good="""\
import asyncio

import pytest_asyncio


@pytest_asyncio.fixture
async def server():
    server = await asyncio.start_server(print, "127.0.0.1", 0)
    async with server:
        yield server


async def test_server(server):
    assert server.is_serving()
""",
        proof=Proof("assert False"),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the block only guards what happens inside",
        """\
import asyncio

import pytest


@pytest.fixture
async def value():
    lock = asyncio.Lock()
    async with lock, asyncio.timeout(5) as timeout:
        await asyncio.sleep(0)
        return lock, timeout
""",
        config=_AUTO,
    ),
    NearMiss(
        "another object is returned",
        """\
import httpx
import pytest


@pytest.fixture
async def text():
    async with httpx.AsyncClient() as client:
        response = await client.get("http://127.0.0.1/")
        return response.text
""",
        config=_AUTO,
    ),
    NearMiss(
        "a session that opens again",
        """\
import pytest
from sqlalchemy.ext.asyncio import AsyncSession


@pytest.fixture
async def session(engine):
    async with AsyncSession(engine) as session:
        return session
""",
        config=_AUTO,
    ),
    NearMiss(
        "leaving the block closes nothing",
        """\
import pytest


class Timer:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        self.elapsed = 1


@pytest.fixture
async def timer():
    async with Timer() as timer:
        return timer
""",
        config=_AUTO,
    ),
    NearMiss(
        "no fixture",
        """\
import httpx


async def status():
    async with httpx.AsyncClient() as client:
        return client
""",
        config=_AUTO,
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the returned values."""
    for fixture, body in plain_fixtures(ctx):
        if fixture.kind is not Kind.COROUTINE or not body.withs:
            continue
        for name, node in _handed_over(ctx, body):
            message = (
                f"`async with` closes `{name.id}` when the function returns: tests that use `{fixture.name}` get it "
                "closed. `yield` it instead."
            )
            yield ctx.finding(META, ctx.span(body, name), message, data=(body, node))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Yields instead of returning."""
    match finding.data:
        case (Body() as body, ast.Return() as node) if len(body.returns) == 1 and _is_last(body.node.body, node):
            start = ctx.span(body, node).start
            edits = [*yields_instead(ctx, body), Edit(Span(start, start + len("return")), "yield")]
            return ctx.fix("Yield it", Safety.SAFE, edits)
        case _:
            return None


def _handed_over(ctx: Context, body: Body) -> Iterator[tuple[ast.Name, ast.Return]]:
    """The names in returned values that a block around the return closes."""
    for node in body.returns:
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        names = {value.id: value for value in values if isinstance(value, ast.Name)}
        for block in body.withs if names else ():
            if not isinstance(block, ast.AsyncWith) or not any(_holds(each, node) for each in block.body):
                continue
            for item in block.items:
                target = item.optional_vars or item.context_expr
                bound = 1 if item.optional_vars is None else binding_count(body, getattr(target, "id", ""))
                if not isinstance(target, ast.Name) or target.id not in names or bound != 1:
                    continue
                if closes(ctx, body, item.context_expr):
                    yield names[target.id], node


def _holds(statement: ast.stmt, node: ast.Return) -> bool:
    return statement.lineno <= node.lineno <= (statement.end_lineno or 0)


def _is_last(block: list[ast.stmt], node: ast.Return) -> bool:
    """Whether nothing runs after a statement, once the blocks around it have ended."""
    match block[-1]:
        case ast.AsyncWith(_, body) | ast.With(_, body):
            return _is_last(body, node)
        case last:
            return last is node


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
