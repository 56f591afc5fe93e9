"""Calls of methods that are coroutine functions: of what a fixture, `parametrize` or the test itself gives."""

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

EXAMPLES = (
    Example(
        "A method of what a fixture injects",
        bad=f"""\
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    ⟦client.send(1)⟧
    value = ⟦client.send(2)⟧
    assert value == 2
    first, second = ⟦client.send((3, 4))⟧
""",
        good=f"""\
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    await client.send(1)
    value = await client.send(2)
    assert value == 2
    first, second = await client.send((3, 4))
""",
        proof=Proof("assert <coroutine object Client.send"),
    ),
    Example(
        "After the `yield` of a fixture",
        bad="""\
import pytest
import pytest_asyncio


class Client:
    closed = []

    async def aclose(self):
        self.closed.append(1)


@pytest_asyncio.fixture
async def client():
    client = Client()
    yield client
    ⟦client.aclose()⟧


@pytest.mark.asyncio
async def test_client(client):
    assert client.closed == []


def test_closed():
    assert Client.closed == [1]
""",
        good="""\
import pytest
import pytest_asyncio


class Client:
    closed = []

    async def aclose(self):
        self.closed.append(1)


@pytest_asyncio.fixture
async def client():
    client = Client()
    yield client
    await client.aclose()


@pytest.mark.asyncio
async def test_client(client):
    assert client.closed == []


def test_closed():
    assert Client.closed == [1]
""",
        proof=Proof("assert [] == [1]"),
    ),
    Example(
        "A method of a class that the test defines, inherited",
        bad=f"""\
{_CLIENT}@pytest.mark.asyncio
async def test_send():
    class Twice(Client):
        async def again(self, value):
            ⟦self.send(value)⟧
            ⟦self.send(value)⟧

    client = Twice()
    await client.again(1)
    assert client.sent == [1, 1]
""",
        good=f"""\
{_CLIENT}@pytest.mark.asyncio
async def test_send():
    class Twice(Client):
        async def again(self, value):
            await self.send(value)
            await self.send(value)

    client = Twice()
    await client.again(1)
    assert client.sent == [1, 1]
""",
        proof=Proof("assert [] == [1, 1]"),
    ),
    Example(
        "A method of what `parametrize` gives, by its annotation",
        bad=f"""\
{_CLIENT}@pytest.mark.asyncio
@pytest.mark.parametrize("given", [Client()])
async def test_send(given: Client):
    ⟦given.send(1)⟧
    assert given.sent == [1]
""",
        good=f"""\
{_CLIENT}@pytest.mark.asyncio
@pytest.mark.parametrize("given", [Client()])
async def test_send(given: Client):
    await given.send(1)
    assert given.sent == [1]
""",
        proof=Proof("assert [] == [1]"),
    ),
    Example(
        "Where a warning is expected",
        bad=f"""\
import warnings
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    with pytest.warns(UserWarning):
        warnings.warn("old", UserWarning)
        assert ⟦client.send(1)⟧ == 1
        assert ⟦client.send(None)⟧ is None
""",
        good=f"""\
import warnings
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    with pytest.warns(UserWarning):
        warnings.warn("old", UserWarning)
        assert await client.send(1) == 1
        assert await client.send(None) is None
""",
        proof=Proof("assert <coroutine object Client.send"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a fixture that injects a mock, or what is not known",
        f"""\
from unittest.mock import Mock
{_CLIENT}@pytest.fixture
def mocked() -> Client:
    return Mock(spec=Client)


@pytest.fixture
def chosen(request):
    return request.param


@pytest.mark.asyncio
@pytest.mark.parametrize("given", [Mock()])
@pytest.mark.parametrize("stated", [Mock()])
@pytest.mark.parametrize("chosen", [Mock()], indirect=True)
async def test_send(mocked: Client, chosen: Client, given, stated: Client):
    mocked.send(1)
    chosen.send(1)
    given.send(1)
    stated.send(1)
""",
    ),
    NearMiss(
        "the coroutine is handed on",
        f"""\
import asyncio
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    task = asyncio.create_task(client.send(1))
    pending = client.send(2)
    assert [await task, await pending] == [1, 2]
    async with asyncio.timeout(1):
        assert await asyncio.wait_for(client.send(3), 1) == 3
""",
    ),
    NearMiss(
        "a name that is used again: what its last value gives is not known, or is awaited",
        f"""\
import contextlib
{_CLIENT}
class Quiet:
    def send(self, value):
        return value


@pytest.mark.asyncio
@pytest.mark.parametrize("fails", [True, False])
async def test_send(client, fails):
    used = client
    if fails:
        used = Quiet()
    used.send(1)
    pending = client.send(2)
    assert await pending == 2
    pending = client.send(3)
    await pending
    for each in (Quiet(), Quiet()):
        used = Quiet()
        used.send(4)
        used = each
    used.send(5)
    with contextlib.suppress(ValueError):
        used = client
    used.send(6)
""",
    ),
    NearMiss(
        "a class that the test defines: what it overrides, decorates or sets itself, or what its base is, is not known",
        f"""\
import functools
{_CLIENT}
def run(function):
    return lambda *args: None


@pytest.mark.asyncio
@pytest.mark.parametrize("base", [Client])
async def test_send(base):
    class Quiet(Client):
        def send(self, value):
            return value

        def again(self):
            self.send(1)

    class Decorated(Client):
        @run
        async def send(self, value):
            return value

        def again(self):
            self.send(1)

    class Set(Client):
        def __init__(self):
            self.send = print
            self.send(1)

    class Assigned(Client):
        send = functools.partialmethod(print)

        def again(self):
            self.send(1)

    class Unknown(base):
        def again(self):
            self.send(1)

        @staticmethod
        def other(self):
            self.send(1)

    for each in (Quiet(), Decorated(), Set(), Assigned()):
        each.send(1)
    Set()
    Quiet().again()
    Decorated().send(1)
    Assigned().send(1)
    Unknown.other(Quiet())
""",
    ),
    NearMiss(
        "replaced by name in this test, or in another one that does not put it back",
        f"""\
from unittest.mock import patch
{_CLIENT}
class Other:
    async def close(self):
        return None


@pytest.mark.asyncio
async def test_patched(client):
    with patch.object(Client, "send", print):
        client.send(1)


def test_set():
    setattr(Other, "close", print)


def test_close():
    Other().close()
""",
    ),
)
