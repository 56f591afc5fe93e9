"""A `unittest` test case uses what pytest offers to its own tests only.

## What it does
Reports, in classes that derive from `unittest.TestCase` (Django's too): test methods with parameters that nobody fills,
`@pytest.mark.parametrize`, the `asyncio` mark, and asynchronous fixtures that are used automatically.

## Why is this bad
`unittest` calls the method without arguments, so a fixture or parametrize argument is a `TypeError`. The `asyncio` mark
is ignored without a word. An asynchronous fixture runs, but on another event loop than the test.

## When not to fix
If a decorator of another library fills the parameters. Classes and methods with decorators that are not known are not
reported.

## Fix safety
Deleting the `asyncio` mark is safe: it has no effect. An asynchronous fixture of an `IsolatedAsyncioTestCase` becomes
`asyncSetUp`, which is unsafe. The rest has no fix: make it a plain class, or pass the values another way.

## Versions
All versions of pytest and pytest-asyncio.

## References
- [pytest: pytest features in `unittest.TestCase` subclasses](https://docs.pytest.org/en/stable/how-to/unittest.html#pytest-features-in-unittest-testcase-subclasses)

"""

from collections.abc import Iterator

from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.fixtures import decorator_span
from loopscope.rules.support.marks import MarkUse, delete_mark, marks_of
from loopscope.rules.support.testcases import TestCaseClass, TestCaseKind, testcase_classes
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef, Runner, TestItem, Unknown
from loopscope.workspace.signature import bound_names, decorations

META = Meta("testcase-with-pytest-features", Group.MARKS, Severity.ERROR, texts=("TestCase", "unittest"))

_DJANGO = (
    "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\nDJANGO_SETTINGS_MODULE = settings\n"
)

EXAMPLES = (
    Example(
        "A fixture as a parameter",
        bad="""\
import unittest

import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    return 1


class ValueTest(unittest.IsolatedAsyncioTestCase):
    async def test_value(self, ⟦value⟧):
        self.assertEqual(value, 1)
""",
        good="""\
import unittest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.value = 1

    async def test_value(self):
        self.assertEqual(self.value, 1)
""",
        fixed="",
        proof=Proof("missing 1 required positional argument: 'value'"),
    ),
    Example(
        "Parametrize",
        bad="""\
import unittest

import pytest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    @⟦pytest.mark.parametrize("value", [1, 2])⟧
    async def test_value(self, value):
        self.assertGreater(value, 0)
""",
        good="""\
import unittest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    async def test_value(self):
        for value in (1, 2):
            with self.subTest(value=value):
                self.assertGreater(value, 0)
""",
        fixed="",
        proof=Proof("missing 1 required positional argument: 'value'"),
    ),
    Example(
        "The asyncio mark",
        bad="""\
import unittest

import pytest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    @⟦pytest.mark.asyncio⟧
    async def test_value(self):
        self.assertEqual(1 + 1, 2)
""",
        good="""\
import unittest

import pytest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    async def test_value(self):
        self.assertEqual(1 + 1, 2)
""",
        proof=Proof(outcome="passed", invisible="pytest-asyncio leaves the test to unittest, and nothing says so"),
    ),
    Example(
        "A test case of Django",
        bad="""\
import pytest_asyncio
from django.test import SimpleTestCase


@pytest_asyncio.fixture
async def value():
    return 1


class ValueTest(SimpleTestCase):
    async def test_value(self, ⟦value⟧):
        self.assertEqual(value, 1)
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
        proof=Proof("missing 1 required positional argument: 'value'", requires=("pytest-django",)),
        config=_DJANGO,
    ),
    Example(
        "An asynchronous fixture",
        bad="""\
import asyncio
import unittest

import pytest_asyncio


class LoopTest(unittest.IsolatedAsyncioTestCase):
    @⟦pytest_asyncio.fixture(autouse=True)⟧
    async def setup(self):
        self.loop = asyncio.get_running_loop()

    async def test_loop(self):
        assert self.loop is asyncio.get_running_loop()
""",
        good="""\
import asyncio
import unittest

import pytest_asyncio


class LoopTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.loop = asyncio.get_running_loop()

    async def test_loop(self):
        assert self.loop is asyncio.get_running_loop()
""",
        proof=Proof("assert self.loop is asyncio.get_running_loop()"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "mock fills the parameter",
        """\
import os
import unittest
from unittest import mock


class ValueTest(unittest.IsolatedAsyncioTestCase):
    @mock.patch("os.getcwd")
    async def test_value(self, getcwd):
        self.assertIs(os.getcwd, getcwd)


@mock.patch("os.getcwd")
class OtherTest(unittest.IsolatedAsyncioTestCase):
    async def test_value(self, getcwd):
        self.assertIs(os.getcwd, getcwd)
""",
    ),
    NearMiss(
        "another library fills it",
        """\
import unittest

from parameterized import parameterized


class ValueTest(unittest.IsolatedAsyncioTestCase):
    @parameterized.expand([(1,), (2,)])
    async def test_value(self, value):
        self.assertGreater(value, 0)
""",
    ),
    NearMiss(
        "a synchronous fixture and marks that unittest has too",
        """\
import sys
import unittest

import pytest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    @pytest.fixture(autouse=True)
    def setup(self, tmp_path):
        self.path = tmp_path

    @pytest.mark.skipif(sys.platform == "other", reason="there")
    @pytest.mark.usefixtures("tmp_path")
    async def test_value(self, default=1):
        self.assertTrue(self.path.exists())
""",
    ),
    NearMiss(
        "a plain class",
        """\
import pytest


class TestValue:
    @pytest.mark.asyncio
    @pytest.mark.parametrize("value", [1, 2])
    async def test_value(self, value, tmp_path):
        assert value
""",
    ),
    NearMiss(
        "a base that nobody finds",
        """\
import unittest

import pytest
from elsewhere import Parametrized


class ValueTest(Parametrized, unittest.TestCase):
    @pytest.mark.parametrize("value", [1, 2])
    def test_value(self, value):
        self.assertTrue(value)
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at parameters, marks and decorators of fixtures."""
    classes = {each.id.qualname: each for each in testcase_classes(ctx)}
    if not classes:
        return
    tests = [test for test in ctx.own_tests if test.is_unittest and test.id.holder in classes]
    methods = {test.id for test in tests}
    parametrized: set[FactId | None] = set()
    for mark in marks_of(ctx):
        if mark.name == "parametrize" and mark.owner in methods:
            parametrized.add(mark.owner)
            message = "`unittest` calls the test without the arguments of `parametrize`: a `TypeError`."
            yield ctx.finding(META, mark.span, message)
        elif mark.name == "asyncio" and ctx.plugin_enabled("asyncio") and _is_of(mark, methods, classes):
            message = "The asyncio mark has no effect in a `unittest` test case."
            yield ctx.finding(META, mark.span, message, severity=Severity.WARNING, tags=(Tag.UNNECESSARY,), data=mark)
    for test in tests:
        if test.id not in parametrized:
            yield from _unfilled(ctx, test, classes[test.id.holder])
    for fixture in ctx.own_fixtures:
        holder = classes.get(fixture.id.holder)
        if holder is not None and _runs_elsewhere(ctx, fixture, holder):
            message = "This fixture runs on a loop of pytest-asyncio, the tests of the class on one of their own."
            yield ctx.finding(META, decorator_span(ctx, fixture), message, data=(fixture, holder.kind))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the mark, or makes the fixture `asyncSetUp`."""
    match finding.data:
        case MarkUse() as mark:
            edits = delete_mark(mark)
            return None if edits is None else ctx.fix("Delete the mark", Safety.SAFE, edits)
        case (FixtureDef() as fixture, TestCaseKind.ISOLATED):
            edits = _to_async_setup(ctx, fixture)
            return None if edits is None else ctx.fix("Make it `asyncSetUp`", Safety.UNSAFE, edits)
        case _:
            return None


def _is_of(mark: MarkUse, methods: set[FactId], classes: dict[str, TestCaseClass]) -> bool:
    return mark.owner in methods if mark.on_function else mark.owner is not None and mark.owner.qualname in classes


def _unfilled(ctx: Context, test: TestItem, holder: TestCaseClass) -> Iterator[Finding]:
    """The parameters of a test method that nobody fills."""
    fact = test.function
    if any(name.startswith("hypothesis.") for name in decorations(ctx.queries, ctx.path, fact.decorators)):
        return
    over = tuple((ctx.path, expr) for expr in holder.fact.decorators)
    if any(not name.startswith(("unittest.", "mock.")) for name in _names(ctx, holder)):
        return
    asked = bound_names(ctx.queries, ctx.path, fact, fact.decorators, bound=True, class_decorators=over)
    if asked.supplied is not None:
        return
    for name in asked.names:
        span = ctx.param_span(test.id, name)
        if span is not None:
            message = f"`unittest` calls the test without arguments: `{name}` is missing, a `TypeError`."
            yield ctx.finding(META, span, message)


def _names(ctx: Context, holder: TestCaseClass) -> frozenset[str]:
    """The decorators of a class, marks left out."""
    return decorations(ctx.queries, ctx.path, holder.fact.decorators)


def _runs_elsewhere(ctx: Context, fixture: FixtureDef, holder: TestCaseClass) -> bool:
    if not fixture.kind.is_async or fixture.autouse is not True or holder.kind is TestCaseKind.PLAIN:
        return False
    runner = ctx.fixture_runner(fixture)
    return not isinstance(runner, Unknown) and runner.value is Runner.PYTEST_ASYNCIO


def _to_async_setup(ctx: Context, fixture: FixtureDef) -> list[Edit] | None:
    """Edits for a fixture that requests nothing and hands nothing over, of a class without an `asyncSetUp`."""
    spans = ctx.layout.defs[fixture.id]
    taken = any(each.id.qualname == f"{fixture.id.holder}.asyncSetUp" for each in ctx.definitions)
    if taken or fixture.function.yields or len(fixture.function.params) != 1 or len(spans.decorators) != 1:
        return None
    start = spans.whole.start
    keyword = ctx.text.find("async", spans.decorators[0].end, spans.name.start)
    if keyword < 0 or "#" in ctx.text[spans.decorators[0].end : keyword]:
        return None
    return [Edit(Span(start, keyword), ""), Edit(spans.name, "asyncSetUp")]


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
