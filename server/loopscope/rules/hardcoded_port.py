"""An async test listens on a port that is written in it.

## What it does
Reports literal ports, other than 0, of servers that async tests and fixtures start with asyncio, aiohttp, uvicorn or
websockets.

## Why is this bad
Two runs at once, a server that still closes, or another program that has the port make the test fail: `[Errno 98]
address already in use`.

## When not to fix
If the client cannot be told another port.

## Fix safety
Unsafe: the test requests `unused_tcp_port` and uses it wherever the number stands in the function.

## Versions
`unused_tcp_port` comes with pytest-asyncio, `free_tcp_port` with anyio 4.9 and newer.

## References
- [pytest-asyncio: unused_tcp_port](https://pytest-asyncio.readthedocs.io/en/stable/reference/fixtures/index.html#unused-tcp-port)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.names import add_parameter, binds_anywhere, place
from loopscope.text.edit import Edit
from loopscope.workspace.model import Runner

META = Meta(
    "hardcoded-port",
    Group.NETWORK,
    Severity.WARNING,
    default=False,
    preset="recommended",
    texts=("start_server", "TCPSite", "TestServer", "Config", "serve"),
)

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "A server",
        bad="""\
import asyncio
import contextlib
import socket

other = socket.socket()
with contextlib.suppress(OSError):
    other.bind(("127.0.0.1", 18765))
    other.listen()


async def test_connect():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", ⟦18765⟧)
    reader, writer = await asyncio.open_connection("127.0.0.1", 18765)
    assert await reader.read() == b""
    writer.close()
    server.close()
""",
        good="""\
import asyncio
import contextlib
import socket

other = socket.socket()
with contextlib.suppress(OSError):
    other.bind(("127.0.0.1", 18765))
    other.listen()


async def test_connect(unused_tcp_port):
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", unused_tcp_port)
    reader, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
    assert await reader.read() == b""
    writer.close()
    server.close()
""",
        proof=Proof("address already in use"),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "port 0, a fixture, a client, and a call in a synchronous test",
        """\
import asyncio


async def test_server(unused_tcp_port):
    first = await asyncio.start_server(print, "127.0.0.1", 0)
    second = await asyncio.start_server(print, "127.0.0.1", unused_tcp_port)
    first.close()
    second.close()


def test_sync():
    assert asyncio.start_server
""",
        config=_AUTO,
    ),
    NearMiss(
        "a server that is mocked",
        "import asyncio\n\n\nasync def test_server(monkeypatch):\n"
        '    monkeypatch.setattr(asyncio, "start_server", lambda *args: None)\n'
        '    asyncio.start_server(print, "127.0.0.1", 8080)\n',
        config=_AUTO,
    ),
    NearMiss(
        "the failure is expected",
        "import asyncio\n\nimport pytest\n\n\nasync def test_server():\n    with pytest.raises(OSError):\n"
        '        await asyncio.start_server(print, "127.0.0.1", 8080)\n',
        config=_AUTO,
    ),
)

_PLACES = {
    "asyncio.start_server": 2,
    "aiohttp.web.TCPSite": 2,
    "aiohttp.test_utils.TestServer": None,
    "uvicorn.Config": None,
    "websockets.serve": 2,
    "websockets.asyncio.server.serve": 2,
}
"""Where functions that listen take the port by position, besides `port=`."""

_FIXTURE = "unused_tcp_port"


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the numbers."""
    for body, what, runner in ctx.async_entries():
        if runner is None:
            continue
        for call in body.calls:
            port = _port(call)
            if port is None or expects_failure(body, call) or ctx.is_patched(call.name or ""):
                continue
            message = f"This {what} listens on a port of its own choice: it fails where something else has it."
            yield ctx.finding(META, ctx.span(body, port), message, data=(body, what, runner, port.value))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`unused_tcp_port`, wherever the number stands in the function."""
    match finding.data:
        case (Body() as body, "test", Runner.PYTEST_ASYNCIO, int() as number):
            pass
        case _:
            return None
    parameter = add_parameter(ctx, body.id, _FIXTURE)
    if parameter is None or binds_anywhere(body.node, _FIXTURE) or body.nested:
        return None
    edits = [parameter]
    for node in ast.walk(body.node):
        if isinstance(node, ast.Constant) and node.value == number and type(node.value) is int:
            span = place(ctx, body, node)
            if span is None or ctx.source(span) != str(number):
                return None
            edits.append(Edit(span, _FIXTURE))
    return ctx.fix(f"Use `{_FIXTURE}`", Safety.UNSAFE, edits)


def _port(call: CallSite) -> ast.Constant | None:
    """The literal port on which a call listens; None for 0 and for every other call."""
    if call.name not in _PLACES or call.local_root or call.in_lambda:
        return None
    at = _PLACES[call.name]
    given = next((keyword.value for keyword in call.node.keywords if keyword.arg == "port"), None)
    if given is None and at is not None and len(call.node.args) > at:
        given = call.node.args[at]
    number = given.value if isinstance(given, ast.Constant) else None
    return given if isinstance(given, ast.Constant) and type(number) is int and number > 0 else None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
