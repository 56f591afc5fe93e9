"""A request is mocked with the library for another HTTP client, or for an older version of it.

## What it does
Reports requests of httpx, httpx2, aiohttp and requests in async tests, to a URL that the test registers with respx,
pytest-httpx, aioresponses, responses or requests-mock, when that library patches another client. Also requests of
aiohttp 3.14 or newer that aioresponses up to 0.7.9 answers.

## Why is this bad
The mock has no effect: the request goes out, and fails with a connection error, or reaches the real server.
aioresponses 0.7.9 makes answers that aiohttp 3.14 refuses: "missing 1 required keyword-only argument: 'stream_writer'".

## When not to fix
Never.

## Fix safety
There is no fix: httpx goes with respx or pytest-httpx, httpx2 with `httpx2.MockTransport`, aiohttp with aioresponses,
requests with responses or requests-mock.

## Versions
respx up to 0.23 does not see httpx2; aioresponses up to 0.7.9 works with aiohttp up to 3.13.

## References
- [respx](https://lundberg.github.io/respx/)
- [aioresponses](https://github.com/pnuckowski/aioresponses)
"""

import ast
import re
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.http import requests_in

META = Meta(
    "http-mock-for-other-client",
    Group.NETWORK,
    Severity.ERROR,
    texts=("respx", "httpx_mock", "pytest_httpx", "aioresponses", "responses", "requests_mock"),
)

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "aioresponses and httpx",
        bad="""\
import httpx
from aioresponses import aioresponses


async def test_user():
    with aioresponses() as mocked:
        mocked.get("http://127.0.0.1:9/users/1", payload={"id": 1})
        async with httpx.AsyncClient() as client:
            response = await ⟦client.get("http://127.0.0.1:9/users/1")⟧
    assert response.json() == {"id": 1}
""",
        good="""\
import httpx
import respx


@respx.mock
async def test_user():
    respx.get("http://127.0.0.1:9/users/1").respond(json={"id": 1})
    async with httpx.AsyncClient() as client:
        response = await client.get("http://127.0.0.1:9/users/1")
    assert response.json() == {"id": 1}
""",
        fixed="",
        proof=Proof("httpx.ConnectError", requires=("httpx", "respx", "aioresponses")),
        config=_AUTO,
    ),
    Example(
        "respx and aiohttp",
        bad="""\
import aiohttp
import respx


@respx.mock(assert_all_called=False)
async def test_user(respx_mock):
    respx_mock.get("http://127.0.0.1:9/users/1").respond(json={"id": 1})
    async with aiohttp.ClientSession() as session, ⟦session.get("http://127.0.0.1:9/users/1")⟧ as response:
        assert await response.json() == {"id": 1}
""",
        good="""\
import httpx
import respx


@respx.mock(assert_all_called=False)
async def test_user(respx_mock):
    respx_mock.get("http://127.0.0.1:9/users/1").respond(json={"id": 1})
    async with httpx.AsyncClient() as client:
        response = await client.get("http://127.0.0.1:9/users/1")
    assert response.json() == {"id": 1}
""",
        fixed="",
        proof=Proof("ClientConnectorError", requires=("httpx", "respx", "aiohttp")),
        config=_AUTO,
    ),
    Example(
        "aioresponses and a newer aiohttp",
        bad="""\
import aiohttp
from aioresponses import aioresponses


async def test_user():
    with aioresponses() as mocked:
        mocked.get("http://127.0.0.1:9/users/1", payload={"id": 1})
        async with aiohttp.ClientSession() as session, ⟦session.get("http://127.0.0.1:9/users/1")⟧ as response:
            assert await response.json() == {"id": 1}
""",
        good="""\
from unittest.mock import patch

import aiohttp


async def test_user():
    with patch.object(aiohttp.ClientSession, "get") as get:
        get.return_value.__aenter__.return_value.json.return_value = {"id": 1}
        async with aiohttp.ClientSession() as session:
            async with session.get("http://127.0.0.1:9/users/1") as response:
                assert await response.json() == {"id": 1}
""",
        fixed="",
        proof=Proof("missing 1 required keyword-only argument: 'stream_writer'", requires=("aiohttp", "aioresponses")),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "an error that aioresponses raises",
        """\
import aiohttp
from aioresponses import aioresponses


async def test_error():
    with aioresponses() as mocked:
        mocked.get("http://127.0.0.1:9/users/1", exception=aiohttp.ClientError())
        async with aiohttp.ClientSession() as session:
            try:
                await session.get("http://127.0.0.1:9/users/1")
            except aiohttp.ClientError:
                pass
""",
        config=_AUTO,
        requires=("aiohttp", "aioresponses"),
    ),
    NearMiss(
        "the right pair",
        """\
import httpx
import respx


@respx.mock
async def test_user():
    respx.get("http://127.0.0.1:9/users/1").respond(json={"id": 1})
    async with httpx.AsyncClient() as client:
        assert (await client.get("http://127.0.0.1:9/users/1")).json() == {"id": 1}
""",
        config=_AUTO,
    ),
    NearMiss(
        "the client talks to the application, the mock stands for what that asks",
        """\
import httpx
from aioresponses import aioresponses


async def test_user(app):
    with aioresponses() as mocked:
        mocked.get("http://upstream.test/users/1", payload={"id": 1})
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            await client.get("http://upstream.test/users/1")
        async with httpx.AsyncClient() as client:
            await client.get("http://127.0.0.1:8000/proxy")
""",
        config=_AUTO,
    ),
    NearMiss(
        "both are mocked",
        """\
import aiohttp
import respx
from aioresponses import aioresponses


@respx.mock
async def test_user():
    respx.get("http://127.0.0.1:9/users/1").respond(json={"id": 1})
    with aioresponses() as mocked:
        mocked.get("http://127.0.0.1:9/users/1", payload={"id": 1})
        async with aiohttp.ClientSession() as session:
            await session.get("http://127.0.0.1:9/users/1")
""",
        config=_AUTO,
    ),
)

_PATCHED = {
    "respx": "httpx",
    "httpx_mock": "httpx",
    "pytest_httpx": "httpx",
    "aioresponses": "aiohttp",
    "responses": "requests",
    "requests_mock": "requests",
}
_FIXTURES = {"respx": "respx_mock"}
_NAME = re.compile(r"\w+")
_WRAPPERS = ("vcr", "pook", "httpretty", "mocket", "patch", "monkeypatch", "MockTransport")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the requests."""
    for body, _, _ in ctx.async_entries():
        mocks = _mocks(ctx, body)
        if not mocks:
            continue
        for request in requests_in(ctx, body):
            patched = sorted({_PATCHED[mock] for mock in mocks})
            if request.url is None or expects_failure(body, request.call):
                continue
            registering = _registering(body, request.call.node, request.url)
            span = ctx.span(body, request.call.node)
            if request.library == "aiohttp" and mocks == ("aioresponses",):
                if registering is not None and _is_too_old(ctx) and not _raises(registering):
                    message = "aioresponses up to 0.7.9 makes no answers that aiohttp 3.14 and newer take."
                    yield ctx.finding(META, span, message)
            elif registering is not None and request.library not in patched:
                which = ", ".join(f"`{mock}`" for mock in mocks)
                message = f"{which} mocks {' and '.join(patched)}, not {request.library}: this request goes out."
                yield ctx.finding(META, span, message)


def _is_too_old(ctx: Context) -> bool:
    """Whether the installed aioresponses does not work with the installed aiohttp."""
    environment = ctx.environment
    old = environment.has("aioresponses") and not environment.at_least("aioresponses", 0, 7, 10)
    return old and environment.has("aiohttp") and environment.at_least("aiohttp", 3, 14)


def _raises(registering: ast.Call) -> bool:
    """Whether a registration may raise instead of answering."""
    return any(keyword.arg in (None, "exception") for keyword in registering.keywords)


def _mocks(ctx: Context, body: Body) -> tuple[str, ...]:
    """The mocking libraries that the function and its decorators mention; none when something else may be mocked."""
    start = ctx.layout.defs[body.id].whole if body.id in ctx.layout.defs else None
    text = "" if start is None else ctx.source(start)
    if any(word in text for word in _WRAPPERS):
        return ()
    names = set(_NAME.findall(text))
    return tuple(word for word in _PATCHED if names & {word, _FIXTURES.get(word, word)})


def _registering(body: Body, request: ast.Call, url: str) -> ast.Call | None:
    """Another call of the body that is given the same URL."""
    others = (call.node for call in body.calls if call.node is not request)
    return next((node for node in others if any(_is_text(argument, url) for argument in node.args)), None)


def _is_text(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
