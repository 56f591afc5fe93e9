from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest

import service
from service import Repository, opened

if TYPE_CHECKING:
    from service import Store


@pytest.fixture
def store() -> Store:
    return MagicMock()


@pytest.fixture
async def repository(client, store):
    async with opened(client, store) as repository:
        yield repository


@pytest.fixture
async def made(client, store):
    return await service.build(client, store)


@pytest.fixture
def mocked() -> Repository:
    return Mock(name="repository")


@pytest.fixture
def renamed(repository):
    return repository


async def test_methods(repository):
    repository.start()  # missing
    repository.save(1)  # missing
    repository.find("a")  # missing
    repository.check(1)  # missing
    repository.client.get("/")  # missing
    repository.store.load("a")  # missing
    repository.inner.load("a")  # missing
    repository.backup.stop()  # missing
    repository.describe()  # right
    repository.store.keys()  # right
    assert repository.find(1) == 1  # missing
    assert repository.check(1)  # missing
    assert await repository.check(1)  # right
    assert repository.describe() == "repository"  # right
    assert await repository.find(1) == 1  # right


async def test_others(made, renamed, client, store):
    made.start()  # missing
    renamed.stop()  # missing
    made.describe()  # right
    Repository.create(client, store)  # missing
    service.build(client, store)  # missing
    repository = service.build(client, store)  # missing
    assert repository.started
    own = Repository(client, store)
    own.start()  # missing
    async with own as entered:
        entered.find(1)  # missing
        entered.describe()  # right
    with opened(client, store):  # missing
        pass
    factory = service.factory(client)
    factory(store).describe()  # right
    factory(store).start()  # missing


async def test_mocks(mocked, store):
    mocked.start()  # right
    mocked.find(1)  # right
    store.load("a")  # right
    sender = AsyncMock()
    sender.assert_awaited_once()  # right
    plain = Mock()
    plain.start()  # right
    assert plain.find(1)  # right


async def test_awaited(repository, made):
    await repository.describe()  # missing
    await made  # missing
    await repository.start  # missing
    await repository.start()  # right


class TestService:
    @pytest.fixture(autouse=True)
    def prepare(self, repository):
        self.repository = repository

    async def helper(self):
        return 1

    def plain(self):
        return 1

    async def test_it(self):
        self.helper()  # missing
        self.repository.start()  # missing
        self.repository.describe()  # right
        self.plain()  # right
        assert self.helper() == 1  # missing
        assert await self.helper() == 1  # right


def test_synchronous(repository):
    assert repository.find(1) == 1  # missing
    assert repository.describe() == "repository"  # right
