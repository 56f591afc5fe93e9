"""What `async-test-never-runs` leaves alone."""

from loopscope.rules.model import NearMiss

NEAR_MISSES = (
    NearMiss("auto mode", "async def test_value():\n    assert True\n", config="[pytest]\nasyncio_mode = auto\n"),
    NearMiss(
        "the module is marked",
        "import pytest\n\npytestmark = [pytest.mark.asyncio]\n\n\nasync def test_value():\n    assert True\n",
    ),
    NearMiss(
        "anyio runs it",
        "import pytest\n\n\n@pytest.mark.anyio\nasync def test_value():\n    assert True\n",
    ),
    NearMiss(
        "an autouse fixture brings anyio's backend",
        """\
import pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture(autouse=True)
async def setup(anyio_backend):
    pass

async def test_value():
    assert True
""",
    ),
    NearMiss(
        "unittest awaits its own",
        """\
import unittest

class ValueTest(unittest.IsolatedAsyncioTestCase):
    async def test_value(self):
        self.assertTrue(True)
""",
    ),
    NearMiss(
        "an alias of the mark",
        "import pytest\n\nrun = pytest.mark.asyncio\n\n\n@run\nasync def test_value():\n    assert True\n",
    ),
    NearMiss(
        "a decorator that may make it synchronous",
        """\
import asyncio
import functools

def run(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return asyncio.run(function(*args, **kwargs))

    return wrapper

@run
async def test_value():
    assert True
""",
    ),
    NearMiss(
        "a TestCase that awaits its tests itself",
        """\
import asyncio
import unittest

class AsyncTestCase(unittest.TestCase):
    def _callTestMethod(self, method):
        asyncio.run(method())

class ValueTest(AsyncTestCase):
    async def test_value(self):
        self.assertTrue(True)
""",
    ),
    NearMiss(
        "pytest-trio in its mode",
        "import trio\n\nasync def test_value():\n    await trio.sleep(0)\n",
        config="[pytest]\ntrio_mode = true\n",
        requires=("pytest-trio",),
    ),
    NearMiss(
        "a hook gives tests with a mark another function",
        """\
import pytest

@pytest.mark.runs
async def test_value():
    assert True
# file: conftest.py
import asyncio

def pytest_configure(config):
    config.addinivalue_line("markers", "runs: the test is run")

def pytest_runtest_setup(item):
    if item.get_closest_marker("runs"):
        function = item.obj
        item.obj = lambda **given: asyncio.run(function(**given))
""",
    ),
    NearMiss(
        "a hook gives the test another function",
        """\
async def test_value():
    assert True
# file: conftest.py
import asyncio
import inspect

import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    if inspect.iscoroutinefunction(item.obj):
        function = item.obj
        item.obj = lambda **given: asyncio.run(function(**given))
    yield
""",
    ),
    NearMiss(
        "skipped anyway",
        """\
import pytest

sync_only = pytest.mark.skipif("'async' not in __name__ or True", reason="only in its synchronous twin")

@sync_only
async def test_value():
    assert True

@pytest.mark.skip(reason="not yet")
async def test_other():
    assert True

NOT_YET = True

@pytest.mark.skipif(True, reason="not yet")
async def test_literal():
    assert True

@pytest.mark.skipif(condition=NOT_YET, reason="not yet")
class TestThings:
    async def test_named(self):
        assert True

@pytest.mark.xfail(run=False)
async def test_not_run():
    assert True
""",
    ),
    NearMiss(
        "the mark is added to those of the module",
        """\
import pytest

pytestmark = [pytest.mark.filterwarnings("error")]
if True:  # ASYNC
    pytestmark.append(pytest.mark.asyncio)

async def test_value():
    assert True

class TestOther:
    pytestmark = [pytest.mark.filterwarnings("error")]
    pytestmark.extend([pytest.mark.asyncio])

    async def test_value(self):
        assert True
""",
    ),
    NearMiss(
        "a mark that a function makes",
        """\
import helpers

pytestmark = helpers.all_marks()

async def test_value():
    assert True
# file: helpers.py
import pytest

def all_marks():
    return [pytest.mark.asyncio]
""",
    ),
    NearMiss("not collected", "async def helper():\n    assert True\n"),
    NearMiss(
        "a parameter of a fixture has the mark",
        """\
import pytest

@pytest.fixture(params=[pytest.param("asyncio", marks=pytest.mark.asyncio)])
def backend(request):
    return request.param

@pytest.mark.usefixtures("backend")
async def test_value():
    assert True
""",
    ),
    NearMiss(
        "the class may derive from a test case",
        """\
from nowhere.testing import AsyncTableTest

class TestTable(AsyncTableTest):
    async def test_value(self):
        assert True
""",
    ),
    NearMiss(
        "a plugin that the conftest imports",
        """\
async def test_value(dut):
    assert dut
# file: conftest.py
def pytest_addoption(parser, pluginmanager):
    if not pluginmanager.has_plugin("own"):
        pluginmanager.import_plugin("own")
# file: own.py
import asyncio
import pytest

@pytest.fixture
def dut():
    return 1

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}))
    return True
""",
    ),
    NearMiss(
        "for a type checker, outside testpaths",
        """\
def test_value():
    assert True
# file: types/test_types.py
async def load() -> int:
    return 1

async def test_load() -> None:
    await load("wrong")  # type: ignore[call-arg]
""",
        config="[pytest]\ntestpaths = test_*.py\nasyncio_default_fixture_loop_scope = function\n",
    ),
)
