"""Fixtures as projects write them, over clients of many libraries; few of them state a type."""

from collections.abc import AsyncIterator

import aiofiles
import asyncpg
import grpc
import motor.motor_asyncio
import nats
import openai
import pytest
import pytest_asyncio
import redis.asyncio
import websockets
from aiohttp import web
from elasticsearch import AsyncElasticsearch
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from pymongo import AsyncMongoClient
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine


@pytest_asyncio.fixture
async def motor_client():
    client = motor.motor_asyncio.AsyncIOMotorClient("mongodb://localhost")
    yield client
    client.close()


@pytest.fixture
def users(motor_client):
    return motor_client.app.users


@pytest_asyncio.fixture
async def mongo():
    async with AsyncMongoClient("mongodb://localhost") as client:
        yield client


@pytest.fixture
def orders(mongo):
    return mongo["shop"]["orders"]


@pytest_asyncio.fixture
async def log(tmp_path):
    async with aiofiles.open(tmp_path / "log", "w+") as file:
        yield file


@pytest_asyncio.fixture
async def pool():
    pool = await asyncpg.create_pool("postgresql://localhost", min_size=1)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def connection(pool):
    async with pool.acquire() as connection:
        yield connection


@pytest_asyncio.fixture
async def db():
    db = await asyncpg.connect("postgresql://localhost")
    try:
        yield db
    finally:
        await db.close()


@pytest_asyncio.fixture
async def socket():
    async with websockets.connect("ws://localhost") as socket:
        yield socket


@pytest.fixture
def ai():
    return openai.AsyncOpenAI(api_key="x")


@pytest_asyncio.fixture
async def mcp_session():
    async with stdio_client(StdioServerParameters(command="server")) as (read, write):
        async with ClientSession(read, write) as session:
            await session.initialize()
            yield session


@pytest_asyncio.fixture
async def search():
    client = AsyncElasticsearch("http://localhost:9200")
    yield client
    await client.close()


@pytest_asyncio.fixture
async def broker():
    client = await nats.connect("nats://localhost")
    yield client
    await client.drain()


@pytest_asyncio.fixture
async def valkey():
    async with redis.asyncio.from_url("redis://localhost") as client:
        yield client


@pytest.fixture
def app():
    async def hello(request):
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/", hello)
    return app


@pytest_asyncio.fixture
async def web_client(aiohttp_client, app):
    return await aiohttp_client(app)


@pytest.fixture(scope="session")
def sessions():
    return async_sessionmaker(create_async_engine("sqlite+aiosqlite://"), expire_on_commit=False)


@pytest_asyncio.fixture
async def transaction(sessions) -> AsyncIterator[AsyncSession]:
    async with sessions.begin() as session:
        yield session


@pytest_asyncio.fixture
async def bare() -> AsyncIterator[AsyncConnection]:
    async with create_async_engine("sqlite+aiosqlite://").connect() as connection:
        yield connection


@pytest_asyncio.fixture
async def greeter():
    from greeter_grpc import GreeterStub

    async with grpc.aio.insecure_channel("localhost:1") as channel:
        yield GreeterStub(channel)
