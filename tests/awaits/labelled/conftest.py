"""Fixtures over real clients; none of them states a type."""

import aiohttp
import grpc
import httpx
import pytest
import redis.asyncio as redis
from channels.testing import WebsocketCommunicator
from pymongo import AsyncMongoClient
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine


@pytest.fixture
async def client():
    async with httpx.AsyncClient(base_url="http://test") as client:
        yield client


@pytest.fixture
async def engine():
    engine = create_async_engine("sqlite+aiosqlite://")
    try:
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture
async def session(engine):
    maker = async_sessionmaker(engine, expire_on_commit=False)
    async with maker() as session:
        yield session


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def cache():
    cache = redis.Redis(decode_responses=True)
    yield cache
    await cache.aclose()


@pytest.fixture
async def mongo():
    client = AsyncMongoClient()
    yield client
    await client.close()


@pytest.fixture
def items(mongo):
    return mongo.get_database("test").get_collection("items")


@pytest.fixture
async def communicator():
    communicator = WebsocketCommunicator(None, "/ws/")
    yield communicator
    await communicator.disconnect()


@pytest.fixture
async def channel():
    async with grpc.aio.insecure_channel("localhost:1") as channel:
        yield channel


@pytest.fixture
def login(client):
    async def log_in(name):
        response = await client.post("/login", json={"name": name})
        return response

    return log_in
