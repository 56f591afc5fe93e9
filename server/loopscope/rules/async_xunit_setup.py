"""An `async def` set-up function or pytest hook is called and never awaited.

## What it does
Reports asynchronous `setup_method`, `teardown_module` and their likes in test modules and classes, asynchronous
`setUp`, `tearDown`, `setUpClass` … in test cases of `unittest` and Django, `asyncSetUp` and `asyncTearDown` in test
cases that never call them, and asynchronous `pytest_*` hooks in conftests and plugins.

## Why is this bad
pytest and `unittest` call these functions and drop the coroutine. The test runs without its set-up and may pass all the
same; the only trace is a warning "was never awaited".

## When not to fix
Never. Functions whose class cannot be followed to its bases, or that a decorator may change, are not reported.

## Fix safety
Safe in an `IsolatedAsyncioTestCase`: `setUp` becomes `asyncSetUp`. Unsafe elsewhere: a set-up function becomes a
fixture that is used automatically, whose place among other fixtures differs; a hook becomes a synchronous one that runs
the coroutine with `asyncio.run`.

## Versions
All versions of pytest and pytest-asyncio.

## References
- [pytest: xunit-style set-up](https://docs.pytest.org/en/stable/how-to/xunit_setup.html)
- [Python: `IsolatedAsyncioTestCase.asyncSetUp`](https://docs.python.org/3/library/unittest.html#unittest.IsolatedAsyncioTestCase.asyncSetUp)

"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.xunit import AsyncSetup, Caller, as_fixture, as_sync_hook, async_setups, rename
from loopscope.text.edit import Edit

META = Meta(
    "async-xunit-setup",
    Group.MARKS,
    Severity.ERROR,
    overlaps=("pyright: reportIncompatibleMethodOverride", "ty: incompatible-method-override"),
    texts=("setup_", "teardown_", "etUp", "earDown", "pytest_"),
)

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
_ISOLATED = {"setUp": "asyncSetUp", "tearDown": "asyncTearDown"}

_DJANGO = f"{_AUTO}DJANGO_SETTINGS_MODULE = settings\n"

EXAMPLES = (
    Example(
        "Set-up and teardown of a class",
        bad="""\
class TestValue:
    async def ⟦setup_method⟧(self):
        self.value = 1

    async def ⟦teardown_method⟧(self):
        self.value = None

    async def test_value(self):
        assert self.value == 1
""",
        good="""\
import pytest_asyncio


class TestValue:
    @pytest_asyncio.fixture(autouse=True)
    async def _setup(self):
        self.value = 1
        yield
        self.value = None

    async def test_value(self):
        assert self.value == 1
""",
        proof=Proof("coroutine 'TestValue.setup_method' was never awaited"),
        config=_AUTO,
    ),
    Example(
        "Set-up of a module",
        bad="""\
import pytest

VALUES = []


async def ⟦setup_module⟧():
    VALUES.append(1)


@pytest.mark.asyncio
async def test_value():
    assert VALUES == [1]
""",
        good="""\
import pytest
import pytest_asyncio

VALUES = []


@pytest_asyncio.fixture(autouse=True, scope="module", loop_scope="module")
async def _setup():
    VALUES.append(1)


@pytest.mark.asyncio
async def test_value():
    assert VALUES == [1]
""",
        proof=Proof("coroutine 'setup_module' was never awaited", pytest_asyncio=">=0.24"),
    ),
    Example(
        "A test case",
        bad="""\
import unittest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    async def ⟦setUp⟧(self):
        self.value = 1

    async def test_value(self):
        self.assertEqual(self.value, 1)
""",
        good="""\
import unittest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.value = 1

    async def test_value(self):
        self.assertEqual(self.value, 1)
""",
        proof=Proof("coroutine 'ValueTest.setUp' was never awaited"),
    ),
    Example(
        "What Django's test cases never call",
        bad="""\
from django.test import SimpleTestCase


class ValueTest(SimpleTestCase):
    async def ⟦asyncSetUp⟧(self):
        self.value = 1

    async def test_value(self):
        self.assertEqual(self.value, 1)
# file: settings.py
SECRET_KEY = "x"
""",
        good="""\
from django.test import SimpleTestCase


class ValueTest(SimpleTestCase):
    def setUp(self):
        self.value = 1

    async def test_value(self):
        self.assertEqual(self.value, 1)
# file: settings.py
SECRET_KEY = "x"
""",
        fixed="",
        proof=Proof("'ValueTest' object has no attribute 'value'", requires=("pytest-django",)),
        config=_DJANGO,
    ),
    Example(
        "A hook",
        bad="""\
def test_started(request):
    assert request.config.started
# file: conftest.py
async def ⟦pytest_sessionstart⟧(session):
    session.config.started = True


def pytest_configure(config):
    config.started = False
""",
        good="""\
def test_started(request):
    assert request.config.started
# file: conftest.py
import asyncio


async def _pytest_sessionstart(session):
    session.config.started = True


def pytest_sessionstart(session):
    return asyncio.run(_pytest_sessionstart(session))


def pytest_configure(config):
    config.started = False
""",
        proof=Proof("coroutine 'pytest_sessionstart' was never awaited"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "synchronous set-up, and the asynchronous one of unittest",
        """\
import unittest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.value = 1

    async def asyncSetUp(self):
        self.value += 1

    async def test_value(self):
        self.assertEqual(self.value, 2)
""",
    ),
    NearMiss(
        "fixtures of these names",
        """\
import pytest
import pytest_asyncio


class TestValue:
    @pytest_asyncio.fixture(autouse=True)
    async def setup_method(self):
        self.value = 1

    @pytest.mark.asyncio
    async def test_value(self):
        assert self.value == 1
""",
    ),
    NearMiss(
        "a method that pytest does not know",
        """\
import pytest


class TestValue:
    async def setup_client(self):
        self.value = 1

    async def setUp(self):
        await self.setup_client()

    @pytest.mark.asyncio
    async def test_value(self):
        await self.setUp()
        assert self.value == 1
""",
    ),
    NearMiss(
        "a class that is not collected",
        """\
class Service:
    async def setup_method(self):
        pass


async def setup_module():
    pass
# file: service.py
async def pytest_sessionstart(session):
    pass
""",
    ),
    NearMiss(
        "a hook of another plugin, which may await it",
        """\
def test_value():
    pass
# file: conftest.py
import pytest


@pytest.hookimpl(specname="pytest_runtest_call_async", optionalhook=True)
async def pytest_runtest_call_async(item):
    pass
""",
    ),
    NearMiss(
        "the set-up method calls it",
        """\
import asyncio
import unittest


class ValueTest(unittest.TestCase):
    def setUp(self):
        asyncio.run(self.asyncSetUp())

    async def asyncSetUp(self):
        self.value = 1

    def test_value(self):
        self.assertEqual(self.value, 1)
""",
    ),
    NearMiss(
        "a class that runs its set-up itself",
        """\
import asyncio
import unittest


class AsyncTestCase(unittest.TestCase):
    def run(self, result=None):
        asyncio.run(self.setUp())
        return super().run(result)


class ValueTest(AsyncTestCase):
    async def setUp(self):
        self.value = 1

    def test_value(self):
        self.assertEqual(self.value, 1)
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the functions."""
    for setup in async_setups(ctx):
        if setup.caller is Caller.NOBODY:
            message = f"Only `unittest.IsolatedAsyncioTestCase` calls `{setup.name}`: it never runs."
        else:
            message = f"{setup.caller.value} calls `{setup.name}` and does not await it: it never runs."
        yield ctx.finding(META, ctx.name_span(setup.id), message, data=setup)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Renames the method, makes it a fixture, or runs the coroutine of a hook."""
    setup = finding.data
    if not isinstance(setup, AsyncSetup):
        return None
    edits: list[Edit] | None = None
    if setup.caller is Caller.ISOLATED and setup.name in _ISOLATED:
        new = _ISOLATED[setup.name]
        edits = rename(ctx, setup, new)
        return None if edits is None else ctx.fix(f"Rename to `{new}`", Safety.SAFE, edits)
    if setup.caller is Caller.PYTEST_HOOKS:
        edits = as_sync_hook(ctx, setup)
        return None if edits is None else ctx.fix("Run it with `asyncio.run`", Safety.UNSAFE, edits)
    if setup.caller is Caller.PYTEST and ctx.plugin_enabled("asyncio"):
        edits = as_fixture(ctx, setup)
    return None if edits is None else ctx.fix("Make it a fixture that is always used", Safety.UNSAFE, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
