"""Functions that are replaced by mocks of the other kind."""

from unittest import mock
from unittest.mock import AsyncMock, MagicMock, Mock, create_autospec, patch

import clients
import service
from clients import Client
from service import load, page_url


async def test_magic_for_coroutine_function():
    with patch("service.fetch", MagicMock(return_value={"url": "x"})):  # wrong
        assert await load("u") == "x"


async def test_new_callable():
    with patch("service.fetch", new_callable=Mock) as fetch:  # wrong
        fetch.return_value = {"url": "x"}
        assert await load("u") == "x"


async def test_name_of_mock():
    replacement = MagicMock(return_value={"url": "x"})
    with patch("service.fetch", replacement):  # wrong
        assert await load("u") == "x"


async def test_lambda(monkeypatch):
    monkeypatch.setattr(service, "fetch", lambda url: {"url": "x"})  # wrong
    assert await load("u") == "x"


async def test_nested_function(monkeypatch):
    def fake(url):
        return {"url": "x"}

    monkeypatch.setattr("service.fetch", fake)  # wrong
    assert await load("u") == "x"


@patch.object(service, "fetch", new=mock.Mock(return_value={"url": "x"}))  # wrong
async def test_decorated():
    assert await load("u") == "x"


async def test_method(mocker):
    mocker.patch.object(Client, "fetch", mocker.Mock(return_value={"path": "x"}))  # wrong
    assert await service.report("p") == "x"


async def test_method_through_module(mocker):
    mocker.patch("service.Client.fetch", new=MagicMock(return_value={"path": "x"}))  # wrong
    assert await service.report("p") == "x"


def test_async_for_plain():
    with patch("service.normalise", AsyncMock(return_value="x")):  # wrong
        assert page_url("U") == "x/page"


@patch("service.normalise", new_callable=AsyncMock)  # wrong
def test_async_new_callable(normalise):
    normalise.return_value = "x"
    assert page_url("U") == "x/page"


def test_async_for_method(mocker):
    mocker.patch.object(clients.Client, "build_url", mocker.AsyncMock(return_value="x"))  # wrong
    assert service.described("p") == "x"


def test_async_side_effect(mocker):
    async def fake(path):
        return "x"

    mocker.patch.object(clients.Client, "build_url", side_effect=fake)  # wrong
    assert service.described("p") == "x"


def test_async_function_for_plain(monkeypatch):
    async def fake(url):
        return "x"

    monkeypatch.setattr(service, "normalise", fake)  # wrong
    assert page_url("U") == "x/page"


async def test_return_value_replaced():
    with patch("service.fetch") as fetch:
        fetch.return_value = {"url": "x"}
        assert await load("u") == "x"  # right


async def test_new_async():
    with patch("service.fetch", AsyncMock(return_value={"url": "x"})):  # right
        assert await load("u") == "x"


async def test_autospec():
    with patch("service.fetch", autospec=True) as fetch:  # right
        fetch.return_value = {"url": "x"}
        assert await load("u") == "x"


async def test_create_autospec(mocker):
    fetch = create_autospec(clients.fetch, return_value={"url": "x"})
    mocker.patch("service.fetch", fetch)  # right
    assert await load("u") == "x"


async def test_coroutine_as_result(monkeypatch):
    async def fake(url):
        return {"url": "x"}

    monkeypatch.setattr(service, "fetch", lambda url: fake(url))  # right
    assert await load("u") == "x"


async def test_effect_gives_coroutine():
    async def fake(url):
        return {"url": "x"}

    with patch("service.fetch", MagicMock(side_effect=fake)):  # wrong
        assert await load("u") == "x"


async def test_not_called_at_all():
    replacement = MagicMock()
    with patch("service.fetch", replacement):  # right
        assert page_url("U") == "u/page"
    replacement.assert_not_called()


def test_plain_for_plain():
    with patch("service.normalise", MagicMock(return_value="x")):  # right
        assert page_url("U") == "x/page"


def test_plain_default(mocker):
    normalise = mocker.patch("service.normalise", return_value="x")  # right
    assert page_url("U") == "x/page"
    normalise.assert_called_once_with("U")
