"""Calls of asyncio and of installed libraries."""

from loopscope.rules.model import Example, Proof
from loopscope.rules.support.django import EXAMPLE_CONFIG, EXAMPLE_PROJECT

EXAMPLES = (
    Example(
        "Futures of asyncio",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_queue():
    queue = asyncio.Queue()
    ⟦queue.put(1)⟧
    event = asyncio.Event()
    event.set()
    ⟦event.wait()⟧
    assert ⟦asyncio.gather(asyncio.sleep(0, 1))⟧ == [1]
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_queue():
    queue = asyncio.Queue()
    await queue.put(1)
    event = asyncio.Event()
    event.set()
    await event.wait()
    assert await asyncio.gather(asyncio.sleep(0, 1)) == [1]
""",
        proof=Proof("assert <_GatheringFuture"),
    ),
    Example(
        "A communicator of Django Channels",
        bad=f"""\
import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.testing import WebsocketCommunicator


@pytest.fixture
def communicator():
    return WebsocketCommunicator(AsyncWebsocketConsumer.as_asgi(), "/ws/")


async def test_connect(communicator):
    connected, _ = ⟦communicator.connect()⟧
    assert connected
    await communicator.disconnect()
{EXAMPLE_PROJECT}""",
        good=f"""\
import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.testing import WebsocketCommunicator


@pytest.fixture
def communicator():
    return WebsocketCommunicator(AsyncWebsocketConsumer.as_asgi(), "/ws/")


async def test_connect(communicator):
    connected, _ = await communicator.connect()
    assert connected
    await communicator.disconnect()
{EXAMPLE_PROJECT}""",
        proof=Proof("cannot unpack non-iterable coroutine object", requires=("pytest-django", "channels", "daphne")),
        config=EXAMPLE_CONFIG,
    ),
)
