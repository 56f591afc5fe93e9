"""What `assert-called-instead-of-awaited` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_NOTIFY = """\
from unittest.mock import AsyncMock, call

import pytest

"""

_RUN = """\
import asyncio
from unittest.mock import AsyncMock

import pytest


async def run(job):
    task = asyncio.create_task(job(1))
    await task


async def run_all(first, second):
    async with asyncio.TaskGroup() as group:
        group.create_task(first())
    await asyncio.gather(second(), asyncio.sleep(0))


def start(job):
    return job(2)

"""

EXAMPLES = (
    Example(
        "The assertion passes even if the code forgets to await",
        bad=f"""\
{_NOTIFY}
async def notify(sender):
    await sender.send("hello")


@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender)
    sender.send.⟦assert_called_once_with⟧("hello")
    sender.send.⟦assert_has_calls⟧([call("hello")])
""",
        good=f"""\
{_NOTIFY}
async def notify(sender):
    await sender.send("hello")


@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender)
    sender.send.assert_awaited_once_with("hello")
    sender.send.assert_has_awaits([call("hello")])
""",
        proof=Proof("", "passed", invisible="it shows only when the code under test forgets the await"),
    ),
    Example(
        "A patched coroutine function",
        bad="""\
from unittest.mock import patch

import app
import pytest


@pytest.mark.asyncio
@patch("app.send")
async def test_notify(send):
    await app.notify()
    send.⟦assert_called⟧()


# file: app.py
async def send(text):
    return text


async def notify():
    await send("hello")
""",
        good="""\
from unittest.mock import patch

import app
import pytest


@pytest.mark.asyncio
@patch("app.send")
async def test_notify(send):
    await app.notify()
    send.assert_awaited()


# file: app.py
async def send(text):
    return text


async def notify():
    await send("hello")
""",
        proof=Proof("", "passed", invisible="it shows only when the code under test forgets the await"),
    ),
    Example(
        "A task that the code waits for",
        bad=f"""\
{_RUN}
@pytest.mark.asyncio
async def test_run():
    job = AsyncMock()
    await run(job)
    job.⟦assert_called_with⟧(1)
    await start(job)
    job.⟦assert_called_with⟧(2)


@pytest.mark.asyncio
async def test_run_all():
    first, second = AsyncMock(), AsyncMock()
    await run_all(first, second)
    first.⟦assert_called_once_with⟧()
    second.⟦assert_called_once_with⟧()
""",
        good=f"""\
{_RUN}
@pytest.mark.asyncio
async def test_run():
    job = AsyncMock()
    await run(job)
    job.assert_awaited_with(1)
    await start(job)
    job.assert_awaited_with(2)


@pytest.mark.asyncio
async def test_run_all():
    first, second = AsyncMock(), AsyncMock()
    await run_all(first, second)
    first.assert_awaited_once_with()
    second.assert_awaited_once_with()
""",
        proof=Proof("", "passed", invisible="it shows only when the code under test forgets the await"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "synchronous parts of a mock, and what is not called",
        """\
from unittest.mock import AsyncMock, MagicMock, call


class Client:
    async def send(self): ...

    def close(self): ...


async def test_client():
    client = AsyncMock(spec=Client)
    client.close()
    client.close.assert_called_once()
    client.send.assert_not_called()
    other = AsyncMock()
    other.write = MagicMock()
    other.write("x")
    other.write.assert_called_once_with("x")
    await other.send("x")
    other.assert_has_calls([call.send("x")])
""",
    ),
    NearMiss(
        "the assertion is expected to fail",
        """\
from unittest.mock import AsyncMock

import pytest


async def test_client():
    client = AsyncMock()
    await client.send("x")
    with pytest.raises(AssertionError):
        client.send.assert_called_once_with("y")
""",
    ),
    NearMiss(
        "a synchronous test can await nothing",
        """\
from unittest.mock import AsyncMock


def test_schedule():
    job = AsyncMock()
    job().close()
    job.assert_called_once_with()
""",
    ),
    NearMiss(
        "what a patch replaces is not known",
        """\
from unittest.mock import patch


async def test_send():
    with patch("nowhere.send") as send:
        send()
    send.assert_called_once()
""",
    ),
    NearMiss(
        "what gets the mock calls it, and awaits nothing",
        """\
import asyncio
from collections.abc import Callable
from typing import Protocol
from unittest.mock import AsyncMock


class Callback(Protocol):
    def __call__(self, value: int) -> None: ...


class Observer:
    def __init__(self, on_value: Callback, on_end: Callable[[], None] | None = None):
        self.on_value = on_value
        self.on_end = on_end

    async def run(self):
        self.on_value(1)
        self.on_end()


async def test_callbacks():
    on_value, on_end = AsyncMock(), AsyncMock()
    await Observer(on_value, on_end=on_end).run()
    on_value.assert_called_once_with(1)
    on_end.assert_called_once_with()


async def test_own_callback():
    spy = AsyncMock()

    def run():
        spy(1)

    await asyncio.sleep(0)
    run()
    spy.assert_called_once_with(1)
""",
    ),
    NearMiss(
        "a coroutine that is handed to the loop, and what the code has for synchronous",
        """\
import asyncio
from unittest.mock import AsyncMock, patch

import service

tasks = []


def schedule(job):
    asyncio.get_running_loop().create_task(job())


async def start(job):
    started = asyncio.Event()
    tasks.append(asyncio.create_task(job(started)))
    await asyncio.sleep(0)


class Worker:
    async def work(self, job, semaphore):
        try:
            return await job
        finally:
            semaphore.release()


async def test_start():
    job = AsyncMock()
    await start(job)
    job.assert_called_once()


async def test_schedule():
    job = AsyncMock()
    schedule(job)
    job.assert_called_once_with()
    await asyncio.sleep(0)
    with patch.object(asyncio, "sleep") as sleep:
        schedule(asyncio.sleep)
        sleep.assert_called_once_with()


async def test_work():
    client = AsyncMock()
    await Worker().work(asyncio.sleep(0), client.semaphore)
    client.semaphore.release.assert_called_once_with()


@patch("service.observer")
async def test_observer(observer):
    observer.run = AsyncMock()
    await service.start()
    observer.run.assert_called_once()
# file: service.py
import asyncio

observer = None
task = None


async def start():
    global task
    task = asyncio.create_task(observer.run())
    task.add_done_callback(print)
""",
    ),
)
