"""Mocks that are entered and iterated."""

from unittest.mock import AsyncMock, MagicMock, Mock

import service


async def items():
    yield 1


async def test_entered_plain():
    session = Mock()
    session.get = AsyncMock(return_value=1)
    await service.in_session(session)  # wrong


async def test_synchronous_enter():
    session = MagicMock()
    session.__aenter__ = MagicMock(return_value=AsyncMock())  # wrong
    await service.in_session(session)


async def test_enter_of_lambda():
    session = MagicMock()
    session.__aenter__ = lambda self: AsyncMock()  # wrong
    await service.in_session(session)


async def test_enter_of_plain_mock():
    session = Mock()
    session.__aenter__.return_value = AsyncMock()  # wrong
    await service.in_session(session)


async def test_exit_without_await():
    session = MagicMock()
    session.__aenter__.return_value.get = AsyncMock()
    session.__aexit__ = Mock(return_value=False)  # wrong
    await service.in_session(session)


async def test_exit_swallows():
    session = MagicMock()
    session.__aenter__.return_value.get = AsyncMock(side_effect=OSError)
    session.__aexit__ = AsyncMock()  # wrong
    assert await service.in_session(session) is None


async def test_entered_is_not_configured():
    session = MagicMock()
    session.get = AsyncMock(return_value=1)
    assert await service.in_session(session) == 1  # wrong


async def test_async_factory():
    database = AsyncMock()
    await service.in_transaction(database)  # wrong


async def test_iterated_async_factory():
    client = AsyncMock()
    client.stream.return_value.__aiter__.return_value = [1]
    assert await service.streamed(client) == [1]  # wrong


async def test_async_iter():
    source = MagicMock()
    source.__aiter__ = AsyncMock(return_value=[1])  # wrong
    assert await service.drained(source) == [1]


async def test_generator_as_result():
    source = MagicMock()
    source.__aiter__.return_value = items()  # wrong
    assert await service.drained(source) == [1]


async def test_next_only():
    source = MagicMock()
    source.__anext__.side_effect = [1, StopAsyncIteration]  # wrong
    async for item in source:
        assert item == 1


async def test_iterated_plain():
    source = Mock()
    await service.drained(source)  # wrong


async def test_given_by_keyword():
    session = MagicMock(__aenter__=Mock(return_value=AsyncMock()))  # wrong
    await service.in_session(session)


async def test_entered_magic():
    session = MagicMock()
    session.__aenter__.return_value.get = AsyncMock(return_value=1)  # right
    assert await service.in_session(session) == 1


async def test_entered_async():
    session = AsyncMock()
    session.__aenter__.return_value.get.return_value = 1  # right
    assert await service.in_session(session) == 1


async def test_plain_factory():
    database = AsyncMock()
    database.transaction = MagicMock()  # right
    await service.in_transaction(database)


async def test_iterated_list():
    source = MagicMock()
    source.__aiter__.return_value = [1]  # right
    assert await service.drained(source) == [1]


async def test_iterated_generator():
    source = MagicMock()
    source.__aiter__.side_effect = items  # right
    assert await service.drained(source) == [1]


async def test_stream_of_magic():
    client = MagicMock()
    client.stream.return_value.__aiter__.return_value = [1]  # right
    assert await service.streamed(client) == [1]


async def test_stream_of_generator():
    client = MagicMock()
    client.stream = items  # right
    assert await service.streamed(client) == [1]


async def test_exit_that_passes_on():
    session = MagicMock()
    session.__aenter__.return_value.get = AsyncMock(side_effect=OSError)
    session.__aexit__ = AsyncMock(return_value=False)  # right
    try:
        await service.in_session(session)
    except OSError:
        return
    raise AssertionError
