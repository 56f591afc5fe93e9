"""What `unusable-async-protocol-mock` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_LOAD = """\
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest


async def load(session):
    async with session as opened:
        return opened


async def read(client):
    return [message async for message in client]


async def messages():
    yield "a"

"""

EXAMPLES = (
    Example(
        "A synchronous `__aenter__`",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    session = MagicMock()
    session.__aenter__ = ⟦MagicMock(return_value=1)⟧
    assert await load(session) == 1


@pytest.mark.asyncio
async def test_keyword():
    assert await load(MagicMock(__aenter__=⟦MagicMock(return_value=1)⟧)) == 1


@pytest.mark.asyncio
async def test_lambda():
    session = MagicMock()
    session.__aenter__ = ⟦lambda self: 1⟧
    assert await load(session) == 1
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    session = MagicMock()
    session.__aenter__ = AsyncMock(return_value=1)
    assert await load(session) == 1


@pytest.mark.asyncio
async def test_keyword():
    assert await load(MagicMock(__aenter__=AsyncMock(return_value=1))) == 1


@pytest.mark.asyncio
async def test_lambda():
    session = MagicMock()
    session.__aenter__ = AsyncMock(return_value=1)
    assert await load(session) == 1
""",
        proof=Proof("'async with' received an object from __aenter__ that does not implement __await__"),
    ),
    Example(
        "`__aiter__` that is asynchronous itself",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_read():
    client = MagicMock()
    client.__aiter__ = ⟦AsyncMock(return_value=["a"])⟧
    assert await read(client) == ["a"]


@pytest.mark.asyncio
async def test_generator():
    client = MagicMock()
    client.__aiter__.return_value = ⟦messages()⟧
    assert await read(client) == ["a"]
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_read():
    client = MagicMock()
    client.__aiter__.return_value = ["a"]
    assert await read(client) == ["a"]


@pytest.mark.asyncio
async def test_generator():
    client = MagicMock()
    client.__aiter__.side_effect = messages
    assert await read(client) == ["a"]
""",
        proof=Proof("'async for' received an object from __aiter__ that does not implement __anext__: coroutine"),
    ),
    Example(
        "`__anext__` that nobody asks for",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_read():
    client = MagicMock()
    client.__anext__.side_effect = ⟦["a", StopAsyncIteration]⟧
    async for message in client:
        assert message == "a"
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_read():
    client = MagicMock()
    client.__aiter__.return_value = ["a"]
    async for message in client:
        assert message == "a"
""",
        proof=Proof("1 passed", "passed"),
    ),
    Example(
        "A `Mock`",
        bad=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    session = Mock()
    ⟦session.__aenter__⟧.return_value = 1
    assert await load(session) == 1
""",
        good=f"""\
{_LOAD}
@pytest.mark.asyncio
async def test_load():
    session = MagicMock()
    session.__aenter__.return_value = 1
    assert await load(session) == 1
""",
        proof=Proof("AttributeError: __aenter__"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "what Python takes",
        f"""\
{_LOAD}
async def enter(*args):
    return 1


async def test_load():
    session = MagicMock()
    session.__aenter__ = AsyncMock(return_value=1)
    session.__aexit__ = enter
    assert await load(MagicMock(__aenter__=enter, __aexit__=AsyncMock(return_value=None))) == 1
    other = MagicMock()
    other.__aenter__.return_value = 1
    other.__aenter__ = MagicMock(side_effect=enter)
    plain = Mock()
    plain.__aenter__ = AsyncMock(return_value=1)
    plain.__aenter__.return_value = 2
    plain.__aexit__ = AsyncMock(return_value=None)
    assert await load(plain) == 2
""",
    ),
    NearMiss(
        "iterators of all kinds",
        f"""\
{_LOAD}
async def test_read():
    first, second = MagicMock(), AsyncMock()
    first.__aiter__.return_value = ["a"]
    second.__aiter__.side_effect = messages
    third = MagicMock()
    third.__aiter__ = lambda self: messages()
    fourth = MagicMock()
    fourth.__aiter__ = MagicMock(return_value=messages())
    fifth = MagicMock()
    fifth.__aiter__ = lambda self: self
    fifth.__anext__.side_effect = ["a", StopAsyncIteration]
    sixth = MagicMock()
    sixth.__anext__.side_effect = ["a"]
    assert await anext(sixth) == "a"
""",
    ),
)
