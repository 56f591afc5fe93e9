"""The asyncio mark stands on a test that is not asynchronous.

## What it does
Reports `@pytest.mark.asyncio` on a `def` test, and a `pytestmark` or class mark over synchronous tests only.

## Why is this bad
The mark does nothing there, and pytest-asyncio warns at each run. Often an `async` was forgotten.

A mark over tests of both kinds is reported by `asyncio-mark-over-sync-tests`.

## When not to fix
If the test is synchronous for the time being only.

## Fix safety
Deleting the mark is safe: it has no effect. A mark on a module or class is not touched while an asynchronous test may
need it.

## Versions
All versions of pytest-asyncio warn.

## References
- [pytest-asyncio: markers](https://pytest-asyncio.readthedocs.io/en/stable/reference/markers/index.html)
"""

from collections.abc import Iterator

from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.callees import keeps_asyncness
from loopscope.rules.support.marks import MarkUse, covers, delete_mark, marks_of
from loopscope.workspace.model import TestItem

META = Meta("asyncio-mark-on-sync-test", Group.MARKS, Severity.WARNING, words=("asyncio",))

_SYMPTOM = "is marked with '@pytest.mark.asyncio' but it is not an async function"

EXAMPLES = (
    Example(
        "On the test",
        bad="""\
import pytest


@⟦pytest.mark.asyncio⟧
@pytest.mark.parametrize("number", [1])
def test_value(number):
    assert number == 1
""",
        good="""\
import pytest


@pytest.mark.parametrize("number", [1])
def test_value(number):
    assert number == 1
""",
        proof=Proof(_SYMPTOM, "warning"),
    ),
    Example(
        "On a module without asynchronous tests",
        bad="""\
import pytest

pytestmark = [⟦pytest.mark.asyncio⟧, pytest.mark.filterwarnings("default")]


def test_value():
    assert 1 + 1 == 2
""",
        good="""\
import pytest

pytestmark = [pytest.mark.filterwarnings("default")]


def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof(_SYMPTOM, "warning"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "some tests of the class are asynchronous",
        """\
import pytest


@pytest.mark.asyncio
class TestValue:
    async def test_async(self):
        assert True

    def test_sync(self):
        assert True
""",
    ),
    NearMiss(
        "a decorator may make it asynchronous",
        """\
import functools

import pytest


def in_loop(function):
    @functools.wraps(function)
    async def wrapper():
        function()

    return wrapper


@pytest.mark.asyncio
@in_loop
def test_value():
    assert True
""",
    ),
    NearMiss(
        "hypothesis over an asynchronous test",
        "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_value():\n    assert True\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the marks."""
    for mark in marks_of(ctx):
        if mark.name != "asyncio":
            continue
        below = _tests_of(ctx, mark.owner) if mark.on_function else [test for test in ctx.tests if covers(mark, test)]
        tests = [test for test in below if not test.is_unittest]
        if tests and not any(_may_be_async(test) for test in tests):
            what = f"`{tests[0].name}` is" if mark.on_function else "The tests below this mark are"
            message = f"{what} not asynchronous: the asyncio mark has no effect, and pytest-asyncio warns of it."
            yield ctx.finding(META, mark.span, message, tags=(Tag.UNNECESSARY,), data=mark)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the mark."""
    edits = delete_mark(finding.data) if isinstance(finding.data, MarkUse) else None
    return None if edits is None else ctx.fix("Delete the mark", Safety.SAFE, edits)


def _tests_of(ctx: Context, owner: FactId | None) -> list[TestItem]:
    """The tests whose code is the function of an id."""

    def by_id() -> dict[FactId, list[TestItem]]:
        found: dict[FactId, list[TestItem]] = {}
        for test in ctx.tests:
            found.setdefault(test.id, []).append(test)
        return found

    return [] if owner is None else ctx.remember("tests by id", by_id).get(owner, [])


def _may_be_async(test: TestItem) -> bool:
    return test.function.is_async or not keeps_asyncness(test.function)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
