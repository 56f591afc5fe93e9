"""Other habits: written when the rules had been made for the other files, and left as they were found."""

import unittest
from unittest.mock import AsyncMock, MagicMock, Mock, PropertyMock, create_autospec, patch

import clients
import pytest
import service
from clients import Client
from service import Owner, Plain, Service, load, notify, report


class TestOwner(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.client = MagicMock()
        self.client.fetch.return_value = {"path": "x"}
        self.service = Plain(self.client)

    async def test_run(self):
        self.assertEqual(await self.service.run("p"), {"path": "x"})  # wrong

    async def test_assertion(self):
        self.client.fetch("p")
        self.client.fetch.called_with("p")  # wrong


async def test_class_itself_as_mock(monkeypatch):
    monkeypatch.setattr("service.Client", MagicMock)  # wrong
    assert await report("p")


async def test_set_on_module(monkeypatch):
    client = MagicMock()
    client.return_value.fetch.return_value = {"path": "x"}
    monkeypatch.setattr(service, "Client", client)  # wrong
    assert await report("p") == "x"


@pytest.mark.parametrize("path", ["a", "b"])
async def test_parametrized(path, mocker):
    mocker.patch("service.Client").return_value.fetch.return_value = {"path": path}  # wrong
    assert await report(path) == path


async def test_context_of_two():
    with patch("service.Client") as cls, patch("service.fetch", return_value={"url": "x"}):  # wrong
        await load("u")
        await report("p")
        cls.assert_called_once_with()


async def test_started():
    patcher = patch("service.Client")  # wrong
    cls = patcher.start()
    try:
        cls.return_value.fetch.return_value = {"path": "x"}
        assert await report("p") == "x"
    finally:
        patcher.stop()


async def test_keyword_with_dots():
    client = Mock(**{"fetch.return_value": {"path": "x"}})
    assert await Plain(client).run("p") == {"path": "x"}  # wrong


async def test_configured_later():
    client = MagicMock()
    client.configure_mock(url="x")
    await client.close()  # wrong


async def test_helper_makes_it():
    def make():
        client = MagicMock()
        client.fetch.return_value = {"path": "x"}
        return client

    assert await Plain(make()).run("p") == {"path": "x"}  # wrong


async def test_patch_object_of_instance(mocker):
    owner = Owner()
    mocker.patch.object(owner.client, "fetch", Mock(return_value={"path": "x"}))  # wrong
    assert await owner.run("p") == "x"


async def test_patch_object_of_client():
    client = Client()
    with patch.object(client, "fetch", new=MagicMock(return_value={"path": "x"})):  # wrong
        assert await Plain(client).run("p") == {"path": "x"}


async def test_property():
    with patch.object(Client, "fetch", new_callable=PropertyMock):  # wrong
        await Client().fetch("p")


def test_sync_test_of_async_mock():
    client = AsyncMock()
    client.build_url.return_value = "u"
    assert Service(client).describe("p") == "u"  # wrong


async def test_sync_method_of_async_mock():
    client = AsyncMock()
    client.build_url.return_value = "u"
    assert Service(client).describe("p") == "u"  # wrong
    client.build_url.assert_called_once_with("p")


async def test_results_run_out_in_loop():
    get = AsyncMock(side_effect=[1, 2])  # wrong
    assert [await get() for _ in range(3)] == [1, 2, 2]


async def test_lambda_that_raises_nothing():
    sender = AsyncMock()
    sender.send.side_effect = lambda text: ConnectionError("no")  # wrong
    with pytest.raises(ConnectionError):
        await notify(sender, "x")


async def test_await_count_compared():
    sender = AsyncMock()
    await notify(sender, "x")
    assert sender.send.awaited_once  # wrong


async def test_assertion_of_call_list():
    sender = AsyncMock()
    await notify(sender, "x")
    sender.send.assert_has_await("x")  # wrong


async def test_spec_for_class_only():
    cls = MagicMock(spec=Client)
    cls.return_value.fetch.return_value = {"path": "x"}
    with patch("service.Client", cls):  # wrong
        assert await report("p") == "x"


async def test_stub(mocker):
    stub = mocker.stub(name="fetch")
    mocker.patch("service.fetch", stub)  # wrong
    await load("u")


async def test_async_stub(mocker):
    stub = mocker.async_stub(name="fetch")
    stub.return_value = {"url": "x"}
    mocker.patch("service.fetch", stub)  # right
    assert await load("u") == "x"


async def test_class_itself_as_async_mock(monkeypatch):
    cls = MagicMock()
    cls.return_value = AsyncMock(**{"fetch.return_value": {"path": "x"}})
    monkeypatch.setattr(service, "Client", cls)  # right
    assert await report("p") == "x"


async def test_started_autospec():
    patcher = patch("service.Client", autospec=True)  # right
    cls = patcher.start()
    try:
        cls.return_value.fetch.return_value = {"path": "x"}
        assert await report("p") == "x"
    finally:
        patcher.stop()


async def test_configured_with_async():
    client = MagicMock()
    client.configure_mock(**{"fetch": AsyncMock(return_value={"path": "x"})})
    assert await Plain(client).run("p") == {"path": "x"}  # right


async def test_helper_makes_it_async():
    def prepare(client):
        client.fetch = AsyncMock(return_value={"path": "x"})

    client = MagicMock()
    prepare(client)
    assert await Plain(client).run("p") == {"path": "x"}  # right


async def test_instance_patched(mocker):
    owner = Owner()
    mocker.patch.object(owner.client, "fetch", return_value={"path": "x"})  # right
    assert await owner.run("p") == "x"


async def test_object_replaced_afterwards():
    plain = Plain(MagicMock())
    plain.client = create_autospec(Client, instance=True)
    plain.client.fetch.return_value = {"path": "x"}
    assert await plain.run("p") == {"path": "x"}  # right


async def test_only_in_branch():
    client = MagicMock()
    if isinstance(client, Client):
        await client.close()
    client.close.assert_not_called()  # right


async def test_wraps():
    with patch("service.Client", wraps=Client) as cls:  # right
        assert await report("p") == "p"
    cls.assert_called_once_with()


async def test_awaitable_result():
    client = MagicMock()
    client.fetch.side_effect = clients.fetch
    assert await Plain(client).run("p") == {"url": "p"}  # right


async def test_two_mocks_of_tuple():
    first, second = MagicMock(), AsyncMock()
    first.close = second.close
    await first.close()  # right
    second.close.assert_awaited_once_with()


class TestSelf:
    @pytest.fixture(autouse=True)
    def _make(self, mocker):
        self.fetch = mocker.patch("service.fetch", return_value={"url": "x"})

    async def test_right(self):
        await load("u")
        self.fetch.assert_awaited_once_with("u")  # right
