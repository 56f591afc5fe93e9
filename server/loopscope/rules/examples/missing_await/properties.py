"""Properties that are `async def`, read without `await`."""

from loopscope.rules.model import Example, NearMiss, Proof

_REQUEST = """\
import asyncio

import pytest


class Request:
    @property
    async def files(self):
        return {"file": 1}


class Proxy:
    def __getattr__(self, name):
        return getattr(Request(), name)


request: Request = Proxy()


"""

EXAMPLES = (
    Example(
        "A property that is `async def`",
        bad=f"""\
{_REQUEST}@pytest.fixture
def incoming():
    return Request()


@pytest.mark.asyncio
async def test_files(incoming):
    ⟦incoming.files⟧
    files = ⟦incoming.files⟧
    assert files["file"] == 1
    assert ⟦incoming.files⟧["file"] == 1
    assert ⟦incoming.files⟧.get("file") == 1
    assert ⟦incoming.files⟧ == {{"file": 1}}


@pytest.mark.asyncio
async def test_proxy():
    files = ⟦request.files⟧
    assert len(files) == 1
""",
        good=f"""\
{_REQUEST}@pytest.fixture
def incoming():
    return Request()


@pytest.mark.asyncio
async def test_files(incoming):
    await incoming.files
    files = await incoming.files
    assert files["file"] == 1
    assert (await incoming.files)["file"] == 1
    assert (await incoming.files).get("file") == 1
    assert await incoming.files == {{"file": 1}}


@pytest.mark.asyncio
async def test_proxy():
    files = await request.files
    assert len(files) == 1
""",
        proof=Proof("'coroutine' object is not subscriptable"),
    ),
    Example(
        "A property with a setter",
        bad="""\
import pytest


class Response:
    @property
    async def data(self):
        return b"1"

    @data.setter
    def data(self, value):
        self.set_to = value


@pytest.mark.asyncio
async def test_data():
    response = Response()
    assert ⟦response.data⟧ == b"1"
""",
        good="""\
import pytest


class Response:
    @property
    async def data(self):
        return b"1"

    @data.setter
    def data(self, value):
        self.set_to = value


@pytest.mark.asyncio
async def test_data():
    response = Response()
    assert await response.data == b"1"
""",
        proof=Proof("assert <coroutine object Response.data"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the coroutine of a property is handed on, stored, awaited later, or expected; another property, or decorated",
        f"""\
import functools
import inspect
{_REQUEST}def waited(function):
    return lambda self: asyncio.new_event_loop().run_until_complete


class Other(Request):
    @property
    def files(self):
        return {{"file": 2}}

    @property
    @waited
    async def form(self):
        return 1

    @functools.cached_property
    async def data(self):
        return 1

    @property
    async def rows(self):
        yield 1

    async def later(self):
        return self.files


class Holder:
    kept = None


def taken(coroutine):
    return asyncio.ensure_future(coroutine)


@pytest.mark.asyncio
async def test_right():
    given = Request()
    assert (await given.files)["file"] == 1
    assert await asyncio.gather(given.files, request.files) == [{{"file": 1}}, {{"file": 1}}]
    pending = given.files
    assert asyncio.iscoroutine(pending)
    assert inspect.isawaitable(pending)
    assert await pending == {{"file": 1}}
    first, second = given.files, given.files
    assert await first == await second
    task = taken(given.files)
    await task
    Holder.kept = given.files
    await Holder.kept
    kept = [given.files]
    await kept[0]
    inner = given.files

    async def finish():
        return await inner

    await finish()
    given.files.close()
    closed = given.files
    closed.close()
    other = Other()
    assert other.files == {{"file": 2}}
    assert other.files["file"] == 2
    assert other.form.__name__ == "run_until_complete"
    assert other.form.__self__ is not None
    assert [each async for each in other.rows] == [1]
    assert Request.files.fget is not None
    with pytest.raises(TypeError):
        given.files["file"]
    either = given if other.files else other
    assert either is given


@pytest.mark.asyncio
async def test_comprehension():
    request = [1]
    assert [request.files for request in [Other()]] == [{{"file": 2}}]
    assert [await each.files for each in [Request()]] == [{{"file": 1}}]
    assert (lambda request: request.files["file"])(Other()) == 2
""",
    ),
)
