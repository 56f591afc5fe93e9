"""What `conflicting-async-plugins` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

_STRICT = "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"

_BACKENDS = '@pytest.fixture(params=["asyncio", "trio"])\ndef anyio_backend(request):\n    return request.param\n'

EXAMPLES = (
    Example(
        "Both marks",
        bad=f"""\
import pytest
import sniffio


{_BACKENDS}

@⟦pytest.mark.asyncio⟧
@pytest.mark.anyio
async def test_library(anyio_backend):
    assert sniffio.current_async_library() == anyio_backend
""",
        good=f"""\
import pytest
import sniffio


{_BACKENDS}

@pytest.mark.anyio
async def test_library(anyio_backend):
    assert sniffio.current_async_library() == anyio_backend
""",
        proof=Proof("assert 'asyncio' == 'trio'", requires=("anyio", "trio", "sniffio")),
    ),
    Example(
        "A test of anyio in auto mode",
        bad=f"""\
import pytest
import sniffio


{_BACKENDS}

@⟦pytest.mark.anyio⟧
async def test_library(anyio_backend):
    assert sniffio.current_async_library() == anyio_backend
# file: pytest.ini
{_AUTO}""",
        good=f"""\
import pytest
import sniffio


{_BACKENDS}

@pytest.mark.anyio
async def test_library(anyio_backend):
    assert sniffio.current_async_library() == anyio_backend
# file: pytest.ini
{_STRICT}""",
        proof=Proof("assert 'asyncio' == 'trio'", requires=("anyio", "trio", "sniffio")),
        config="",
    ),
    Example(
        "A test of trio in auto mode",
        bad=f"""\
import pytest
import trio


@⟦pytest.mark.trio⟧
async def test_value():
    await trio.sleep(0)
# file: pytest.ini
{_AUTO}""",
        good=f"""\
import pytest
import trio


@pytest.mark.trio
async def test_value():
    await trio.sleep(0)
# file: pytest.ini
{_STRICT}""",
        proof=Proof("a coroutine was expected, got None", requires=("pytest-trio",)),
        config="",
    ),
    Example(
        "A test of Twisted in auto mode",
        bad=f"""\
import pytest_twisted
from twisted.internet import reactor, task


@⟦pytest_twisted.ensureDeferred⟧
async def test_value():
    await task.deferLater(reactor, 0, lambda: None)
# file: pytest.ini
{_AUTO}""",
        good=f"""\
import pytest_twisted
from twisted.internet import reactor, task


@pytest_twisted.ensureDeferred
async def test_value():
    await task.deferLater(reactor, 0, lambda: None)
# file: pytest.ini
{_STRICT}""",
        proof=Proof("Task got bad yield", requires=("pytest-twisted",)),
        config="",
    ),
    Example(
        "A Deferred that asyncio cannot await",
        bad=f"""\
from twisted.internet import reactor, task


async def test_value():
    await ⟦task.deferLater(reactor, 0, lambda: None)⟧
# file: pytest.ini
{_AUTO}""",
        good=f"""\
import pytest_twisted
from twisted.internet import reactor, task


@pytest_twisted.ensureDeferred
async def test_value():
    await task.deferLater(reactor, 0, lambda: None)
# file: pytest.ini
{_STRICT}""",
        fixed="",
        proof=Proof("Task got bad yield", requires=("pytest-twisted",)),
        config="",
    ),
    Example(
        "Two auto modes",
        bad="""\
async def test_value():
    assert 1 + 1 == 2
# file: pytest.ini
[pytest]
asyncio_mode = auto
anyio_mode = ⟦auto⟧
asyncio_default_fixture_loop_scope = function
""",
        good="""\
async def test_value():
    assert 1 + 1 == 2
# file: pytest.ini
[pytest]
asyncio_mode = auto
anyio_mode = strict
asyncio_default_fixture_loop_scope = function
""",
        proof=Proof(
            "AnyIO auto mode has been enabled together with pytest-asyncio auto mode", "passed", pytest=">=9.2"
        ),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the backend is asyncio",
        """\
import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
async def test_value():
    assert True
""",
        config=_AUTO,
    ),
    NearMiss(
        "no trio in the environment",
        "import pytest\n\n\n@pytest.mark.anyio\nasync def test_value():\n    assert True\n",
        config=_AUTO,
    ),
    NearMiss(
        "anyio in strict mode",
        f"""\
import pytest


{_BACKENDS}

@pytest.mark.anyio
async def test_value():
    assert True


@pytest.mark.asyncio
async def test_other():
    assert True
""",
        requires=("anyio", "trio"),
    ),
    NearMiss(
        "a synchronous test below a mark of the module",
        f"""\
import pytest

pytestmark = pytest.mark.anyio


{_BACKENDS}

def test_value():
    assert True
""",
        config=_AUTO,
        requires=("anyio", "trio"),
    ),
    NearMiss(
        "a Deferred that becomes a future",
        """\
import asyncio

from twisted.internet import reactor, task


async def test_value():
    await task.deferLater(reactor, 0, lambda: None).asFuture(asyncio.get_running_loop())
""",
        config=_AUTO,
        requires=("pytest-twisted",),
    ),
    NearMiss("one auto mode", "", config="[pytest]\nasyncio_mode = strict\nanyio_mode = auto\n"),
    NearMiss(
        "the mark of a plugin that is not there",
        "import pytest\n\n\n@pytest.mark.trio\nasync def test_value():\n    assert True\n",
        config=f"{_AUTO}markers =\n    trio: on trio\n",
    ),
)
