"""What `sync-mock-awaited` leaves alone."""

from loopscope.rules.examples.sync_mock_awaited.code import APP, CODE
from loopscope.rules.model import NearMiss

NEAR_MISSES = (
    NearMiss(
        "asynchronous parts, a spec, results to await",
        f"""\
import asyncio
{CODE}
class Client:
    async def get(self, url): ...

    async def __aenter__(self): ...

    async def __aexit__(self, *exc): ...


async def value(url):
    return 1


async def test_load():
    first = MagicMock()
    first.get = AsyncMock(return_value=1)
    await load(first)
    second = MagicMock(spec=Client)
    await load(second)
    third = MagicMock(get=AsyncMock())
    await load(third)
    fourth = MagicMock()
    fourth.get.side_effect = value
    await load(fourth)
    fifth = MagicMock()
    fifth.get.return_value = asyncio.sleep(0)
    await load(fifth)
    sixth = MagicMock()
    sixth.configure_mock(**{{"get.side_effect": value}})
    await load(sixth)
""",
    ),
    NearMiss(
        "what may not run, may be set up elsewhere, or is expected to fail",
        f"""\
import contextlib
{CODE}
async def maybe(client, ready=False):
    if ready:
        await client.get("/a")
    with contextlib.suppress(TypeError):
        await client.get("/a")
    if not ready:
        return None
    return await client.get("/a")


def prepare(client):
    client.get = AsyncMock()


async def test_load():
    client = MagicMock()
    await maybe(client)
    with pytest.raises(TypeError):
        await load(client)
    other = MagicMock()
    prepare(other)
    await load(other)


async def helper():
    await load(MagicMock())
    client = MagicMock()
    await load(client)
""",
    ),
    NearMiss(
        "a class that imitates the real one, is made asynchronous elsewhere, or is another",
        f"""\
from unittest.mock import AsyncMock, MagicMock, patch

import app


def prepare(client):
    client.fetch = AsyncMock()


async def test_report(mocker):
    with patch("app.Client", autospec=True):
        await app.report()
    with patch("app.Client", spec=app.Client):
        await app.report()
    with patch("app.Client") as client:
        made = client.return_value
        made.fetch = AsyncMock()
        await app.report()
    with patch("app.Client") as client:
        prepare(client.return_value)
        await app.report()
    with patch("app.Client", return_value=AsyncMock()):
        await app.report()
    with patch("app.Service") as service:
        await app.report()
    with patch("app.Client"):
        pass
    await app.report()


async def test_made(mocker):
    made = mocker.patch("app.Client").return_value
    made.fetch = AsyncMock()
    await app.report()


async def test_prepared(mocker):
    made = MagicMock()
    prepare(made)
    mocker.patch("app.Client", return_value=made)
    await app.report()


async def test_entered():
    with patch("app.Client") as client:
        async with client() as entered:
            await entered.fetch()
{APP}""",
        requires=("pytest-mock",),
    ),
    NearMiss(
        "fixtures whose mocks are made asynchronous by another, and objects that are given something else later",
        f"""\
from unittest.mock import AsyncMock, MagicMock

import app
import pytest


@pytest.fixture
def client():
    return MagicMock()


@pytest.fixture
def ready(client):
    client.fetch = AsyncMock()


@pytest.fixture
def service(client):
    service = app.Service(client)
    service.client = AsyncMock()
    return service


async def test_fetch(client, ready):
    await client.fetch()


async def test_service(service):
    await service.run()


async def test_later():
    service = app.Service(MagicMock())
    service.client = AsyncMock()
    await service.run()


async def test_told():
    service = app.Service(MagicMock())
    service.client.fetch = AsyncMock()
    await service.run()


async def test_left_out():
    await app.Service().run()
{APP}""",
    ),
)
