"""Calls of coroutine functions: of the file, by their names."""

from loopscope.rules.model import Example, NearMiss, Proof

_SAVE = """\
import pytest


async def save(value):
    return value

"""

EXAMPLES = (
    Example(
        "A statement",
        bad=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    ⟦save(1)⟧
""",
        good=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    await save(1)
""",
        proof=Proof("coroutine 'save' was never awaited", "warning"),
    ),
    Example(
        "A comparison, a stored result, an attribute, the check of a class",
        bad=f"""\
from pathlib import Path

{_SAVE}
@pytest.mark.asyncio
async def test_save():
    result = ⟦save(1)⟧
    assert result == 1
    assert ⟦save(2)⟧ == 2
    assert ⟦save("a")⟧.upper() == "A"
    assert isinstance(⟦save(Path())⟧, Path)
""",
        good=f"""\
from pathlib import Path

{_SAVE}
@pytest.mark.asyncio
async def test_save():
    result = await save(1)
    assert result == 1
    assert await save(2) == 2
    assert (await save("a")).upper() == "A"
    assert isinstance(await save(Path()), Path)
""",
        proof=Proof("assert <coroutine object save"),
    ),
    Example(
        "A name that is used again, also as the name of another function's own",
        bad=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    def doubled(result):
        return result * 2

    result = await save(1)
    assert result == 1
    result = ⟦save(2)⟧
    assert result == 2
    assert doubled(2) == 4
""",
        good=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    def doubled(result):
        return result * 2

    result = await save(1)
    assert result == 1
    result = await save(2)
    assert result == 2
    assert doubled(2) == 4
""",
        proof=Proof("assert <coroutine object save"),
    ),
    Example(
        "In a synchronous test",
        bad="""\
async def check():
    assert 1 + 1 == 2


def test_check():
    ⟦check()⟧
""",
        good="""\
import pytest


async def check():
    assert 1 + 1 == 2


@pytest.mark.asyncio
async def test_check():
    await check()
""",
        proof=Proof("coroutine 'check' was never awaited", "warning"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "stored, passed on, returned, known to be a coroutine",
        f"""\
import asyncio
from collections.abc import Coroutine
{_SAVE}
def later():
    return save(0)


@pytest.mark.asyncio
async def test_save():
    first = save(1)
    second = save(2)
    assert await asyncio.gather(first, second) == [1, 2]
    third = save(3)
    third.close()
    fifth = save(5)

    async def finish():
        return await fifth

    assert await finish() == 5
    save(4).close()
    assert isinstance(save(3), Coroutine)
    assert asyncio.iscoroutine(fourth := save(4))
    fourth.close()
    assert await later() == 0
""",
    ),
    NearMiss(
        "replaced by a mock, or another function",
        f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save(monkeypatch):
    monkeypatch.setattr(f"{{__name__}}.save", lambda value: value)
    save(1)


@pytest.mark.asyncio
async def test_parameter(save=print):
    save(1)


@pytest.mark.asyncio
async def test_local():
    save = print
    save(1)
""",
    ),
    NearMiss(
        "a decorator may have made it synchronous",
        """\
import asyncio
import functools


def run(function):
    @functools.wraps(function)
    def wrapper(*args):
        return asyncio.run(function(*args))

    return wrapper


@run
async def save(value):
    return value


def test_save():
    save(1)
    assert save(1) == 1
""",
    ),
    NearMiss(
        "just what a coroutine does is expected",
        f"""\
{_SAVE}
@pytest.mark.filterwarnings("ignore")
def test_save():
    with pytest.warns(RuntimeWarning, match="never awaited"):
        save(1)
    with pytest.raises(AttributeError):
        save(1).missing
    with pytest.raises(AssertionError):
        assert save(1) == 1
    with pytest.raises(TypeError):
        first, second = save((1, 2))
    with pytest.raises((ValueError, Exception)):
        save()
""",
    ),
    NearMiss(
        "a warning that nothing awaits it is recorded",
        f"""\
import gc
import warnings
{_SAVE}
def test_save():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        coroutine = save(1)
        del coroutine
        gc.collect()
    assert "never awaited" in str(caught[0].message)
""",
    ),
    NearMiss(
        "a function that gives a coroutine, or does its work itself",
        f"""\
import asyncio
{_SAVE}
def insert(connection):
    if connection.is_async:

        async def inserted():
            await connection.insert()

        return inserted()
    connection.insert_now()


def joined(*threads):
    if threads and asyncio.iscoroutine(threads[0]):
        return asyncio.gather(*threads)
    else:
        for thread in threads:
            thread.join()


def perhaps(value):
    if value is None:
        return None
    return save(value)


def test_save(connection):
    insert(connection)
    joined(connection)
    perhaps(None)
""",
    ),
    NearMiss(
        "a decorator whose asynchronous wrapper is run by another one",
        """\
import asyncio
import functools

def in_loop(function):
    @functools.wraps(function)
    def run(*args):
        return asyncio.run(function(*args))

    return run

def connected(function):
    @in_loop
    @functools.wraps(function)
    async def connect():
        await function("connection")

    return connect

def repeated(times):
    def decorate(function):
        async def repeat():
            for _ in range(times):
                await function("connection")

        repeat = in_loop(repeat)
        return repeat

    return decorate

@connected
async def save(connection):
    assert connection

@repeated(2)
async def save_twice(connection):
    assert connection

def test_save():
    @connected
    async def inner(connection):
        assert connection

    save()
    save_twice()
    inner()
""",
    ),
    NearMiss(
        "below a decorator that says that the code is for the synchronous twin",
        f"""\
{_SAVE}
def require_sync(function):
    return function

@require_sync
def test_save():
    save(1)
""",
    ),
    NearMiss(
        "code that is translated to synchronous code",
        f"""\
import asyncio
{_SAVE}
IS_SYNC = False

def test_save():
    if IS_SYNC:
        save(1)
    else:
        asyncio.run(save(1))
""",
    ),
    NearMiss(
        "code for another version of a library",
        f"""\
import asyncio
{_SAVE}
__version__ = "2.0"
OLD = __version__.startswith("1")

def test_save():
    if __version__ < "2":
        save(1)
    else:
        asyncio.run(save(1))

if OLD:

    def test_old():
        save(1)
""",
    ),
    NearMiss(
        "a test that runs in its synchronous translation only",
        f"""\
import pytest
{_SAVE}
def require_sync(function):
    return pytest.mark.skip("asynchronous")(function)

@require_sync
def test_save():
    def later():
        save(1)

    save(1)
    later()
""",
    ),
    NearMiss(
        "code that was translated to synchronous code",
        f"""\
{_SAVE}
IS_SYNC = True

def test_save():
    if IS_SYNC:
        assert save
    else:

        def inner():
            save(1)

        inner()
""",
    ),
    NearMiss(
        "an async generator is no coroutine",
        "async def rows():\n    yield 1\n\n\ndef test_rows():\n    rows()\n",
    ),
)
