"""An `async def` test that no plugin awaits never runs.

## What it does
Reports `async def` tests that nobody awaits: pytest-asyncio in strict mode without the `asyncio` mark (or with a
misspelt one, on the test, its class or its module), tests of hypothesis included, and projects in which no plugin for
asynchronous tests is installed or enabled.

## Why is this bad
pytest 8.4 and newer fails such a test with "async def functions are not natively supported". Older ones skip it with
a warning and exit with 0: the suite is green and the test has not run.

## When not to fix
Never, if the test is meant to run. Tests that another plugin takes (anyio, trio, tornado, twisted, a hook of the
project, `unittest.IsolatedAsyncioTestCase`) are not reported, and neither is anything whose runner is not certain.

## Fix safety
Adding or correcting the mark is safe: the test begins to run, so it may begin to fail. No fix is offered when
pytest-asyncio is missing, when its mark would not help, or when a mark is there that another one replaces.

## Versions
pytest >= 8.4 fails the test, pytest <= 8.3 skips it. With `strict_markers` a misspelt mark is an error at collection.
The mark `asyncio_event_loop` existed in pytest-asyncio 0.22 only.

## References
- [pytest: async functions without a plugin](https://docs.pytest.org/en/stable/changelog.html#pytest-8-4-0-2025-06-02)
- [pytest-asyncio: test discovery modes](https://pytest-asyncio.readthedocs.io/en/stable/concepts.html#test-discovery-modes)

"""

from collections.abc import Iterator

from loopscope.config.model import closest
from loopscope.facts.expr import dotted
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.decorators import add_decorator
from loopscope.rules.support.marks import MarkUse, mark_name_span, marks_of
from loopscope.text.edit import Edit
from loopscope.workspace.model import TestItem, Unknown

META = Meta("async-test-never-runs", Group.MARKS, Severity.ERROR, words=("async",))

EXAMPLES = (
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
    NearMiss("not collected", "async def helper():\n    assert True\n"),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of tests that nobody awaits."""
    for test in ctx.own_tests:
        if not test.function.is_async or test.function.yields or test.is_unittest:
            continue
        decision = ctx.runner(test)
        if isinstance(decision, Unknown) or decision.value is not None:
            continue
        misspelt = _misspelt(ctx, test)
        consequence = _consequence(ctx, test, registered=misspelt is None)
        message = f"Nothing awaits this async test ({decision.reason}): {consequence}."
        if ctx.plugin_enabled("aiohttp"):
            message += " pytest-aiohttp expects `asyncio_mode = auto`."
        if misspelt is not None:
            message += f" Did you mean `asyncio` instead of `{misspelt.name}`?"
        yield ctx.finding(META, ctx.name_span(test.id), message, data=test)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Corrects the misspelt mark, or adds `@pytest.mark.asyncio`."""
    test = finding.data
    if not isinstance(test, TestItem) or not ctx.plugin_enabled("asyncio"):
        return None
    misspelt = _misspelt(ctx, test)
    if misspelt is not None:
        span = mark_name_span(misspelt)
        return None if span is None else ctx.fix("Correct the mark", Safety.SAFE, [Edit(span, "asyncio")])
    if any(mark.name == "asyncio" and _is_over(mark, test) for mark in marks_of(ctx)):
        return None
    edits = add_decorator(ctx, test.id, ("pytest", "mark.asyncio"))
    return None if edits is None else ctx.fix("Add `@pytest.mark.asyncio`", Safety.SAFE, edits)


def _consequence(ctx: Context, test: TestItem, *, registered: bool) -> str:
    if not registered and ctx.config.strict_markers.value:
        return "pytest stops collecting the module, since marks must be registered"
    if any((dotted(each) or "").startswith("hypothesis.") for each in test.function.decorators):
        return "hypothesis fails it"
    fails = ctx.environment.at_least("pytest", 8, 4)
    return "pytest fails it" if fails else "pytest skips it and the run stays green"


def _misspelt(ctx: Context, test: TestItem) -> MarkUse | None:
    """A mark of the test, its class or module whose name is nearly `asyncio`, and that nobody registered."""
    for mark in marks_of(ctx):
        known = mark.name == "asyncio" or any(marker.name == mark.name for marker in ctx.config.markers)
        if not known and _is_over(mark, test) and closest(mark.name, ["asyncio", "asyncio_event_loop"], 0.75):
            return mark
    return None


def _is_over(mark: MarkUse, test: TestItem) -> bool:
    """Whether a mark stands on the test, a class around it or its module."""
    if mark.on_function or mark.owner is None:
        return mark.owner in (None, test.id)
    return test.id.qualname.startswith(f"{mark.owner.qualname}.")


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
