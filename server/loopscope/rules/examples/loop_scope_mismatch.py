"""What `loop-scope-mismatch` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_FIXTURE = """\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def task():
    return asyncio.create_task(asyncio.sleep(0, "done"))

"""

_POOL = """\
import asyncio

import pytest


@pytest.fixture(scope="session")
async def pool():
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()
    loop.call_later(0.01, waiter.set_result, 1)
    return waiter


"""

_ENGINE = """\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine():
    ready = asyncio.Event()
    task = asyncio.create_task(ready.wait())
    await asyncio.sleep(0)
    yield ready, task
    task.cancel()


"""

EXAMPLES = (
    Example(
        "A task of the module's loop",
        bad=f"""\
{_FIXTURE}
@pytest.mark.asyncio
async def test_task(⟦task⟧):
    assert await task == "done"
""",
        good=f"""\
{_FIXTURE}
@pytest.mark.asyncio(loop_scope="module")
async def test_task(task):
    assert await task == "done"
""",
        proof=Proof("attached to a different loop", pytest_asyncio=">=0.24"),
    ),
    Example(
        "Only fixtures have a wide loop by default",
        bad="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def future():
    return asyncio.get_running_loop().create_future()


@pytest.mark.asyncio
async def test_future(⟦future⟧):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(future, 0.01)
""",
        good="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def future():
    return asyncio.get_running_loop().create_future()


@pytest.mark.asyncio(loop_scope="session")
async def test_future(future):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(future, 0.01)
""",
        proof=Proof("different loop", pytest_asyncio=">=0.24"),
        config="[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = session\n",
    ),
    Example(
        "A fixture uses the task of another loop",
        bad="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def task():
    return asyncio.create_task(asyncio.sleep(0, "done"))


@pytest_asyncio.fixture
async def result(⟦task⟧):
    return await task


@pytest.mark.asyncio(loop_scope="session")
async def test_result(result):
    assert result == "done"
""",
        good="""\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def task():
    return asyncio.create_task(asyncio.sleep(0, "done"))


@pytest_asyncio.fixture(loop_scope="session")
async def result(task):
    return await task


@pytest.mark.asyncio(loop_scope="session")
async def test_result(result):
    assert result == "done"
""",
        proof=Proof("attached to a different loop", "error", pytest_asyncio=">=1.0"),
    ),
    Example(
        "In auto mode, with nothing said about the test",
        bad=f"""\
{_POOL}async def test_pool(⟦pool⟧):
    assert await pool == 1
""",
        good=f"""\
{_POOL}@pytest.mark.asyncio(loop_scope="session")
async def test_pool(pool):
    assert await pool == 1
""",
        proof=Proof("attached to a different loop", pytest_asyncio=">=0.24"),
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\n",
    ),
    Example(
        "One of several objects, through another fixture",
        bad=f"""\
{_ENGINE}@pytest_asyncio.fixture
async def session(⟦engine⟧):
    ready, task = engine
    ready.set()
    return await task


@pytest.mark.asyncio(loop_scope="session")
async def test_session(session):
    assert session
""",
        good=f"""\
{_ENGINE}@pytest_asyncio.fixture(loop_scope="session")
async def session(engine):
    ready, task = engine
    ready.set()
    return await task


@pytest.mark.asyncio(loop_scope="session")
async def test_session(session):
    assert session
""",
        proof=Proof("attached to a different loop", "error", pytest_asyncio=">=1"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the same loop",
        f'{_FIXTURE}\n@pytest.mark.asyncio(loop_scope="module")\nasync def test(task):\n    await task\n',
    ),
    NearMiss(
        "a value without a loop",
        """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def settings():
    return {"debug": True}


@pytest.mark.asyncio
async def test_settings(settings):
    assert settings["debug"]
""",
    ),
    NearMiss(
        "function scope on both sides",
        """\
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def queue():
    return asyncio.Queue()


@pytest.mark.asyncio
async def test_queue(queue):
    assert queue.empty()
""",
    ),
    NearMiss(
        "both defaults are the same",
        """\
import asyncio

import pytest


@pytest.fixture(scope="session")
async def task():
    return asyncio.create_task(asyncio.sleep(0, "done"))


@pytest.fixture
async def result(task):
    return await task


async def test_task(task, result):
    assert await task == result
""",
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\n"
        "asyncio_default_test_loop_scope = session\n",
    ),
    NearMiss(
        "several values without a loop",
        """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def names():
    return "one", ["two"]


@pytest.mark.asyncio
async def test_names(names):
    assert names
""",
    ),
    NearMiss("a synchronous test reads it", f"{_FIXTURE}\ndef test_task(task):\n    assert task is not None\n"),
)
