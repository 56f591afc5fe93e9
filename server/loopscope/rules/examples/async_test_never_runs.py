"""What `async-test-never-runs` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_TRACED = """\
# file: conftest.py
import functools
import pytest

def pytest_configure(config):
    config.addinivalue_line("markers", "traced: the test is traced")

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    marker = item.get_closest_marker("traced")
    if marker:
        item.obj = functools.wraps(item.obj)(item.obj)
    yield
"""

EXAMPLES = (
    Example(
        "A hook that gives tests with a mark of its own another function",
        bad=f"""\
async def ⟦test_value⟧():
    assert 1 + 1 == 2
{_TRACED}""",
        good=f"""\
import pytest


@pytest.mark.asyncio
async def test_value():
    assert 1 + 1 == 2
{_TRACED}""",
        proof=Proof("async def functions are not natively supported"),
    ),
    Example(
        "No mark in strict mode",
        bad="""\
async def ⟦test_value⟧():
    assert 1 + 1 == 2
""",
        good="""\
import pytest


@pytest.mark.asyncio
async def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof("async def functions are not natively supported"),
    ),
    Example(
        "A misspelt mark",
        bad="""\
import pytest


@pytest.mark.asycnio
async def ⟦test_value⟧():
    assert 1 + 1 == 2
""",
        good="""\
import pytest


@pytest.mark.asyncio
async def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof("async def functions are not natively supported"),
    ),
    Example(
        "A misspelt mark where marks must be registered",
        bad="""\
import pytest


@pytest.mark.asyncoi
async def ⟦test_value⟧():
    assert 1 + 1 == 2
""",
        good="""\
import pytest


@pytest.mark.asyncio
async def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof("'asyncoi' not found in `markers` configuration option", "error", pytest=">=8.4,!=9.0.*"),
        config="[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
        "addopts = --strict-markers\n",
    ),
    Example(
        "A misspelt mark of the module",
        bad="""\
import pytest

pytestmark = [pytest.mark.asycnio, pytest.mark.filterwarnings("default")]


async def ⟦test_value⟧():
    assert 1 + 1 == 2


async def ⟦test_other_value⟧():
    assert 2 + 2 == 4
""",
        good="""\
import pytest

pytestmark = [pytest.mark.asyncio, pytest.mark.filterwarnings("default")]


async def test_value():
    assert 1 + 1 == 2


async def test_other_value():
    assert 2 + 2 == 4
""",
        proof=Proof("async def functions are not natively supported"),
    ),
    Example(
        "A test of hypothesis",
        bad="""\
import pytest
from hypothesis import given
from hypothesis import strategies as st


@given(number=st.integers())
async def ⟦test_value⟧(number):
    assert number == int(number)
""",
        good="""\
import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.asyncio
@given(number=st.integers())
async def test_value(number):
    assert number == int(number)
""",
        proof=Proof("Hypothesis doesn't know how to run async test functions", requires=("hypothesis",)),
    ),
    Example(
        "A test of pytest-aiohttp in strict mode",
        bad="""\
from aiohttp import web


async def ⟦test_app⟧(aiohttp_client):
    client = await aiohttp_client(web.Application())
    assert (await client.get("/")).status == 404
""",
        good="""\
import pytest
from aiohttp import web


@pytest.mark.asyncio
async def test_app(aiohttp_client):
    client = await aiohttp_client(web.Application())
    assert (await client.get("/")).status == 404
""",
        proof=Proof("async def functions are not natively supported", requires=("pytest-aiohttp",)),
    ),
    Example(
        "Methods, beside marks of their own",
        bad="""\
import asyncio

import pytest


class TestValue:
    @pytest.mark.parametrize("number", [1, 2])
    async def ⟦test_value⟧(self, number):
        await asyncio.sleep(0)
        assert number

    def test_sync(self):
        assert True
""",
        good="""\
import asyncio

import pytest


class TestValue:
    @pytest.mark.asyncio
    @pytest.mark.parametrize("number", [1, 2])
    async def test_value(self, number):
        await asyncio.sleep(0)
        assert number

    def test_sync(self):
        assert True
""",
        proof=Proof("async def functions are not natively supported"),
    ),
)

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
