import pytest
import pytest_asyncio

from shop import Database


@pytest.fixture
async def database():
    db = await Database().connect()
    yield db
    await db.disconnect()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def catalogue():
    """What the shop sells, read once for all tests."""
    return ["tea", "coffee"]
