"""A communicator of Django Channels is connected and never disconnected.

## What it does
Reports `await communicator.connect()` of a `WebsocketCommunicator` whose test asserts that it is connected, and never
disconnects it. What is not awaited is reported by `missing-await`.

## Why is this bad
Without `disconnect()` the consumer's own `disconnect` never runs: what it should clean up stays for the next test.

## When not to fix
If the consumer is meant to be cut off.

## Fix safety
Unsafe: `await communicator.disconnect()` is added at the end of the block.

## Versions
All versions of Channels.

## References
- [Channels: testing](https://channels.readthedocs.io/en/latest/topics/testing.html)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import append_to_block, bound_value, expects_failure
from loopscope.rules.support.django import EXAMPLE_CONFIG, EXAMPLE_PROJECT

META = Meta("channels-communicator-misuse", Group.DJANGO, Severity.WARNING, words=("WebsocketCommunicator",))

_HEAD = """\
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.testing import WebsocketCommunicator

closed = []


class Echo(AsyncWebsocketConsumer):
    async def receive(self, text_data=None, bytes_data=None):
        await self.send(text_data=text_data)

    async def disconnect(self, code):
        closed.append(code)


"""
_REQUIRES = ("pytest-django", "channels", "daphne")

EXAMPLES = (
    Example(
        "Never disconnected",
        bad=f"""\
{_HEAD}async def test_connect():
    communicator = WebsocketCommunicator(Echo.as_asgi(), "/ws/")
    connected, _ = await ⟦communicator.connect()⟧
    assert connected


async def test_is_closed():
    assert len(closed) == 1
{EXAMPLE_PROJECT}""",
        good=f"""\
{_HEAD}async def test_connect():
    communicator = WebsocketCommunicator(Echo.as_asgi(), "/ws/")
    connected, _ = await communicator.connect()
    assert connected
    await communicator.disconnect()


async def test_is_closed():
    assert len(closed) == 1
{EXAMPLE_PROJECT}""",
        proof=Proof("assert 0 == 1", requires=_REQUIRES),
        config=EXAMPLE_CONFIG,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the connection is refused",
        f"""\
{_HEAD}async def test_refused():
    communicator = WebsocketCommunicator(Echo.as_asgi(), "/ws/")
    connected, _ = await communicator.connect()
    assert not connected
{EXAMPLE_PROJECT}""",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "handed on, and yielded by a fixture",
        f"""\
{_HEAD.replace("closed = []", "import pytest_asyncio" + chr(10) + chr(10) + "closed = []")}\
async def leave(communicator):
    await communicator.disconnect()


async def test_connect():
    communicator = WebsocketCommunicator(Echo.as_asgi(), "/ws/")
    connected, _ = await communicator.connect()
    assert connected
    await leave(communicator)


@pytest_asyncio.fixture
async def talker():
    communicator = WebsocketCommunicator(Echo.as_asgi(), "/ws/")
    connected, _ = await communicator.connect()
    assert connected
    yield communicator
    await communicator.disconnect()
{EXAMPLE_PROJECT}""",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "a class of the project",
        """\
class WebsocketCommunicator:
    def connect(self):
        return True, None


async def test_connect():
    communicator = WebsocketCommunicator()
    connected, _ = communicator.connect()
    assert connected
""",
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
    ),
)

_WEBSOCKET = "WebsocketCommunicator"
_CLASSES = frozenset(f"{module}.{_WEBSOCKET}" for module in ("channels.testing", "channels.testing.websocket"))
_ENDS = frozenset({"disconnect", "stop", "wait"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, _, runner in ctx.async_entries():
        for name in {call.name.partition(".")[0] for call in body.calls if call.local_root and call.name}:
            if runner is not None and _is_made(body, name):
                yield from _of_communicator(ctx, body, name)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """A disconnect at the end of the block."""
    match finding.data:
        case (Body() as body, CallSite() as call, str() as name):
            edit = append_to_block(ctx, body, call.statement, f"await {name}.disconnect()")
            return None if edit is None else ctx.fix(f"Disconnect `{name}`", Safety.UNSAFE, [edit])
        case _:
            return None


def _is_made(body: Body, name: str) -> bool:
    """Whether a local name is surely a communicator made here."""
    value = bound_value(body, name)
    made = next((call for call in body.calls if call.node is value), None)
    return made is not None and not made.local_root and made.name in _CLASSES


def _of_communicator(ctx: Context, body: Body, name: str) -> Iterator[Finding]:
    calls = [call for call in body.calls if call.local_root and call.name and call.name.startswith(f"{name}.")]
    methods = {(call.name or "").partition(".")[2] for call in calls}
    connects = [call for call in calls if call.name == f"{name}.connect" and call.use is Use.AWAITED]
    alone = len(body.reads.get(name, ())) == len(calls) and name not in body.inner_reads
    if len(connects) != 1 or not alone or methods & _ENDS:
        return
    if _is_accepted(body, connects[0]) and not expects_failure(body, connects[0]):
        message = f"`{name}` is never disconnected: the consumer's `disconnect` does not run."
        yield ctx.finding(META, ctx.span(body, connects[0].node), message, data=(body, connects[0], name))


def _is_accepted(body: Body, connect: CallSite) -> bool:
    """Whether the test asserts that the connection was made: `connected, _ = …; assert connected`."""
    match connect.statement:
        case ast.Assign([ast.Tuple([ast.Name(flag), *_])], ast.Await(value)) if value is connect.node:
            return any(isinstance(each, ast.Assert) and _is_name(each.test, flag) for each in body.statements)
        case _:
            return False


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
