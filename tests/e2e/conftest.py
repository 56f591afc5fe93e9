"""A language-server session for each test, ended whatever happens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.lsp_client import Client


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that all sessions share, as those of a user do."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def client(tmp_path: Path, cache: Path) -> Iterator[Client]:
    """A server process that was sent nothing yet."""
    client = Client(tmp_path, cache)
    yield client
    client.kill()
