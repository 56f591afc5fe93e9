"""What `wrong-with-or-for` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_SESSION = """\
import asyncio
from contextlib import asynccontextmanager

import pytest


class Connection:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        pass


@asynccontextmanager
async def session():
    yield 1


async def rows():
    yield 1
    yield 2


"""

EXAMPLES = (
    Example(
        "Asynchronous context managers",
        bad=f"""\
{_SESSION}@pytest.mark.asyncio
async def test_connection():
    with ⟦Connection()⟧:
        pass


@pytest.mark.asyncio
async def test_session():
    with ⟦session()⟧ as value:
        assert value == 1


@pytest.mark.asyncio
async def test_lock():
    lock = asyncio.Lock()
    with ⟦lock⟧:
        assert lock.locked()
""",
        good=f"""\
{_SESSION}@pytest.mark.asyncio
async def test_connection():
    async with Connection():
        pass


@pytest.mark.asyncio
async def test_session():
    async with session() as value:
        assert value == 1


@pytest.mark.asyncio
async def test_lock():
    lock = asyncio.Lock()
    async with lock:
        assert lock.locked()
""",
        proof=Proof("does not support the context manager protocol"),
    ),
    Example(
        "Synchronous context managers",
        bad="""\
from unittest.mock import patch

import pytest


async def fail():
    raise ValueError


@pytest.mark.asyncio
async def test_fail():
    async with ⟦pytest.raises(ValueError)⟧:
        await fail()


@pytest.mark.asyncio
async def test_patched():
    async with ⟦patch("os.getcwd")⟧:
        pass
""",
        good="""\
from unittest.mock import patch

import pytest


async def fail():
    raise ValueError


@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        await fail()


@pytest.mark.asyncio
async def test_patched():
    with patch("os.getcwd"):
        pass
""",
        proof=Proof("does not support the asynchronous context manager protocol"),
    ),
    Example(
        "Asynchronous generators",
        bad=f"""\
{_SESSION}@pytest.mark.asyncio
async def test_for():
    for row in ⟦rows()⟧:
        assert row


@pytest.mark.asyncio
async def test_comprehension():
    assert [row for row in ⟦rows()⟧] == [1, 2]


@pytest.mark.asyncio
async def test_list():
    assert ⟦list(rows())⟧ == [1, 2]


async def positive(row):
    return row > 0


@pytest.mark.asyncio
async def test_all():
    assert ⟦all(await positive(row) for row in [1, 2])⟧
""",
        good=f"""\
{_SESSION}@pytest.mark.asyncio
async def test_for():
    async for row in rows():
        assert row


@pytest.mark.asyncio
async def test_comprehension():
    assert [row async for row in rows()] == [1, 2]


@pytest.mark.asyncio
async def test_list():
    assert [each async for each in rows()] == [1, 2]


async def positive(row):
    return row > 0


@pytest.mark.asyncio
async def test_all():
    assert all([await positive(row) for row in [1, 2]])
""",
        proof=Proof("'async_generator' object is not iterable"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "right as they are",
        f"""\
from unittest.mock import patch
{_SESSION}class Both(Connection):
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass


@pytest.mark.asyncio
async def test_right(monkeypatch):
    with Both(), patch("os.getcwd"), monkeypatch.context():
        pass
    async with Both(), session() as value, asyncio.timeout(1):
        assert value == 1
    assert [row async for row in rows()] == [1, 2]
    assert all([row > 0 async for row in rows()])
    assert all(row > 0 for row in [1, 2])
""",
    ),
    NearMiss(
        "a class of which not all bases are known, or a replaced function",
        f"""\
import nowhere
{_SESSION}class Partly(nowhere.Base):
    async def __aenter__(self):
        return self


@pytest.mark.asyncio
async def test_partly(monkeypatch):
    with Partly():
        pass
    monkeypatch.setattr(f"{{__name__}}.session", Partly)
    with session():
        pass
""",
    ),
    NearMiss(
        "an expected failure",
        f"""\
{_SESSION}@pytest.mark.asyncio
async def test_fails():
    with pytest.raises(TypeError):
        for row in rows():
            assert row
    with pytest.raises(TypeError):
        with Connection():
            pass


@pytest.mark.asyncio
async def test_fails_inside():
    async def inner():
        with Connection():
            pass

    with pytest.raises(TypeError):
        await inner()
""",
    ),
)
