"""Methods of objects of which something else has to be known: what sets attributes on them, what makes them."""

from loopscope.rules.model import Example, NearMiss, Proof

_CLIENT = """\
import pytest
import pytest_asyncio


class Client:
    def __init__(self):
        self.sent = []

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        self.sent.clear()

    async def send(self, value):
        self.sent.append(value)
        return value


@pytest_asyncio.fixture
async def client():
    async with Client() as client:
        yield client


"""

_JOBS = """\
import pytest


class Jobs:
    def __init__(self):
        self.names = []

    async def append(self, name):
        self.names.append(name)

    async def extend(self, names):
        self.names.extend(names)

    async def setdefault(self, name):
        self.names.append(name)
        return name

    async def skip(self, name):
        assert name in self.names

    async def fail(self, name):
        assert name in self.names


@pytest.fixture
def jobs():
    return Jobs()


"""

EXAMPLES = (
    Example(
        "Methods that are named like those of lists, dicts and pytest",
        bad=f"""\
{_JOBS}@pytest.mark.asyncio
async def test_jobs(jobs):
    ⟦jobs.append("a")⟧
    ⟦jobs.extend(["b", "c"])⟧
    assert ⟦jobs.setdefault("d")⟧ == "d"
    ⟦jobs.skip("a")⟧
    ⟦jobs.fail("b")⟧
    assert jobs.names == ["a", "b", "c", "d"]
""",
        good=f"""\
{_JOBS}@pytest.mark.asyncio
async def test_jobs(jobs):
    await jobs.append("a")
    await jobs.extend(["b", "c"])
    assert await jobs.setdefault("d") == "d"
    await jobs.skip("a")
    await jobs.fail("b")
    assert jobs.names == ["a", "b", "c", "d"]
""",
        proof=Proof("assert <coroutine object Jobs.setdefault"),
    ),
    Example(
        "A method of a name that a test sets on an object of its own",
        bad=f"""\
from unittest.mock import Mock
{_CLIENT}@pytest.mark.asyncio
async def test_mocked():
    mocked = Client()
    mocked.send = Mock()
    mocked.send(1)
    mocked.send.assert_called_once_with(1)


@pytest.mark.asyncio
async def test_send(client):
    other = Mock()
    other.send = print
    other.send(1)
    value = ⟦client.send(2)⟧
    assert value == 2
    ⟦client.send(3)⟧
""",
        good=f"""\
from unittest.mock import Mock
{_CLIENT}@pytest.mark.asyncio
async def test_mocked():
    mocked = Client()
    mocked.send = Mock()
    mocked.send(1)
    mocked.send.assert_called_once_with(1)


@pytest.mark.asyncio
async def test_send(client):
    other = Mock()
    other.send = print
    other.send(1)
    value = await client.send(2)
    assert value == 2
    await client.send(3)
""",
        proof=Proof("assert <coroutine object Client.send"),
    ),
    Example(
        "A factory with overloads",
        bad=f"""\
from typing import overload
{_CLIENT}@pytest.fixture
def make_client():
    @overload
    async def make() -> Client: ...
    @overload
    async def make(value: int) -> Client: ...
    async def make(value: int = 0) -> Client:
        return Client()

    return make


@pytest.mark.asyncio
async def test_send(make_client):
    client: Client = ⟦make_client()⟧
    assert client.sent == []
""",
        good=f"""\
from typing import overload
{_CLIENT}@pytest.fixture
def make_client():
    @overload
    async def make() -> Client: ...
    @overload
    async def make(value: int) -> Client: ...
    async def make(value: int = 0) -> Client:
        return Client()

    return make


@pytest.mark.asyncio
async def test_send(make_client):
    client: Client = await make_client()
    assert client.sent == []
""",
        proof=Proof("'coroutine' object has no attribute 'sent'"),
    ),
    Example(
        "Of a class under decorators that say that they give it back",
        bad="""\
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


def registered(cls: type[T]) -> type[T]:
    return cls


def named(name: str) -> Callable[[type[T]], type[T]]:
    def decorator(cls: type[T]) -> type[T]:
        return cls

    return decorator


@registered
class Client:
    sent = []

    async def send(self, value):
        self.sent.append(value)


@named("worker")
class Worker:
    @classmethod
    async def start(cls):
        Client.sent.append(0)


@pytest.mark.asyncio
async def test_send():
    ⟦Client().send(1)⟧
    ⟦Worker.start()⟧
    assert Client.sent == [1, 0]
""",
        good="""\
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


def registered(cls: type[T]) -> type[T]:
    return cls


def named(name: str) -> Callable[[type[T]], type[T]]:
    def decorator(cls: type[T]) -> type[T]:
        return cls

    return decorator


@registered
class Client:
    sent = []

    async def send(self, value):
        self.sent.append(value)


@named("worker")
class Worker:
    @classmethod
    async def start(cls):
        Client.sent.append(0)


@pytest.mark.asyncio
async def test_send():
    await Client().send(1)
    await Worker.start()
    assert Client.sent == [1, 0]
""",
        proof=Proof("assert [] == [1, 0]"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "annotated to give a coroutine or nothing; a stub that stands for asynchronous generators",
        """\
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Coroutine
from typing import Any

import pytest


class Base(ABC):
    def receive(self, value: int) -> None | Coroutine[Any, Any, None]:
        if not value:
            raise ValueError(value)

    @abstractmethod
    async def chunks(self) -> AsyncGenerator[int, None]:
        raise NotImplementedError("chunks must be implemented")


class Client(Base):
    async def chunks(self) -> AsyncGenerator[int, None]:
        yield 1


def made() -> Base:
    return Client()


@pytest.mark.asyncio
async def test_client():
    client = made()
    client.receive(1)
    assert [chunk async for chunk in client.chunks()] == [1]
""",
    ),
    NearMiss(
        "set on the object itself, on what may be it, or on what others have too",
        f"""\
from unittest.mock import Mock
{_CLIENT}class Holder:
    def __init__(self, held):
        self.held = held


@pytest.mark.asyncio
async def test_own():
    client = Client()
    client.send = Mock()
    client.send(1)


@pytest.mark.asyncio
async def test_held():
    client = Client()
    holder = Holder(client)
    holder.held.send = Mock()
    client.send(1)


@pytest.mark.asyncio
async def test_mock_of_any():
    client: Client = Mock()
    client.send(1)
""",
    ),
    NearMiss(
        "of a class whose decorator says something else, or sets its methods",
        """\
from typing import TypeVar

T = TypeVar("T")


def quiet(cls: type[T]) -> type[T]:
    for name in ("send",):
        setattr(cls, name, lambda self, value: value)
    return cls


def other(cls: type[T]) -> type:
    return type("Other", (), {"send": lambda self, value: value})


@quiet
class Client:
    async def send(self, value):
        return value


@other
class Worker:
    async def send(self, value):
        return value


def test_send():
    Client().send(1)
    Worker().send(1)
""",
    ),
)
