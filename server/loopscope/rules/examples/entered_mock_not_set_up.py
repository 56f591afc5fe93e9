"""What `entered-mock-not-set-up` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_LOAD = """\
from unittest.mock import AsyncMock, MagicMock, patch

import app
import pytest

"""
_APP = """\

# file: app.py
class Client:
    async def get(self):
        return 2

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        return None


async def load(client):
    async with client as opened:
        return await opened.get()


async def fetch():
    async with Client() as client:
        return await client.get()


async def both(client):
    async with client as opened:
        return await opened.get() + await client.get()
"""

EXAMPLES = (
    Example(
        "A mock that is handed over",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    client = MagicMock()
    client.get = AsyncMock(return_value=1)
    assert await app.load(⟦client⟧) == 1
{_APP}""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    client = MagicMock()
    client.__aenter__.return_value = client
    client.get = AsyncMock(return_value=1)
    assert await app.load(client) == 1
{_APP}""",
        proof=Proof("assert <AsyncMock name='mock.__aenter__().get()'"),
    ),
    Example(
        "A class that is replaced",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_fetch():
    with ⟦patch("app.Client")⟧ as client:
        client.return_value.get = AsyncMock(return_value=1)
        assert await app.fetch() == 1
{_APP}""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_fetch():
    with patch("app.Client") as client:
        client.return_value.__aenter__.return_value = client.return_value
        client.return_value.get = AsyncMock(return_value=1)
        assert await app.fetch() == 1
{_APP}""",
        proof=Proof("assert <AsyncMock name='Client().__aenter__().get()'"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "what entering gives is set up, or the mock is used as well",
        f"""\
{_LOAD}
def prepare(client):
    client.__aenter__.return_value = client


async def test_load():
    client = MagicMock()
    client.__aenter__.return_value.get = AsyncMock(return_value=1)
    client.close = AsyncMock()
    await app.load(client)
    second = MagicMock()
    second.__aenter__.return_value = second
    second.get = AsyncMock(return_value=1)
    await app.load(second)
    third = MagicMock()
    third.get = AsyncMock(return_value=1)
    await app.both(third)
    fourth = MagicMock()
    fourth.get = AsyncMock(return_value=1)
    prepare(fourth)
    await app.load(fourth)
    fifth = MagicMock()
    fifth.get = AsyncMock(return_value=1)
    await fifth.get()
    await app.load(fifth)
{_APP}""",
    ),
    NearMiss(
        "classes that imitate the real one, or are entered by nobody",
        f"""\
{_LOAD}
async def test_fetch():
    with patch("app.Client") as client:
        entered = client.return_value.__aenter__.return_value
        entered.get = AsyncMock(return_value=1)
        await app.fetch()
    with patch("app.Client") as client:
        client.return_value.get = AsyncMock(return_value=1)
    with patch("app.Client") as client:
        client.return_value.close = AsyncMock()
        await app.fetch()
{_APP}""",
    ),
)
