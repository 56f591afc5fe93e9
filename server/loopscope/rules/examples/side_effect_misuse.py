"""What `side-effect-misuse` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_LOAD = """\
from unittest.mock import AsyncMock, MagicMock

import pytest


async def load(client):
    return await client.get()

"""

EXAMPLES = (
    Example(
        "An exception that is returned",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    client = AsyncMock()
    client.get.⟦return_value⟧ = ValueError("no")
    with pytest.raises(ValueError):
        await load(client)


@pytest.mark.asyncio
async def test_get():
    get = AsyncMock(⟦return_value⟧=ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await get()
    other = AsyncMock(⟦side_effect⟧=lambda: ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await other()


@pytest.mark.asyncio
async def test_caught():
    get = AsyncMock(⟦return_value⟧=ValueError("no"))
    try:
        await get()
    except ValueError:
        return
    pytest.fail("DID NOT RAISE")
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    client = AsyncMock()
    client.get.side_effect = ValueError("no")
    with pytest.raises(ValueError):
        await load(client)


@pytest.mark.asyncio
async def test_get():
    get = AsyncMock(side_effect=ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await get()
    other = AsyncMock(side_effect=ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await other()


@pytest.mark.asyncio
async def test_caught():
    get = AsyncMock(side_effect=ValueError("no"))
    try:
        await get()
    except ValueError:
        return
    pytest.fail("DID NOT RAISE")
""",
        proof=Proof("DID NOT RAISE"),
    ),
    Example(
        "Too few results",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_results():
    get = AsyncMock(⟦side_effect⟧=[1, 2])
    assert [await get(), await get(), await get()] == [1, 2, 2]


@pytest.mark.asyncio
async def test_synchronous():
    get = MagicMock(⟦side_effect⟧=[1])
    get()
    get()


@pytest.mark.asyncio
async def test_attribute():
    client = AsyncMock()
    client.get.⟦side_effect⟧ = iter([1])
    await client.get()
    await client.get()
    client.get.assert_awaited()
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_results():
    get = AsyncMock(side_effect=[1, 2, 2])
    assert [await get(), await get(), await get()] == [1, 2, 2]


@pytest.mark.asyncio
async def test_synchronous():
    get = MagicMock(return_value=1)
    get()
    get()


@pytest.mark.asyncio
async def test_attribute():
    client = AsyncMock()
    client.get.return_value = 1
    await client.get()
    await client.get()
    client.get.assert_awaited()
""",
        proof=Proof("StopAsyncIteration"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "functions that return exceptions, and values that are none",
        """\
from unittest.mock import AsyncMock, Mock

import pytest


class ErrorReport:
    pass


async def test_task():
    task = Mock()
    task.exception.return_value = ValueError("x")
    get_error = AsyncMock(return_value=ValueError("x"))
    last_exception = Mock(return_value=ValueError("x"))
    report = AsyncMock(return_value=ErrorReport())
    with pytest.raises(ValueError):
        raise await get_error()


async def test_check():
    health = AsyncMock(return_value=ConnectionError("refused"))
    with pytest.raises(RuntimeError):
        raise RuntimeError(await health())
""",
    ),
    NearMiss(
        "the code raises the exception that it finds",
        """\
from unittest.mock import AsyncMock

import pytest

from app import Client


@pytest.mark.asyncio
async def test_load():
    client = Client()
    client.lookup = AsyncMock(return_value=ValueError("full"))
    with pytest.raises(ValueError):
        await client.load("x")
# file: app.py
class Client:
    async def load(self, key):
        found = await self.lookup(key)
        if isinstance(found, ValueError):
            raise found
        return found
""",
    ),
    NearMiss(
        "enough results, or nobody knows how many",
        """\
from unittest.mock import AsyncMock, call

import pytest


async def test_results():
    get = AsyncMock(side_effect=[1, 2])
    assert [await get(), await get()] == [1, 2]
    with pytest.raises(StopAsyncIteration):
        await get()
    more = AsyncMock(side_effect=[1, *range(3)])
    for _ in range(2):
        await more()
    again = AsyncMock(side_effect=[1])
    await again()
    again.side_effect = [2]
    await again()
    reset = AsyncMock(side_effect=[1])
    await reset()
    if get.called:
        reset.reset_mock(side_effect=True)
    await reset()
    given = AsyncMock(side_effect=(each for each in [1, 2]))
    await given()
    client = AsyncMock()
    client.get.side_effect = [1]
    await client.get()
    client.get.side_effect = None
    await client.get()
    client.put.side_effect = [1]
    await client.put()
    client.put.reset_mock(side_effect=True)
    await client.put()
    await client.post()
    client.post.side_effect = [1]
    await client.post()
""",
    ),
)
