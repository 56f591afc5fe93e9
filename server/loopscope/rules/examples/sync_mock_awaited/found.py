"""What `sync-mock-awaited` finds."""

from loopscope.rules.examples.sync_mock_awaited.code import APP, CODE
from loopscope.rules.model import Example, Proof

_CONFTEST = """\

# file: conftest.py
from unittest.mock import patch

import pytest


@pytest.fixture
def made():
    with patch("app.Client") as client:
        yield client
"""

EXAMPLES = (
    Example(
        "In the code that gets the mock",
        bad=f"""\
{CODE}
@pytest.mark.asyncio
async def test_load():
    client = MagicMock()
    client.get.return_value = 1
    assert await load(⟦client⟧) == 1
""",
        good=f"""\
{CODE}
@pytest.mark.asyncio
async def test_load():
    client = MagicMock()
    client.get = AsyncMock()
    client.get.return_value = 1
    assert await load(client) == 1
""",
        proof=Proof("object int can't be used in 'await' expression"),
    ),
    Example(
        "In the test itself",
        bad="""\
from unittest.mock import AsyncMock, Mock

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = Mock()
    await ⟦ready()⟧


@pytest.mark.asyncio
async def test_send():
    sender = Mock()
    await ⟦sender.send("hello")⟧
    sender.send.assert_called_once()
""",
        good="""\
from unittest.mock import AsyncMock, Mock

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = AsyncMock()
    await ready()


@pytest.mark.asyncio
async def test_send():
    sender = Mock()
    sender.send = AsyncMock()
    await sender.send("hello")
    sender.send.assert_called_once()
""",
        proof=Proof("object Mock can't be used in 'await' expression"),
    ),
    Example(
        "Through `mocker`",
        bad=f"""\
{CODE}
@pytest.mark.asyncio
async def test_load(mocker):
    client = mocker.MagicMock()
    await load(client=⟦client⟧)
""",
        good=f"""\
{CODE}
@pytest.mark.asyncio
async def test_load(mocker):
    client = mocker.MagicMock()
    client.get = mocker.AsyncMock()
    await load(client=client)
""",
        proof=Proof("object MagicMock can't be used in 'await' expression", requires=("pytest-mock",)),
    ),
    Example(
        "A class that is replaced",
        bad=f"""\
from unittest.mock import MagicMock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_report():
    with ⟦patch("app.Client")⟧ as client:
        client.return_value.fetch.return_value = 1
        assert await app.report() == 1


@pytest.mark.asyncio
@⟦patch.object(app, "Client", return_value=MagicMock())⟧
async def test_decorated(client):
    client.return_value.fetch.return_value = 1
    assert await app.Service().run() == 1
{APP}""",
        good=f"""\
from unittest.mock import AsyncMock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_report():
    with patch("app.Client", autospec=True) as client:
        client.return_value.fetch.return_value = 1
        assert await app.report() == 1


@pytest.mark.asyncio
@patch.object(app, "Client", return_value=AsyncMock())
async def test_decorated(client):
    client.return_value.fetch.return_value = 1
    assert await app.Service().run() == 1
{APP}""",
        fixed=f"""\
from unittest.mock import AsyncMock, MagicMock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_report():
    with patch("app.Client", autospec=True) as client:
        client.return_value.fetch.return_value = 1
        assert await app.report() == 1


@pytest.mark.asyncio
@patch.object(app, "Client", return_value=MagicMock())
async def test_decorated(client):
    client.return_value.fetch = AsyncMock()
    client.return_value.fetch.return_value = 1
    assert await app.Service().run() == 1
{APP}""",
        proof=Proof("object int can't be used in 'await' expression"),
    ),
    Example(
        "From a fixture, and kept by an object",
        bad=f"""\
from unittest.mock import AsyncMock, MagicMock

import app
import pytest


@pytest.fixture
def client():
    return MagicMock()


@pytest.fixture
def told():
    client = MagicMock()
    client.fetch.return_value = 3
    return client


@pytest.mark.asyncio
async def test_told(told):
    assert await app.Service(⟦told⟧).run() == 3


@pytest.mark.asyncio
async def test_fetch(client):
    client.fetch.return_value = 1
    await ⟦client.fetch()⟧


@pytest.mark.asyncio
async def test_given(client):
    assert await app.Service(⟦client⟧).run()


@pytest.mark.asyncio
async def test_replaced(made):
    assert await ⟦app.report()⟧
{APP}
{_CONFTEST}""",
        good=f"""\
from unittest.mock import AsyncMock, MagicMock

import app
import pytest


@pytest.fixture
def client():
    return MagicMock()


@pytest.fixture
def told():
    client = MagicMock()
    client.fetch.return_value = 3
    return client


@pytest.mark.asyncio
async def test_told(told):
    told.fetch = AsyncMock(return_value=told.fetch.return_value)
    assert await app.Service(told).run() == 3


@pytest.mark.asyncio
async def test_fetch(client):
    client.fetch = AsyncMock()
    client.fetch.return_value = 1
    await client.fetch()


@pytest.mark.asyncio
async def test_given(client):
    client.fetch = AsyncMock()
    assert await app.Service(client).run()


@pytest.mark.asyncio
async def test_replaced(made):
    made.return_value.fetch = AsyncMock()
    assert await app.report()
{APP}
{_CONFTEST}""",
        proof=Proof("can't be used in 'await' expression"),
    ),
    Example(
        "Started patches, and what keywords set up",
        bad=f"""\
from unittest.mock import Mock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_started():
    patcher = ⟦patch("app.Client")⟧
    client = patcher.start()
    try:
        assert await app.report()
        client.assert_called_once_with()
    finally:
        patcher.stop()


@pytest.mark.asyncio
async def test_keywords():
    client = Mock(**{{"close.return_value": None}})
    client.configure_mock(url="http://x")
    await ⟦client.fetch()⟧
{APP}""",
        good=f"""\
from unittest.mock import AsyncMock, Mock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_started():
    patcher = patch("app.Client", autospec=True)
    client = patcher.start()
    try:
        assert await app.report()
        client.assert_called_once_with()
    finally:
        patcher.stop()


@pytest.mark.asyncio
async def test_keywords():
    client = Mock(**{{"close.return_value": None}})
    client.fetch = AsyncMock()
    client.configure_mock(url="http://x")
    await client.fetch()
{APP}""",
        proof=Proof("can't be used in 'await' expression"),
    ),
)
