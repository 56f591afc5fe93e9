"""What `raises-without-await` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_FAIL = """\
import asyncio

import pytest


async def fail(value):
    raise ValueError(value)


"""

EXAMPLES = (
    Example(
        "A call",
        bad=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        ⟦fail(1)⟧
""",
        good=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        await fail(1)
""",
        proof=Proof("DID NOT RAISE"),
    ),
    Example(
        "Inside of another block",
        bad=f"""\
import contextlib
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        async with contextlib.AsyncExitStack():
            ⟦fail(1)⟧
""",
        good=f"""\
import contextlib
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        async with contextlib.AsyncExitStack():
            await fail(1)
""",
        proof=Proof("DID NOT RAISE"),
    ),
    Example(
        "The form with a callable",
        bad=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    ⟦pytest.raises(ValueError, fail, 1)⟧
""",
        good=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        await fail(1)
""",
        proof=Proof("DID NOT RAISE"),
    ),
    Example(
        "A task",
        bad=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        ⟦asyncio.create_task(fail(1))⟧
""",
        good=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        await fail(1)
""",
        proof=Proof("DID NOT RAISE"),
    ),
    Example(
        "What is made for an argument raises nothing itself, or is not the last in the block",
        bad=f"""\
{_FAIL}class Token:
    def __init__(self):
        self.cancelled = False


class Positive:
    def __init__(self, value):
        if value < 0:
            raise ValueError(value)


@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        ⟦fail(Positive(1))⟧
        await asyncio.sleep(0)
    with pytest.raises(ValueError):
        ⟦fail(Token())⟧
""",
        good=f"""\
{_FAIL}class Token:
    def __init__(self):
        self.cancelled = False


class Positive:
    def __init__(self, value):
        if value < 0:
            raise ValueError(value)


@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        await fail(Positive(1))
        await asyncio.sleep(0)
    with pytest.raises(ValueError):
        await fail(Token())
""",
        proof=Proof("DID NOT RAISE"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a class that is made without arguments may raise",
        f"""\
{_FAIL}class Broken:
    def __init__(self):
        self.value = int("x")


class Derived(Broken):
    pass


class Needs:
    def __init__(self, *, value):
        self.value = value


class Refuses:
    def __new__(cls):
        raise ValueError

    def __init__(self):
        self.value = 1


class Listed(Needs):
    def __init__(self):
        super().__init__(value=[][0])


def test_fail():
    with pytest.raises(ValueError):
        fail(Broken())
    with pytest.raises(ValueError):
        fail(Derived())
    with pytest.raises((RuntimeError, TypeError)):
        fail(Needs())
    with pytest.raises(ValueError):
        fail(Refuses())
    with pytest.raises(LookupError):
        fail(Listed())
""",
    ),
    NearMiss(
        "what makes the function, or an argument, raises at once",
        f"""\
{_FAIL}import functools


class Positive(int):
    def __init__(self, value):
        if value < 0:
            raise ValueError(value)


def checked(function):
    if function is None:
        raise ValueError("no function")

    @functools.wraps(function)
    async def wrapper(*args):
        return await function(*args)

    return wrapper


@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        checked(None)()
    with pytest.raises(ValueError):
        fail(Positive(-1))
""",
    ),
    NearMiss(
        "awaited, or a plain function",
        f"""\
{_FAIL}def check(value):
    raise ValueError(value)


@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        await fail(1)
    with pytest.raises(ValueError):
        check(1)
    pytest.raises(ValueError, check, 1)
    pytest.raises(ValueError, lambda: asyncio.run(fail(1)))
""",
    ),
    NearMiss(
        "the warning about it is expected",
        f"""\
{_FAIL}def test_fail():
    with pytest.warns(RuntimeWarning, match="never awaited"):
        fail(1)
""",
    ),
    NearMiss(
        "a task that is awaited in the block",
        f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        task = asyncio.create_task(fail(1))
        await task
    with pytest.raises(ValueError):
        asyncio.create_task(fail(1))
        await fail(2)
""",
    ),
    NearMiss(
        "a call that raises before there is a coroutine",
        """\
import pytest


async def needs(value):
    return value


@pytest.mark.asyncio
async def test_needs():
    with pytest.raises(TypeError):
        needs()
    pytest.raises(TypeError, needs)
""",
    ),
)
