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
    Example(
        "A call that fits where a `TypeError` is expected, and objects that only keep what they are given",
        bad="""\
from dataclasses import dataclass

import pytest


@dataclass
class Order:
    number: int


class Shop:
    def __init__(self, name):
        self.name = name
        self.orders = []

    async def take(self, order, *, paid=False):
        if not paid:
            raise TypeError(order)
        raise ValueError(order)


@pytest.mark.asyncio
async def test_take():
    shop = Shop("shop")
    with pytest.raises(TypeError):
        ⟦shop.take(1)⟧
    with pytest.raises(ValueError):
        ⟦shop.take(Order(2), paid=True)⟧
""",
        good="""\
from dataclasses import dataclass

import pytest


@dataclass
class Order:
    number: int


class Shop:
    def __init__(self, name):
        self.name = name
        self.orders = []

    async def take(self, order, *, paid=False):
        if not paid:
            raise TypeError(order)
        raise ValueError(order)


@pytest.mark.asyncio
async def test_take():
    shop = Shop("shop")
    with pytest.raises(TypeError):
        await shop.take(1)
    with pytest.raises(ValueError):
        await shop.take(Order(2), paid=True)
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
    with pytest.warns(RuntimeWarning, match="never awaited"):
        fail(1)
""",
    ),
    NearMiss(
        "a task that is awaited in the block, or when an inner one is left",
        f"""\
{_FAIL}class Job:
    async def __aenter__(self):
        self.before = asyncio.all_tasks()

    async def __aexit__(self, *_):
        await asyncio.gather(*asyncio.all_tasks() - self.before)


@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        async with Job():
            asyncio.create_task(fail(1))
    with pytest.raises(ValueError):
        task = asyncio.create_task(fail(1))
        await task
    with pytest.raises(ValueError):
        asyncio.create_task(fail(1))
        await fail(2)
""",
    ),
    NearMiss(
        "arguments that may not fit, or whose own making may raise",
        """\
from dataclasses import dataclass

import pytest


@dataclass
class Order:
    number: int

    def __post_init__(self):
        if self.number < 0:
            raise ValueError(self.number)


class Paid:
    def __init__(self, number):
        self.number = number

    @property
    def number(self):
        return self._number

    @number.setter
    def number(self, value):
        if value < 0:
            raise ValueError(value)
        self._number = value


async def take(order, *, paid=False):
    return order, paid


@pytest.mark.asyncio
async def test_take():
    given = {"late": True}
    pytest.raises(TypeError, take)
    with pytest.raises(TypeError):
        take()
    with pytest.raises(TypeError):
        take(1, True)
    with pytest.raises(TypeError):
        take(1, **given)
    with pytest.raises(TypeError):
        take(order=1, late=True)
    with pytest.raises(TypeError):
        take(int([]))
    with pytest.raises(ValueError):
        take(Order(-1))
    with pytest.raises(ValueError):
        take(Paid(-1))
""",
    ),
    NearMiss(
        "a synchronous function that checks something before it gives the coroutine",
        """\
import pytest


async def wait(name):
    return name


def event(name):
    \"\"\"Give what waits for an event.\"\"\"
    if not name:
        raise LookupError(name)
    return wait(name)


def test_event():
    with pytest.raises(LookupError):
        event("")
""",
    ),
)
