"""A client, server or connection that a test opens and nobody closes.

## What it does
Reports `aiohttp.ClientSession()`, `httpx.AsyncClient()`, `asyncio.start_server()` and `asyncio.open_connection()` in
async tests and fixtures, where the object is given to a local name that is neither closed, entered, returned nor
handed to anything else.

## Why is this bad
Its connections and sockets stay open until the garbage collector finds them. With `filterwarnings = error` a
`ResourceWarning` ("Unclosed client session", "unclosed <socket.socket ...>") then fails this test, or one that has
nothing to do with it. httpx leaks without a word.

## When not to fix
Clients with a transport or connector of their own are not reported: that may have nothing to close, or another owner.

## Fix safety
Safe: the rest of the function moves into an `async with` block.

## Versions
All.

## References
- [aiohttp: client session](https://docs.aiohttp.org/en/stable/client_reference.html#client-session)
- [HTTPX: opening and closing clients](https://www.python-httpx.org/async/#opening-and-closing-clients)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import binding_count
from loopscope.rules.support.openers import OPENING, Opener, is_looked_at, opener_of
from loopscope.rules.support.text import own_lines
from loopscope.rules.support.wrapping import indented
from loopscope.text.edit import Edit
from loopscope.text.frozen import frozen

META = Meta("client-not-closed", Group.RESOURCES, Severity.WARNING, texts=OPENING)

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
_ERRORS = f"{_AUTO}filterwarnings = error\n"

EXAMPLES = (
    Example(
        "A server, and a warning that is an error",
        bad="""\
import asyncio
import gc


async def test_server():
    server = ⟦await asyncio.start_server(print, "127.0.0.1", 0)⟧
    assert server.is_serving()


def test_nothing_is_left():
    gc.collect()
""",
        good="""\
import asyncio
import gc


async def test_server():
    async with await asyncio.start_server(print, "127.0.0.1", 0) as server:
        assert server.is_serving()


def test_nothing_is_left():
    gc.collect()
""",
        proof=Proof("ResourceWarning: unclosed", "error"),
        config=_ERRORS,
    ),
    Example(
        "A session of aiohttp",
        bad="""\
import gc

import aiohttp


async def test_session():
    # One for all requests.
    session = ⟦aiohttp.ClientSession()⟧
    assert not session.closed
    # That is all.


def test_nothing_is_left():
    gc.collect()
""",
        good="""\
import gc

import aiohttp


async def test_session():
    # One for all requests.
    async with aiohttp.ClientSession() as session:
        assert not session.closed
    # That is all.


def test_nothing_is_left():
    gc.collect()
""",
        proof=Proof("ResourceWarning: Unclosed client session", "failed", requires=("aiohttp",)),
        config=_ERRORS,
    ),
    Example(
        "A client of HTTPX",
        bad="""\
import gc

import httpx


async def test_client():
    client = ⟦httpx.AsyncClient()⟧
    assert not client.is_closed


def test_nothing_is_left():
    clients = [each for each in gc.get_objects() if type(each) is httpx.AsyncClient]
    assert all(client.is_closed for client in clients)
""",
        good="""\
import gc

import httpx


async def test_client():
    async with httpx.AsyncClient() as client:
        assert not client.is_closed


def test_nothing_is_left():
    clients = [each for each in gc.get_objects() if type(each) is httpx.AsyncClient]
    assert all(client.is_closed for client in clients)
""",
        proof=Proof(
            "", "passed", requires=("httpx",), invisible="httpx does not warn when a client is collected unclosed"
        ),
        config=_AUTO,
    ),
    Example(
        "A session that is deleted",
        bad="""\
import gc

import aiohttp


async def test_session():
    session = ⟦aiohttp.ClientSession()⟧
    assert not session.closed
    del session
    gc.collect()
""",
        good="""\
import gc

import aiohttp


async def test_session():
    async with aiohttp.ClientSession() as session:
        assert not session.closed
        del session
        gc.collect()
""",
        proof=Proof("Unclosed client session", requires=("aiohttp",)),
        config=_ERRORS,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "closed, entered, or handed on",
        """\
import contextlib

import aiohttp


class Api:
    def __init__(self, session):
        self.session = session


async def test_closed():
    session = aiohttp.ClientSession()
    try:
        assert session
    finally:
        await session.close()


async def test_entered():
    session = aiohttp.ClientSession()
    async with session:
        assert session


async def test_given():
    session = aiohttp.ClientSession()
    api = Api(session)
    await api.session.close()


async def test_stack():
    async with contextlib.AsyncExitStack() as stack:
        session = aiohttp.ClientSession()
        stack.push_async_callback(session.close)


async def test_alias():
    session = aiohttp.ClientSession()
    same = session
    await same.close()


async def test_nested():
    session = aiohttp.ClientSession()

    async def finish():
        await session.close()

    await finish()
""",
        config=_AUTO,
    ),
    NearMiss(
        "nothing to close",
        """\
import httpx


async def app(scope, receive, send):
    pass


async def test_app():
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app))
    assert client.headers
""",
        config=_AUTO,
    ),
    NearMiss(
        "a mock in its place",
        """\
from unittest import mock

import aiohttp


async def test_session():
    with mock.patch("aiohttp.ClientSession"):
        session = aiohttp.ClientSession()
        assert session.get


async def test_property(monkeypatch):
    session = aiohttp.ClientSession()
    assert session.get
""",
        config=_AUTO,
    ),
    NearMiss(
        "a fixture that hands it over",
        """\
import aiohttp
import pytest


@pytest.fixture
async def session():
    session = aiohttp.ClientSession()
    yield session
    await session.close()
""",
        config=_AUTO,
    ),
)


@frozen
class _Open:
    body: Body
    statement: ast.Assign
    name: str
    opener: Opener


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at what opens."""
    for body, kind, runner in ctx.async_entries():
        for statement in body.statements if runner is not None else ():
            match statement:
                case ast.Assign([ast.Name(name)], value):
                    found = opener_of(ctx, body, value)
                case _:
                    continue
            if found is None or not _is_kept(body, name):
                continue
            _, opener = found
            message = (
                f"Nobody closes this {opener.what}: it stays open after the {kind}. Use `async with`, or "
                f"`{opener.close.format(name)}`."
                if opener.entered
                else f"Nobody closes this {opener.what}: it stays open after the {kind}."
            )
            yield ctx.finding(META, ctx.span(body, value), message, data=_Open(body, statement, name, opener))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Moves the rest of the function into `async with`."""
    found = finding.data
    if not isinstance(found, _Open) or not found.opener.entered or found.statement not in found.body.node.body:
        return None
    block = found.body.node.body
    rest = block[block.index(found.statement) + 1 :]
    edits = indented(ctx, found.body, rest) if rest else None
    span = ctx.span(found.body, found.statement)
    if edits is None or own_lines(ctx.text, span) is None:
        return None
    text = f"async with {ctx.source(finding.span)} as {found.name}:"
    return ctx.fix("Close it with `async with`", Safety.SAFE, [Edit(span, text), *edits])


def _is_kept(body: Body, name: str) -> bool:
    """Whether a local name is bound once, and its value goes nowhere else; `del` closes nothing."""
    targets = [target for each in body.statements if isinstance(each, ast.Delete) for target in each.targets]
    deleted = sum(isinstance(target, ast.Name) and target.id == name for target in targets)
    if binding_count(body, name) - deleted != 1 or name in body.inner_reads:
        return False
    return all(is_looked_at(body, load) for load in body.reads.get(name, ()))


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
