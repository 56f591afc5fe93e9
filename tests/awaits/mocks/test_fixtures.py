"""Mocks that fixtures make."""

from unittest.mock import AsyncMock

import pytest
import service
from service import Plain, Service


async def test_plain(plain_client):
    await plain_client.fetch("p")  # wrong


async def test_magic_given(magic_client):
    assert await Plain(magic_client).run("p") == {"path": "x"}  # wrong


async def test_plain_entered(plain_client):
    await service.in_session(plain_client)  # wrong


async def test_misspelt(sender):
    await service.notify(sender, "x")
    sender.send.awaited_once_with("x")  # wrong


async def test_not_called(patched_fetch):
    await service.load("u")
    patched_fetch.assert_awaited_once  # wrong


async def test_called_with(mocked_fetch):
    await service.load("u")
    mocked_fetch.called_once_with("u")  # wrong


async def test_spec_misspelt(fetch_of_class):
    await service.report("p")
    assert fetch_of_class.awaited_once()  # wrong


async def test_class(patched_class):
    patched_class.return_value.fetch.return_value = {"path": "x"}
    assert await service.report("p") == "x"  # wrong


async def test_coroutine_as_result(async_client):
    async def value():
        return {"path": "x"}

    async_client.fetch.return_value = value()  # wrong
    assert await Service(async_client).run("p") == "x"


async def test_magic_method_set_wrong(magic_client):
    await service.notify(magic_client, "x")  # wrong


async def test_await_assertion(plain_client):
    plain_client.build_url("x")
    plain_client.build_url.assert_awaited_once()  # wrong


@pytest.fixture
def client(mocker):
    return mocker.Mock()


async def test_own_fixture(client):
    await client.close()  # wrong


@pytest.fixture
def service_of(client):
    return Plain(client)


async def test_through_another(service_of):
    await service_of.run("p")  # wrong


@pytest.mark.usefixtures("mocked_class")
async def test_class_with_spec(mocked_class):
    mocked_class.return_value.fetch.return_value = {"path": "x"}
    assert await service.report("p") == "x"  # right


async def test_async(async_client):
    assert await Service(async_client).run("p") == "x"  # right


async def test_plain_made_async(plain_client):
    plain_client.fetch = AsyncMock(return_value={"path": "x"})
    assert await Service(plain_client).run("p") == "x"  # right


async def test_spec(spec_client):
    spec_client.fetch.return_value = {"path": "x"}
    assert await Service(spec_client).run("p") == "x"  # right


async def test_patched(patched_fetch):
    assert await service.load("u") == "x"
    patched_fetch.assert_awaited_once_with("u")  # right


async def test_mocked(mocked_fetch):
    assert await service.load("u") == "x"
    assert mocked_fetch.await_count == 1  # right


async def test_plain_method(plain_client):
    plain_client.build_url.return_value = "u"
    assert Service(plain_client).describe("p") == "u"  # right
