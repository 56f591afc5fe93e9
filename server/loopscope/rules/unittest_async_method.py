"""A `unittest.TestCase` calls its `async def` tests and never awaits them: they always pass.

## What it does
Reports asynchronous test methods of classes that derive from `unittest.TestCase` and from nothing that awaits them.

## Why is this bad
`unittest` calls the method, gets a coroutine and drops it. The test passes without having run; a warning "was never
awaited" is all that shows. The `asyncio` mark and auto mode change nothing, since pytest leaves such classes to
`unittest`.

## When not to fix
Never, if the test is meant to run. `IsolatedAsyncioTestCase`, Django's test cases and classes that run their tests in
a way of their own are not reported.

## Fix safety
Safe: with `unittest.IsolatedAsyncioTestCase` as its base the class runs the tests, so they may begin to fail.
Unsafe where the class has set-up methods, which run in a thread's loop from then on.

## Versions
All versions of pytest and pytest-asyncio. Python >= 3.11 adds "It is deprecated to return a value that is not None from
a test case".

## References
- [Python: `IsolatedAsyncioTestCase`](https://docs.python.org/3/library/unittest.html#unittest.IsolatedAsyncioTestCase)
- [pytest: unittest support](https://docs.pytest.org/en/stable/how-to/unittest.html)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.testcases import to_isolated
from loopscope.workspace.model import TestItem, Unknown

META = Meta("unittest-async-method", Group.MARKS, Severity.ERROR, words=("class",))

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "A test that cannot fail",
        bad="""\
import unittest


class ValueTest(unittest.TestCase):
    async def ⟦test_value⟧(self):
        self.assertEqual(1 + 1, 2)

    async def ⟦test_other_value⟧(self):
        self.assertEqual(2 + 2, 4)
""",
        good="""\
import unittest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    async def test_value(self):
        self.assertEqual(1 + 1, 2)

    async def test_other_value(self):
        self.assertEqual(2 + 2, 4)
""",
        proof=Proof("coroutine 'ValueTest.test_value' was never awaited", "passed"),
        config=_AUTO,
    ),
    Example(
        "The base imported by name",
        bad="""\
from unittest import TestCase, mock


class ValueTest(TestCase):
    async def ⟦test_value⟧(self):
        value = mock.AsyncMock(return_value=1)
        self.assertEqual(await value(), 1)
""",
        good="""\
from unittest import IsolatedAsyncioTestCase, mock


class ValueTest(IsolatedAsyncioTestCase):
    async def test_value(self):
        value = mock.AsyncMock(return_value=1)
        self.assertEqual(await value(), 1)
""",
        fixed="""\
from unittest import IsolatedAsyncioTestCase, TestCase, mock


class ValueTest(IsolatedAsyncioTestCase):
    async def test_value(self):
        value = mock.AsyncMock(return_value=1)
        self.assertEqual(await value(), 1)
""",
        proof=Proof("coroutine 'ValueTest.test_value' was never awaited", "passed"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "unittest awaits these",
        """\
import unittest


class Base(unittest.IsolatedAsyncioTestCase):
    pass


class ValueTest(Base):
    async def test_value(self):
        self.assertTrue(True)
""",
    ),
    NearMiss(
        "synchronous",
        """\
import asyncio
import unittest


class ValueTest(unittest.TestCase):
    def test_value(self):
        async def value():
            return 1

        self.assertEqual(asyncio.run(value()), 1)
""",
    ),
    NearMiss(
        "the class runs its tests itself",
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
        "the class wraps its methods",
        """\
import asyncio
import inspect
import unittest


class AsyncTestCase(unittest.TestCase):
    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name.startswith("test_") and inspect.iscoroutinefunction(found):
            return lambda: asyncio.run(found())
        return found


class ValueTest(AsyncTestCase):
    async def test_value(self):
        self.assertTrue(True)
""",
    ),
    NearMiss(
        "a base that nobody finds",
        """\
import unittest

from elsewhere import AsyncMixin


class ValueTest(AsyncMixin, unittest.TestCase):
    async def test_value(self):
        self.assertTrue(True)
""",
    ),
    NearMiss(
        "a decorator that runs it",
        """\
import asyncio
import functools
import unittest


def in_loop(method):
    @functools.wraps(method)
    def run(self):
        asyncio.run(method(self))

    return run


class ValueTest(unittest.TestCase):
    @in_loop
    async def test_value(self):
        self.assertTrue(True)
""",
    ),
    NearMiss(
        "a decorator whose wrapper is run by another one",
        """\
import asyncio
import functools
import unittest


def in_loop(method):
    @functools.wraps(method)
    def run(self):
        return asyncio.run(method(self))

    return run


def connected(method):
    @in_loop
    @functools.wraps(method)
    async def connect(self):
        await asyncio.sleep(0)
        await method(self, 1)

    return connect


def named(method):
    async def run(self):
        await method(self, 1)

    run = in_loop(run)
    return run


class ValueTest(unittest.TestCase):
    @connected
    async def test_value(self, value):
        self.assertEqual(value, 1)

    @named
    async def test_other_value(self, value):
        self.assertEqual(value, 1)
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the methods."""
    if "async def" not in ctx.text:
        return
    for test in ctx.own_tests:
        if not (test.is_unittest and test.function.is_async):
            continue
        decision = ctx.runner(test)
        if not isinstance(decision, Unknown) and decision.value is None:
            message = "`unittest.TestCase` never awaits its tests: this one always passes, without having run."
            yield ctx.finding(META, ctx.name_span(test.id), message, data=test)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Derives the class from `unittest.IsolatedAsyncioTestCase`."""
    test = finding.data
    if not isinstance(test, TestItem):
        return None
    definition = ctx.definition(FactId(test.id.holder))
    if definition is None or not isinstance(definition.node, ast.ClassDef):
        return None
    edits = to_isolated(ctx, definition)
    if edits is None:
        return None
    names = {each.id.qualname.rpartition(".")[2] for each in ctx.definitions if each.id.holder == test.id.holder}
    safety = Safety.UNSAFE if names & {"setUp", "tearDown", "run"} else Safety.SAFE
    return ctx.fix("Derive the class from `unittest.IsolatedAsyncioTestCase`", safety, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
