"""What mocks are told to give."""

import asyncio
from unittest.mock import AsyncMock, MagicMock, Mock, patch

import pytest
import service


async def value():
    return 1


async def double(number):
    return 2 * number


async def test_coroutine_as_result():
    get = AsyncMock(return_value=value())  # wrong
    assert await get() == 1


async def test_coroutine_set_later():
    client = AsyncMock()
    client.get.return_value = double(2)  # wrong
    assert await client.get() == 4


async def test_lambda():
    get = AsyncMock(side_effect=lambda number: double(number))  # wrong
    assert await get(2) == 4


async def test_future_of_async_mock():
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    get = AsyncMock(return_value=future)  # wrong
    assert await get() == 1


async def test_exception_as_result():
    sender = AsyncMock()
    sender.send.return_value = ConnectionError("no")  # wrong
    with pytest.raises(ConnectionError):
        await service.notify(sender, "x")


async def test_exception_of_patch():
    with patch("service.fetch", return_value=TimeoutError()):  # wrong
        with pytest.raises(TimeoutError):
            await service.load("u")


async def test_too_few_results():
    get = AsyncMock(side_effect=[1])  # wrong
    assert await get() == 1
    assert await get() == 1


async def test_too_few_of_attribute():
    client = AsyncMock()
    client.get.side_effect = [1]  # wrong
    assert await client.get() == 1
    assert await client.get() == 1


async def test_no_result_left():
    get = AsyncMock(side_effect=iter([1]))  # wrong
    assert [await get(), await get()] == [1, 1]


def test_coroutine_function_as_effect():
    get = MagicMock(side_effect=value)  # wrong
    assert get() == 1


async def test_coroutine_function_as_effect_of_sync_mock():
    get = Mock(side_effect=double)  # wrong
    assert await get(2) == 4


async def test_future_for_mock():
    future = asyncio.Future()
    future.set_result(1)
    get = MagicMock(return_value=future)  # wrong
    assert await get() == 1


async def test_future_for_attribute():
    client = Mock()
    future = asyncio.Future()
    future.set_result(1)
    client.get.return_value = future  # wrong
    assert await client.get() == 1


async def test_future_made_in_place():
    client = Mock()
    client.get.return_value = asyncio.Future()  # wrong
    client.get.return_value.set_result(1)
    assert await client.get() == 1


async def test_future_for_patch(mocker):
    future = asyncio.Future()
    future.set_result({"url": "x"})
    mocker.patch("service.fetch", Mock(return_value=future))  # wrong
    assert await service.load("u") == "x"


async def test_result_awaited_at_once():
    get = AsyncMock(return_value=await value())  # right
    assert await get() == 1


async def test_function_as_effect():
    get = AsyncMock(side_effect=double)  # right
    assert await get(2) == 4


async def test_enough_results():
    get = AsyncMock(side_effect=[1, 2])  # right
    assert [await get(), await get()] == [1, 2]


async def test_exception_as_effect():
    sender = AsyncMock()
    sender.send.side_effect = ConnectionError("no")  # right
    with pytest.raises(ConnectionError):
        await service.notify(sender, "x")


async def test_results_run_out():
    get = AsyncMock(side_effect=[1])  # right
    assert await get() == 1
    with pytest.raises(StopAsyncIteration):
        await get()


async def test_exception_that_is_a_value():
    get_error = AsyncMock(return_value=ValueError("x"))  # right
    with pytest.raises(ValueError):
        raise await get_error()


async def test_open_future():
    future = asyncio.get_running_loop().create_future()
    get = MagicMock(return_value=future)  # right
    waiting = asyncio.ensure_future(get())
    future.set_result(1)
    assert await waiting == 1


def test_plain_effect():
    get = MagicMock(side_effect=lambda number: 2 * number)  # right
    assert get(2) == 4
