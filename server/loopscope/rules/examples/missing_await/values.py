"""Coroutines that are handed on, or returned, where a value is wanted."""

from loopscope.rules.model import Example, NearMiss, Proof

_SAVE = """\
import pytest


async def save(value):
    return value

"""

EXAMPLES = (
    Example(
        "A name that is handed on once it has been used, or to what takes a value",
        bad=f"""\
{_SAVE}
MISSING = object()


def named(name: str):
    return name


def shown(value):
    return str(value)


async def assert_saved(value):
    assert await save(value) == value


@pytest.mark.asyncio
async def test_save():
    ⟦assert_saved(1)⟧
    name = ⟦save("a")⟧
    assert named(name) == "a"
    other = ⟦save("b")⟧
    assert shown(other) == "b"
    found = ⟦save(MISSING)⟧
    assert found is MISSING
    items = ⟦save([1])⟧
    assert items[0] == 1
    print(items)
""",
        good=f"""\
{_SAVE}
MISSING = object()


def named(name: str):
    return name


def shown(value):
    return str(value)


async def assert_saved(value):
    assert await save(value) == value


@pytest.mark.asyncio
async def test_save():
    await assert_saved(1)
    name = await save("a")
    assert named(name) == "a"
    other = await save("b")
    assert shown(other) == "b"
    found = await save(MISSING)
    assert found is MISSING
    items = await save([1])
    assert items[0] == 1
    print(items)
""",
        proof=Proof("assert <coroutine object save"),
    ),
    Example(
        "Returned where the annotation names a value, and what an application of ASGI gets",
        bad="""\
import asyncio

import pytest


async def save(value):
    return value


async def named() -> str:
    return ⟦save("a")⟧


async def counted() -> int | None:
    count = ⟦save(1)⟧
    return count


async def app(scope, receive, send):
    message = await receive()
    ⟦send({"status": 200})⟧
    await send(message)


@pytest.mark.asyncio
async def test_app():
    queue, sent = asyncio.Queue(), []
    queue.put_nowait(1)

    async def send(message):
        sent.append(message)

    await app({}, queue.get, send)
    assert sent == [{"status": 200}, 1]


@pytest.mark.asyncio
async def test_returned():
    assert await named() == "a"
    assert await counted() == 1
""",
        good="""\
import asyncio

import pytest


async def save(value):
    return value


async def named() -> str:
    return await save("a")


async def counted() -> int | None:
    count = await save(1)
    return count


async def app(scope, receive, send):
    message = await receive()
    await send({"status": 200})
    await send(message)


@pytest.mark.asyncio
async def test_app():
    queue, sent = asyncio.Queue(), []
    queue.put_nowait(1)

    async def send(message):
        sent.append(message)

    await app({}, queue.get, send)
    assert sent == [{"status": 200}, 1]


@pytest.mark.asyncio
async def test_returned():
    assert await named() == "a"
    assert await counted() == 1
""",
        proof=Proof("assert <coroutine object save"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "handed to what may await it, or hands it on",
        f"""\
import asyncio
from typing import Any, Protocol
{_SAVE}
class Closes(Protocol):
    def close(self): ...


async def waited(value: Any):
    return await value


def closed(value: Closes):
    value.close()


def kept(value):
    assert str(value)
    return value


@pytest.mark.asyncio
async def test_save():
    first = save(1)
    assert await waited(first) == 1
    second = save(2)
    closed(second)
    third = save(3)
    assert await kept(third) == 3
    fourth = save(4)
    if fourth is not None:
        assert await asyncio.wait_for(fourth, 1) == 4
    fifth = save(5)
    assert fifth is not first
    assert await waited(fifth) == 5
""",
    ),
    NearMiss(
        "returned to be awaited, or to somebody who may",
        f"""\
from collections.abc import Coroutine
from typing import Any
{_SAVE}
class Later:
    def __init__(self, coroutine):
        self.coroutine = coroutine

    def __await__(self):
        return self.coroutine.__await__()


async def later() -> Coroutine[Any, Any, int]:
    return save(1)


async def anything() -> Any:
    return save(2)


async def unstated():
    return save(3)


async def own() -> "Later":
    return save(4)


async def rows() -> "int | Later":
    found = save(5)
    return found


def handed_on() -> int:
    return save(6)


async def middle(scope, send):
    return send(scope)


def seen(value):
    return value


@pytest.mark.asyncio
async def test_save():
    found = [await each() for each in (later, anything, unstated, own, rows)]
    assert [await each for each in found] == [1, 2, 3, 4, 5]
    assert await handed_on() == 6
    assert await middle(7, seen) == 7
""",
    ),
)
