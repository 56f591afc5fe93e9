"""Assertions of mocks."""

from typing import NamedTuple
from unittest.mock import AsyncMock, MagicMock, Mock, call, patch

import service


class Team(NamedTuple):
    first: AsyncMock
    second: AsyncMock


async def test_not_called():
    sender = AsyncMock()
    await service.notify(sender, "x")
    sender.send.assert_awaited_once  # wrong


async def test_not_called_of_patch():
    with patch("service.fetch", return_value={"url": "x"}) as fetch:
        await service.load("u")
    fetch.assert_awaited_once_with  # wrong


async def test_asserted_method():
    sender = AsyncMock()
    await service.notify(sender, "x")
    assert sender.send.assert_awaited  # wrong


async def test_awaited_once():
    sender = AsyncMock()
    await service.notify(sender, "x")
    sender.send.awaited_once()  # wrong


async def test_called_once_with(mocker):
    fetch = mocker.patch("service.fetch", return_value={"url": "x"})
    await service.load("u")
    assert fetch.called_once_with("u")  # wrong


async def test_annotated():
    sender: AsyncMock = AsyncMock()
    await service.notify(sender, "x")
    assert sender.send.awaited  # wrong


async def test_with_as():
    with patch("service.fetch", new_callable=AsyncMock) as fetch:
        fetch.return_value = {"url": "x"}
        await service.load("u")
        fetch.called_with("u")  # wrong


@patch("service.fetch")
async def test_decorator_argument(fetch):
    fetch.return_value = {"url": "x"}
    await service.load("u")
    fetch.awaited_with("u")  # wrong


async def test_walrus():
    await service.notify(sender := AsyncMock(), "x")
    sender.send.called_once()  # wrong


async def test_tuple():
    first, second = AsyncMock(), AsyncMock()
    await service.notify(first, "x")
    await service.notify(second, "x")
    second.send.has_calls([call("x")])  # wrong


async def test_tuple_target():
    with patch("service.fetch") as fetch, patch("service.normalise") as normalise:
        fetch.return_value = {"url": "x"}
        await service.load("u")
    assert normalise.not_called()  # wrong


async def test_chained():
    sender = other = AsyncMock()
    await service.notify(other, "x")
    sender.send.awaited_once_with("x")  # wrong


async def test_dict_item():
    senders = {"first": AsyncMock()}
    await service.notify(senders["first"], "x")
    senders["first"].send.awaited_once_with("x")  # wrong


async def test_list_item():
    senders = [AsyncMock(), AsyncMock()]
    await service.notify(senders[0], "x")
    assert senders[0].send.awaited  # wrong


class TestSender:
    def setup_method(self):
        self.sender = AsyncMock()

    async def test_attribute_of_self(self):
        await service.notify(self.sender, "x")
        self.sender.send.awaited_once_with("x")  # wrong

    async def test_right_attribute_of_self(self):
        await service.notify(self.sender, "x")
        self.sender.send.assert_awaited_once_with("x")  # right


async def test_ambiguous():
    sender = AsyncMock()
    await service.notify(sender, "x")
    sender.send.assert_called_once_wiht("x")  # wrong


async def test_never_called():
    sender = AsyncMock()
    await service.notify(sender, "x")
    assert sender.never_called()  # wrong


async def test_has_awaits():
    sender = AsyncMock()
    await service.notify(sender, "x")
    sender.send.has_awaits([call("x")])  # wrong


def test_await_assertion_of_magic():
    sender = MagicMock()
    sender.send("x")
    sender.send.assert_awaited_once_with("x")  # wrong


async def test_await_assertion_of_plain_attribute():
    client = AsyncMock()
    client.build_url = Mock(return_value="u")
    assert service.Service(client).describe("p") == "u"
    client.build_url.assert_awaited_once()  # wrong


async def test_called_instead_of_awaited():
    sender = AsyncMock()
    await service.notify(sender, "x")
    sender.send.assert_called_once_with("x")  # wrong


async def test_called_instead_of_awaited_of_patch():
    with patch("service.fetch", return_value={"url": "x"}) as fetch:
        await service.load("u")
        fetch.assert_called_once()  # wrong


async def test_dropped_by_code():
    sender = AsyncMock()
    await service.forgetful(sender, "x")  # wrong
    sender.send.assert_called_once_with("x")


async def test_asserted():
    sender = AsyncMock()
    await service.notify(sender, "x")
    sender.send.assert_awaited_once_with("x")  # right


async def test_counts():
    sender = AsyncMock()
    await service.notify(sender, "x")
    assert sender.send.await_count == 1  # right


async def test_called_attribute():
    sender = AsyncMock()
    await service.notify(sender, "x")
    assert sender.send.called  # right


async def test_not_awaited():
    sender = AsyncMock()
    await service.notify(sender, "x")
    sender.close.assert_not_called()  # right


async def test_plain_attribute():
    client = AsyncMock()
    client.build_url = Mock(return_value="u")
    service.Service(client).describe("p")
    client.build_url.assert_called_once_with("p")  # right


async def test_method_handed_over():
    sender = AsyncMock()
    checks = [sender.send.assert_not_awaited]
    checks[0]()  # right


async def test_own_attribute():
    team = Team(AsyncMock(), AsyncMock())
    await service.notify(team.first, "x")
    team.first.send.assert_awaited_once_with("x")  # right


async def test_name_that_is_set():
    sender = AsyncMock(awaited=True)
    await service.notify(sender, "x")
    assert sender.awaited  # right
