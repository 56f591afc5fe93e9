"""What `async-test-never-runs` finds."""

from loopscope.rules.model import Example, Proof

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
