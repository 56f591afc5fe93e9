"""Classes with coroutine functions that are replaced as a whole."""

from unittest.mock import AsyncMock, MagicMock, Mock, create_autospec, patch

import clients
import service
from clients import Client
from service import Owner, Plain, Service, described, entered, report


async def test_name_of_class():
    with patch("service.Client") as cls:  # wrong
        cls.return_value.fetch.return_value = {"path": "x"}
        assert await report("p") == "x"


@patch("service.Client")  # wrong
async def test_decorated(cls):
    cls.return_value.fetch.return_value = {"path": "x"}
    assert await report("p") == "x"


async def test_object(mocker):
    cls = mocker.patch.object(service, "Client")  # wrong
    cls.return_value.fetch.return_value = {"path": "x"}
    assert await report("p") == "x"


async def test_instance_by_name(mocker):
    cls = mocker.patch("service.Client")  # wrong
    client = cls.return_value
    client.fetch.return_value = {"path": "x"}
    assert await report("p") == "x"


async def test_result_by_mock(mocker):
    client = MagicMock()
    client.fetch.return_value = {"path": "x"}
    mocker.patch("service.Client", return_value=client)  # wrong
    assert await report("p") == "x"


async def test_entered_gives_another():
    with patch("service.Client") as cls:  # wrong
        cls.return_value.fetch = AsyncMock(return_value={"path": "x"})
        assert await entered("p") == "x"


async def test_entered_is_async():
    with patch("service.Client") as cls:  # right
        cls.return_value.__aenter__.return_value.fetch.return_value = {"path": "x"}
        assert await entered("p") == "x"


async def test_made_by_constructor():
    with patch("service.Client") as cls:  # wrong
        cls.return_value.fetch.return_value = {"path": "x"}
        assert await Owner().run("p") == "x"


async def test_by_default_argument(mocker):
    mocker.patch("service.Client")  # wrong
    await Service().stop()


async def test_without_configuration():
    with patch.object(service, "Client"):  # wrong
        await report("p")


async def test_new_mock():
    with patch("service.Client", MagicMock()):  # wrong
        await report("p")


async def test_new_callable():
    with patch("service.Client", new_callable=MagicMock):  # wrong
        await report("p")


async def test_assigned_attribute(mocker):
    service_ = Owner()
    service_.client = Mock()
    service_.client.fetch.return_value = {"path": "x"}
    assert await service_.run("p") == "x"  # wrong


async def test_given_to_constructor():
    client = MagicMock()
    client.fetch.return_value = {"path": "x"}
    assert await Plain(client).run("p") == {"path": "x"}  # wrong


async def test_given_to_constructor_and_kept():
    client = Mock()
    client.fetch.return_value = {"path": "x"}
    service_ = Plain(client)
    assert await service_.run("p") == {"path": "x"}  # wrong


async def test_async_mock_as_class():
    with patch("service.Client", new_callable=AsyncMock) as cls:  # wrong
        cls.return_value.fetch.return_value = {"path": "x"}
        assert await report("p") == "x"


async def test_autospec():
    with patch("service.Client", autospec=True) as cls:  # right
        cls.return_value.fetch.return_value = {"path": "x"}
        assert await report("p") == "x"


async def test_async_method():
    with patch("service.Client") as cls:  # right
        cls.return_value.fetch = AsyncMock(return_value={"path": "x"})
        assert await report("p") == "x"


async def test_async_instance(mocker):
    client = AsyncMock()
    client.fetch.return_value = {"path": "x"}
    mocker.patch("service.Client", return_value=client)  # right
    assert await report("p") == "x"


async def test_async_instance_by_name(mocker):
    cls = mocker.patch("service.Client")  # right
    client = cls.return_value = AsyncMock()
    client.fetch.return_value = {"path": "x"}
    assert await report("p") == "x"


def test_plain_method():
    with patch("service.Client") as cls:  # right
        cls.return_value.build_url.return_value = "u"
        assert described("p") == "u"


async def test_entered():
    with patch("service.Client") as cls:  # right
        client = cls.return_value.__aenter__.return_value
        client.fetch = AsyncMock(return_value={"path": "x"})
        assert await entered("p") == "x"


async def test_spec_of_class():
    with patch("service.Client", spec=Client) as cls:  # right
        cls.return_value.fetch.return_value = {"path": "x"}
        assert await report("p") == "x"


async def test_spec_of_instance():
    client = MagicMock(spec=Client)
    client.fetch.return_value = {"path": "x"}
    assert await Plain(client).run("p") == {"path": "x"}  # right


async def test_created_spec():
    client = create_autospec(Client, instance=True)
    client.fetch.return_value = {"path": "x"}
    assert await Service(client).run("p") == "x"  # right


async def test_async_mock_given():
    client = AsyncMock()
    client.fetch.return_value = {"path": "x"}
    assert await Service(client).run("p") == "x"  # right


async def test_expected_failure():
    with patch("service.Client") as cls:  # right
        cls.side_effect = OSError
        try:
            await report("p")
        except OSError:
            return
        raise AssertionError


async def test_method_set_by_patch(mocker):
    mocker.patch.object(clients.Client, "fetch", return_value={"path": "x"})  # right
    assert await report("p") == "x"


def test_class_without_coroutines(mocker):
    cls = mocker.patch("service.Clock")  # right
    cls.return_value.now.return_value = 2.0
    assert service.at() == 2.0


def test_class_only_asserted():
    with patch("service.Client") as cls:  # right
        Service().describe("p")
    cls.assert_called_once_with()


async def test_subclass_as_fake(monkeypatch):
    class Fake(Client):
        async def fetch(self, path):
            return {"path": "x"}

    monkeypatch.setattr(service, "Client", Fake)  # right
    assert await report("p") == "x"


async def test_configured_by_keywords():
    client = MagicMock(fetch=AsyncMock(return_value={"path": "x"}))
    assert await Plain(client).run("p") == {"path": "x"}  # right
