"""A small service, as projects have them."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol, Self, overload

if TYPE_CHECKING:
    from httpx import AsyncClient


def traced(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)

    return wrapper


class Store(Protocol):
    async def load(self, key: str) -> str: ...
    def keys(self) -> list[str]: ...


class Base:
    async def start(self) -> None:
        self.started = True

    async def stop(self) -> None:
        self.started = False

    def describe(self) -> str:
        return "base"


class Repository(Base):
    def __init__(self, client: AsyncClient, store: Store) -> None:
        self.client = client
        self.store = store

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    @classmethod
    async def create(cls, client: AsyncClient, store: Store) -> Self:
        return cls(client, store)

    @property
    def inner(self) -> Store:
        return self.store

    @overload
    async def find(self, key: int) -> int: ...
    @overload
    async def find(self, key: str) -> str: ...
    async def find(self, key):
        return key

    @traced
    async def save(self, value):
        return value

    @staticmethod
    async def check(value):
        return bool(value)

    @functools.cached_property
    def backup(self) -> Repository:
        return Repository(self.client, self.store)

    def describe(self) -> str:
        return "repository"


@asynccontextmanager
async def opened(client: AsyncClient, store: Store) -> AsyncIterator[Repository]:
    async with Repository(client, store) as repository:
        yield repository


def factory(client: AsyncClient) -> Callable[[Store], Repository]:
    return lambda store: Repository(client, store)


async def build(client, store):
    return await Repository.create(client, store)
