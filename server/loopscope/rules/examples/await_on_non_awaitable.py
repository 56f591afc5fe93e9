"""What `await-on-non-awaitable` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_DATABASE = """\
import pytest
import pytest_asyncio


class Database:
    async def query(self):
        return 1


@pytest_asyncio.fixture
async def database():
    yield Database()


"""

EXAMPLES = (
    Example(
        "The value of an async fixture",
        bad=f"""\
{_DATABASE}@pytest.mark.asyncio
async def test_query(database):
    connection = ⟦await database⟧
    assert await connection.query() == 1
""",
        good=f"""\
{_DATABASE}@pytest.mark.asyncio
async def test_query(database):
    connection = database
    assert await connection.query() == 1
""",
        proof=Proof("object Database can't be used in 'await' expression"),
    ),
    Example(
        "A synchronous call",
        bad="""\
import pytest


def compute(value):
    return value * 2


@pytest.mark.asyncio
async def test_compute():
    assert ⟦await compute(2)⟧ == 4
""",
        good="""\
import pytest


def compute(value):
    return value * 2


@pytest.mark.asyncio
async def test_compute():
    assert compute(2) == 4
""",
        proof=Proof("object int can't be used in 'await' expression"),
    ),
    Example(
        "An assertion of a mock",
        bad="""\
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_called():
    send = AsyncMock()
    await send(1)
    ⟦await send.assert_awaited_once_with(1)⟧
""",
        good="""\
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_called():
    send = AsyncMock()
    await send(1)
    send.assert_awaited_once_with(1)
""",
        proof=Proof("object NoneType can't be used in 'await' expression"),
    ),
    Example(
        "A method that is not called",
        bad=f"""\
{_DATABASE}@pytest.mark.asyncio
async def test_query(database):
    assert ⟦await database.query⟧ == 1
""",
        good=f"""\
{_DATABASE}@pytest.mark.asyncio
async def test_query(database):
    assert await database.query() == 1
""",
        proof=Proof("can't be used in 'await' expression"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a fixture that injects something to await",
        """\
import asyncio

import pytest
import pytest_asyncio


class Pending:
    def __await__(self):
        return iter(())


class Loose:
    def __getattr__(self, name):
        raise AttributeError(name)


@pytest_asyncio.fixture
async def task():
    return asyncio.create_task(asyncio.sleep(0))


@pytest.fixture
def pending():
    return Pending()


@pytest.fixture
def make():
    async def made():
        return 1

    return made


@pytest.mark.asyncio
async def test_task(task, pending, make):
    await task
    await pending
    assert await make() == 1
    assert await asyncio.gather(task) == [None]
""",
    ),
    NearMiss(
        "a coroutine that no plugin awaits",
        """\
import pytest


@pytest.fixture
async def number():
    return 1


@pytest.mark.asyncio
async def test_number(number):
    assert await number == 1
""",
        pytest_asyncio=">=1",
    ),
    NearMiss(
        "a mock, a replaced function, an expected failure",
        """\
from unittest.mock import AsyncMock

import pytest


def compute(value):
    return value * 2


@pytest.mark.asyncio
async def test_mock(monkeypatch):
    send = AsyncMock()
    await send(1)
    with pytest.raises(TypeError):
        await int(1)
    monkeypatch.setattr(f"{__name__}.compute", send)
    await compute(2)
""",
    ),
    NearMiss(
        "an overridden or abstract method",
        """\
from abc import ABC, abstractmethod

import pytest


class Base(ABC):
    @abstractmethod
    def load(self): ...

    def close(self):
        pass


async def run(base: Base, loader):
    await base.load()
    await base.close()
    await loader.load()


@pytest.mark.asyncio
async def test_run():
    class Own(Base):
        async def load(self):
            return 1

        async def close(self):
            return None

    await run(Own(), Own())
""",
    ),
    NearMiss(
        "a decorator that makes a coroutine function of a synchronous one",
        """\
import functools

import pytest


def cached(function):
    @functools.wraps(function)
    async def wrapper(self, value):
        if value is None:
            return await function(self, value)
        return function(self, value)

    return wrapper


class Own:
    @cached
    def get(self, value) -> int:
        return value


@pytest.mark.asyncio
async def test_get():
    @cached
    def local(self, value):
        return value

    assert await Own().get(1) == 1
    assert await local(None, 1) == 1
""",
    ),
    NearMiss(
        "code for another version of a library",
        """\
import pytest

__version__ = "2.0"
OLD = __version__.startswith("1")


def compute(value):
    return value * 2


@pytest.mark.asyncio
async def test_compute():
    if OLD:
        assert await compute(2) == 4
    else:
        assert compute(2) == 4


if __version__ < "2":

    class TestOld:
        @pytest.mark.asyncio
        async def test_compute(self):
            assert await compute(2) == 4
""",
    ),
    NearMiss(
        "a callback of which nobody said what it gives",
        """\
import asyncio
from collections.abc import Callable

import pytest


async def run(callback: Callable[..., None]) -> None:
    if asyncio.iscoroutinefunction(callback):
        await callback()


@pytest.mark.asyncio
async def test_run():
    done = asyncio.Event()

    async def finish():
        done.set()

    await run(finish)
    assert done.is_set()
""",
    ),
    NearMiss(
        "a package of the project that is called asyncio too",
        """\
# file: net/asyncio/__init__.py

# file: net/asyncio/server.py
class Server:
    def __await__(self):
        yield
        return self


def serve() -> Server:
    return Server()

# file: test_serve.py
import pytest

from net.asyncio.server import serve


@pytest.mark.asyncio
async def test_serve():
    assert await serve()
""",
    ),
)
