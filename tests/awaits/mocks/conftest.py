from unittest.mock import AsyncMock, MagicMock, Mock, create_autospec, patch

import clients
import pytest


@pytest.fixture
def plain_client():
    return Mock()


@pytest.fixture
def magic_client():
    client = MagicMock()
    client.fetch.return_value = {"path": "x"}
    yield client


@pytest.fixture
def async_client():
    client = AsyncMock()
    client.fetch.return_value = {"path": "x"}
    client.build_url = Mock(return_value="u")
    return client


@pytest.fixture
def spec_client():
    return create_autospec(clients.Client, instance=True)


@pytest.fixture
def patched_fetch():
    with patch("service.fetch") as fetch:
        fetch.return_value = {"url": "x"}
        yield fetch


@pytest.fixture
def mocked_fetch(mocker):
    return mocker.patch("service.fetch", return_value={"url": "x"})


@pytest.fixture
def patched_class():
    with patch("service.Client") as cls:
        yield cls


@pytest.fixture
def mocked_class(mocker):
    return mocker.patch("service.Client", autospec=True)


@pytest.fixture
async def sender() -> AsyncMock:
    return AsyncMock()


@pytest.fixture
def fetch_of_class(mocker):
    return mocker.patch.object(clients.Client, "fetch", return_value={"path": "x"})
