"""The synchronous `TestClient` of Starlette or FastAPI is used in an async test.

## What it does
Reports requests of a `TestClient` in async tests and fixtures. Clients that open websockets are left alone: only
`TestClient` can.

## Why is this bad
The request blocks the event loop of the test, so that nothing else of it runs meanwhile, and the application runs on
another loop: locks, queues, pools and sessions that fixtures made fail there (`attached to a different loop`).

## When not to fix
If the test shares nothing with the application and awaits nothing but its own set-up.

## Fix safety
There is no fix: the async client has another life cycle (`async with`, no lifespan events).

## Versions
All versions of Starlette and FastAPI.

## References
- [FastAPI: async tests](https://fastapi.tiangolo.com/advanced/async-tests/)
- [Starlette: test client](https://www.starlette.io/testclient/)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.expr import Call, dotted
from loopscope.facts.outline import Assigned
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.calls import bound_value, expects_failure
from loopscope.rules.support.http import entered

META = Meta(
    "sync-test-client-in-async-test",
    Group.NETWORK,
    Severity.WARNING,
    default=False,
    preset="recommended",
    words=("TestClient",),
)

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "The application runs on another loop",
        bad="""\
import asyncio

from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()


@app.get("/")
async def index():
    app.state.loops.append(asyncio.get_running_loop())


async def test_index():
    app.state.loops = []
    client = TestClient(app)
    assert ⟦client.get("/")⟧.status_code == 200
    assert app.state.loops[0] is asyncio.get_running_loop(), "another loop"
""",
        good="""\
import asyncio

import httpx
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def index():
    app.state.loops.append(asyncio.get_running_loop())


async def test_index():
    app.state.loops = []
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/")).status_code == 200
    assert app.state.loops[0] is asyncio.get_running_loop(), "another loop"
""",
        fixed="",
        proof=Proof("another loop", requires=("fastapi", "httpx")),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a synchronous test",
        'from fastapi.testclient import TestClient\n\n\ndef test_index(app):\n    assert TestClient(app).get("/")\n',
        config=_AUTO,
    ),
    NearMiss(
        "a websocket",
        "from fastapi.testclient import TestClient\n\n\nasync def test_socket(app):\n    client = TestClient(app)\n"
        '    client.get("/")\n    with client.websocket_connect("/ws") as socket:\n        socket.send_text("a")\n',
        config=_AUTO,
    ),
    NearMiss(
        "aiohttp's client",
        "from aiohttp.test_utils import TestClient, TestServer\n\n\nasync def test_index(app):\n"
        '    client = TestClient(TestServer(app))\n    await client.get("/")\n',
        config=_AUTO,
    ),
    NearMiss(
        "in a thread",
        "import asyncio\n\nfrom fastapi.testclient import TestClient\n\n\nasync def test_index(app):\n"
        '    client = TestClient(app)\n    await asyncio.to_thread(client.get, "/")\n',
        config=_AUTO,
    ),
)

_CLIENTS = frozenset({"fastapi.testclient.TestClient", "starlette.testclient.TestClient"})
_REQUESTS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "stream"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the requests."""
    if "websocket_connect" in ctx.text:
        return
    for body, what, runner in ctx.async_entries():
        if runner is None:
            continue
        for call in body.calls:
            if not call.in_lambda and _is_request(ctx, body, call) and not expects_failure(body, call):
                message = f"`TestClient` blocks the loop of this {what} and runs the application on another loop."
                yield ctx.finding(META, ctx.span(body, call.node), message)


def _is_request(ctx: Context, body: Body, call: CallSite) -> bool:
    """Whether a call is a request of a `TestClient` that is made on the spot, in the body, or once in the module."""
    func = call.node.func
    if not isinstance(func, ast.Attribute) or func.attr not in _REQUESTS:
        return False
    if isinstance(func.value, ast.Call):
        return _makes_client(body, func.value)
    if not isinstance(func.value, ast.Name):
        return False
    name = func.value.id
    if name not in body.bound:
        return not call.local_root and name in _of_module(ctx)
    return _makes_client(body, bound_value(body, name) or entered(body, name))


def _makes_client(body: Body, node: ast.expr | None) -> bool:
    return any(call.node is node and not call.local_root and call.name in _CLIENTS for call in body.calls)


def _of_module(ctx: Context) -> frozenset[str]:
    """The names that the module binds once, to a `TestClient`."""
    return ctx.remember("test clients", lambda: frozenset(_module_clients(ctx)))


def _module_clients(ctx: Context) -> Iterator[str]:
    names = [binding.name for binding in ctx.outline.bindings]
    for binding in ctx.outline.bindings:
        target = binding.target
        made = isinstance(target, Assigned) and isinstance(target.value, Call) and dotted(target.value) in _CLIENTS
        if made and names.count(binding.name) == 1:
            yield binding.name


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
