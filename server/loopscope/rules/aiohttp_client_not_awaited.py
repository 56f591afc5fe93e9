"""A factory fixture of pytest-aiohttp is called without `await`.

## What it does
Reports calls of `aiohttp_client`, `aiohttp_server` and `aiohttp_raw_server` whose coroutine is used as if it were the
client or server.

## Why is this bad
These fixtures are functions that start a server when they are awaited. Without, there is only a coroutine:
`AttributeError: 'coroutine' object has no attribute 'get'`.

## When not to fix
Never.

## Fix safety
Safe: `await` is inserted.

## Versions
All versions of pytest-aiohttp.

## References
- [pytest-aiohttp](https://github.com/aio-libs/pytest-aiohttp)
- [aiohttp: testing](https://docs.aiohttp.org/en/stable/testing.html)
"""

from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.awaiting import is_response_lost
from loopscope.rules.support.calls import await_edits, binding_count, expects_failure
from loopscope.rules.support.names import requesters
from loopscope.workspace.model import FixtureDef, TestItem, Unknown

META = Meta("aiohttp-client-not-awaited", Group.AIOHTTP, Severity.ERROR, texts=("aiohttp_",))

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "In a test",
        bad="""\
from aiohttp import web


async def test_missing(aiohttp_client):
    client = ⟦aiohttp_client(web.Application())⟧
    response = await client.get("/")
    assert response.status == 404
""",
        good="""\
from aiohttp import web


async def test_missing(aiohttp_client):
    client = await aiohttp_client(web.Application())
    response = await client.get("/")
    assert response.status == 404
""",
        proof=Proof("'coroutine' object has no attribute 'get'", requires=("pytest-aiohttp",)),
        config=_AUTO,
    ),
    Example(
        "In a fixture",
        bad="""\
import pytest
from aiohttp import web


@pytest.fixture
async def server(aiohttp_server):
    server = ⟦aiohttp_server(web.Application())⟧
    return server.port


async def test_port(server):
    assert server
""",
        good="""\
import pytest
from aiohttp import web


@pytest.fixture
async def server(aiohttp_server):
    server = await aiohttp_server(web.Application())
    return server.port


async def test_port(server):
    assert server
""",
        proof=Proof("'coroutine' object has no attribute 'port'", "error", requires=("pytest-aiohttp",)),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "awaited later, and gathered",
        """\
import asyncio

from aiohttp import web


async def test_both(aiohttp_client):
    pending = aiohttp_client(web.Application())
    client = await pending
    first, second = await asyncio.gather(aiohttp_client(web.Application()), aiohttp_client(web.Application()))
    assert client and first and second
""",
        config=_AUTO,
        requires=("pytest-aiohttp",),
    ),
    NearMiss(
        "a fixture of the project",
        """\
import pytest


@pytest.fixture
def aiohttp_client():
    return dict


async def test_keys(aiohttp_client):
    client = aiohttp_client()
    assert client.keys() is not None
""",
        config=_AUTO,
        requires=("pytest-aiohttp",),
    ),
)

_FACTORIES = ("aiohttp_client", "aiohttp_server", "aiohttp_raw_server")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for owner, body in requesters(ctx):
        for call in body.calls if body.is_async else ():
            if call.name not in _FACTORIES or not call.local_root or call.in_lambda or not is_response_lost(body, call):
                continue
            ours = binding_count(body, call.name) == 1 and _is_factory(ctx, owner, call.name)
            if ours and not expects_failure(body, call):
                message = f"`{call.name}(...)` is a coroutine: await it to get what it starts."
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`await`."""
    match finding.data:
        case (Body() as body, CallSite() as call):
            return ctx.fix("Insert `await`", Safety.SAFE, await_edits(ctx, body, call))
        case _:
            return None


def _is_factory(ctx: Context, owner: TestItem | FixtureDef, name: str) -> bool:
    """Whether a parameter is the fixture of pytest-aiohttp."""
    match owner:
        case TestItem():
            found = ctx.closure(owner).chains.get(name, ())
        case FixtureDef():
            requested = ctx.requested(owner, name)
            found = () if isinstance(requested, Unknown) else requested
    return bool(found) and (found[-1].dist or "").startswith("pytest-aiohttp ")


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
