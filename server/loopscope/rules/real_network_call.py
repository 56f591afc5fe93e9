"""An async test sends a request to the internet.

## What it does
Reports requests of httpx, httpx2, aiohttp and requests to a literal URL of a public host, in async tests and fixtures
where nothing mocks them: no mocking library or fixture, no transport, no patch, no mark that names the network.

## Why is this bad
The test fails without a network, when the server is slow, and when its answer changes.

## When not to fix
If the test is meant to reach the real service: mark it, so that it can be left out.

## Fix safety
There is no fix: what the server would answer only people know.

## Versions
All.

## References
- [httpx: mock transports](https://www.python-httpx.org/advanced/transports/#mock-transports)
- [pytest-socket](https://github.com/miketheman/pytest-socket)
"""

import re
from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.http import is_public, requests_in
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.model import TestItem

META = Meta("real-network-call", Group.NETWORK, Severity.WARNING, default=False, preset="recommended", texts=("http",))

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "A request",
        bad="""\
import httpx


async def test_user():
    async with httpx.AsyncClient(timeout=5) as client:
        response = await ⟦client.get("https://api.example.com/users/1")⟧
    assert response.json() == {"id": 1}
""",
        good="""\
import httpx


async def test_user():
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"id": 1}))
    async with httpx.AsyncClient(timeout=5, transport=transport) as client:
        response = await client.get("https://api.example.com/users/1")
    assert response.json() == {"id": 1}
""",
        fixed="",
        proof=Proof("httpx", requires=("httpx",)),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "local and reserved names",
        """\
import httpx


async def test_local():
    async with httpx.AsyncClient() as client:
        await client.get("http://localhost:8000/")
        await client.get("http://127.0.0.1:8000/")
        await client.get("http://testserver/")
        await client.get("http://api.test/")
        await client.get("/relative")
""",
        config=_AUTO,
    ),
    NearMiss(
        "mocked by a fixture of the conftest",
        "import httpx\n\n\nasync def test_user():\n    async with httpx.AsyncClient() as client:\n"
        '        await client.get("https://api.example.com/users/1")\n'
        "# file: conftest.py\nimport pytest\nimport respx\n\n\n@pytest.fixture(autouse=True)\ndef mocked():\n"
        "    with respx.mock:\n        yield\n",
        config=_AUTO,
    ),
    NearMiss(
        "marked",
        "import httpx\nimport pytest\n\n\n@pytest.mark.integration\nasync def test_user():\n"
        "    async with httpx.AsyncClient() as client:\n"
        '        await client.get("https://api.example.com/users/1")\n',
        config=_AUTO,
    ),
    NearMiss(
        "patched",
        "from unittest import mock\n\nimport httpx\n\n\nasync def test_user():\n"
        '    with mock.patch.object(httpx.AsyncClient, "get"):\n        async with httpx.AsyncClient() as client:\n'
        '            await client.get("https://api.example.com/users/1")\n',
        config=_AUTO,
    ),
)

_MOCKED = re.compile(
    r"respx|httpx_mock|aioresponses|\bresponses\b|requests_mock|vcr|pook|httpretty|mocket|betamax|cassette|patch|"
    r"[Mm]ock(?!ed_)|[Ff]ake|socket|recording"
)
_NETWORK = re.compile(r"integration|network|internet|online|live|external|remote|e2e|end_to_end|slow|skip|system|real")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the requests."""
    if ctx.facts is None or _may_mock(ctx):
        return
    for test in ctx.own_tests:
        body = ctx.facts.body(test.id) if test.function.is_async else None
        if body is None or ctx.runner_is(test) is None:
            continue
        for request in requests_in(ctx, body):
            public = request.url is not None and is_public(request.url)
            if public and not expects_failure(body, request.call) and not _is_special(ctx, test):
                message = "This request goes to the internet: the test depends on a network and on a server."
                yield ctx.finding(META, ctx.span(body, request.call.node), message)


def _may_mock(ctx: Context) -> bool:
    """Whether the file or a conftest mentions what replaces requests."""
    if _MOCKED.search(ctx.text):
        return True
    for conftest in ctx.queries.get(conftests_of, ctx.path.parent):
        text = ctx.snapshot.files.read(conftest)
        if not isinstance(text, str) or _MOCKED.search(text):
            return True
    return False


def _is_special(ctx: Context, test: TestItem) -> bool:
    """Whether a mark or the place of a test says that it may need the network."""
    marked = any(_NETWORK.search(mark.name) for mark in ctx.view.marks(test))
    return marked or _NETWORK.search(test.nodeid) is not None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
