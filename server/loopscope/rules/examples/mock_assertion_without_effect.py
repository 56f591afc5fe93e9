"""What `mock-assertion-without-effect` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_NOTIFY = """\
from unittest.mock import AsyncMock

import pytest


async def notify(sender, text):
    if text:
        await sender.send(text)

"""

EXAMPLES = (
    Example(
        "Not called",
        bad=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender, "hello")
    ⟦sender.send.assert_awaited_once⟧
    assert ⟦sender.send.assert_awaited⟧
    ⟦sender.send.assert_awaited_once_with⟧
""",
        good=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender, "hello")
    sender.send.assert_awaited_once()
    sender.send.assert_awaited()
    sender.send.assert_awaited_once()
""",
        proof=Proof("", "passed", invisible="the test passes whether or not the mock was awaited"),
    ),
    Example(
        "Misspelt",
        bad=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify(mocker):
    sender = mocker.AsyncMock()
    await notify(sender, "hello")
    ⟦sender.send.awaited_once_with⟧("hello")
    ⟦sender.send.was_awaited⟧("hello")
    assert ⟦sender.send.awaited⟧
    assert ⟦sender.never_called⟧()
""",
        good=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify(mocker):
    sender = mocker.AsyncMock()
    await notify(sender, "hello")
    sender.send.assert_awaited_once_with("hello")
    sender.send.assert_awaited_with("hello")
    sender.send.assert_awaited()
    sender.assert_not_called()
""",
        proof=Proof("1 passed", "passed", requires=("pytest-mock",)),
    ),
    Example(
        "An assertion that the mock does not have",
        bad="""\
from unittest.mock import MagicMock


def test_notify():
    sender = MagicMock()
    sender.send("hello")
    ⟦sender.send.assert_awaited_once⟧()
""",
        good="""\
from unittest.mock import MagicMock


def test_notify():
    sender = MagicMock()
    sender.send("hello")
    sender.send.assert_called_once()
""",
        proof=Proof("'assert_awaited_once' is not a valid assertion"),
    ),
    Example(
        "Of mocks that are bound in other ways, and may mean more than one",
        bad=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify():
    senders = {{"first": AsyncMock()}}
    second, third = AsyncMock(), AsyncMock()
    await notify(senders["first"], "hello")
    await notify(second, "hello")
    await notify(third, "hello")
    assert ⟦senders["first"].send.awaited⟧
    ⟦second.send.awaited_only_once⟧()
    assert ⟦third.send.awaited_once⟧
""",
        good=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify():
    senders = {{"first": AsyncMock()}}
    second, third = AsyncMock(), AsyncMock()
    await notify(senders["first"], "hello")
    await notify(second, "hello")
    await notify(third, "hello")
    senders["first"].send.assert_awaited()
    second.send.assert_awaited_once()
    third.send.assert_awaited_once()
""",
        proof=Proof("1 passed", "passed"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "attributes that mocks have, and those of a spec",
        """\
from unittest.mock import AsyncMock, Mock


class Order:
    awaited = True

    def called_once_with(self, value):
        return value


async def test_order():
    order = AsyncMock(spec=Order)
    order.called_once_with(1)
    assert order.awaited
    other = Mock(awaited=True)
    other.not_called = True
    assert other.awaited
    assert other.not_called
    assert other.send.called is False
    assert not other.send.called
    assert other.send.call_count == 0
""",
    ),
    NearMiss(
        "objects that are no mocks",
        """\
class Route:
    awaited = True

    def called_once_with(self, value):
        return value

    async def assert_called(self):
        return None


async def test_route(mocker):
    route = Route()
    route.called_once_with(1)
    assert route.awaited
    await route.assert_called()
""",
    ),
    NearMiss(
        "an async part of a synchronous mock",
        """\
from unittest.mock import AsyncMock, MagicMock


async def test_send():
    client = MagicMock()
    client.send = AsyncMock()
    await client.send()
    client.send.assert_awaited_once()
    async with client:
        pass
    client.__aenter__.assert_awaited_once()
""",
    ),
    NearMiss(
        "passed on, not asserted",
        """\
from unittest.mock import AsyncMock


async def test_send():
    client = AsyncMock()
    checks = [client.assert_not_awaited, client.assert_not_called]
    for check in checks:
        check()
    callback = client.assert_not_awaited
    callback()
    client.call()
    client.on.called_back()
""",
    ),
)
