"""An asyncio mark on a class or module with synchronous tests among the asynchronous ones.

## What it does
Reports `pytestmark` and class marks of `asyncio` below which there are tests of both kinds.

## Why is this bad
pytest-asyncio warns of every synchronous test that gets the mark. Among many such warnings nobody sees the one that
matters.

## When not to fix
If one mark at the top is worth the warnings. The rule is off by default and belongs to the preset `strict`.

## Fix safety
Safe: the mark goes to each asynchronous test, which runs as before. No fix is offered where tests are inherited, or
have the mark from elsewhere as well.

## Versions
All versions of pytest-asyncio warn.

## References
- [pytest-asyncio: markers](https://pytest-asyncio.readthedocs.io/en/stable/reference/markers/index.html)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.callees import keeps_asyncness
from loopscope.rules.support.marks import MarkUse, covers, delete_mark, marks_of
from loopscope.rules.support.text import indentation, line_end
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import TestItem

META = Meta(
    "asyncio-mark-over-sync-tests", Group.MARKS, Severity.HINT, default=False, preset="strict", words=("asyncio",)
)

_SYMPTOM = "is marked with '@pytest.mark.asyncio' but it is not an async function"

EXAMPLES = (
    Example(
        "On a class",
        bad="""\
import pytest


@⟦pytest.mark.asyncio⟧
class TestValue:
    async def test_async(self):
        assert 1 + 1 == 2

    def test_sync(self):
        assert 1 + 1 == 2
""",
        good="""\
import pytest


class TestValue:
    @pytest.mark.asyncio
    async def test_async(self):
        assert 1 + 1 == 2

    def test_sync(self):
        assert 1 + 1 == 2
""",
        proof=Proof(_SYMPTOM, "warning"),
    ),
    Example(
        "On a module",
        bad="""\
import pytest

pytestmark = ⟦pytest.mark.asyncio⟧


@pytest.mark.parametrize("number", [1, 2])
async def test_async(number):
    assert number


def test_sync():
    assert 1 + 1 == 2
""",
        good="""\
import pytest


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [1, 2])
async def test_async(number):
    assert number


def test_sync():
    assert 1 + 1 == 2
""",
        proof=Proof(_SYMPTOM, "warning"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "asynchronous tests only",
        """\
import pytest

pytestmark = pytest.mark.asyncio


async def test_async():
    assert True


def helper():
    return True
""",
    ),
    NearMiss(
        "a decorator may make it asynchronous",
        """\
import functools

import pytest

pytestmark = pytest.mark.asyncio


def in_loop(function):
    @functools.wraps(function)
    async def wrapper():
        function()

    return wrapper


@in_loop
def test_value():
    assert True


async def test_async():
    assert True
""",
    ),
    NearMiss(
        "another class",
        """\
import pytest


@pytest.mark.asyncio
class TestAsync:
    async def test_value(self):
        assert True


class TestSync:
    def test_value(self):
        assert True
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the marks."""
    if not ctx.plugin_enabled("asyncio"):
        return
    for mark in marks_of(ctx):
        if mark.name != "asyncio" or mark.on_function:
            continue
        tests = _tests_below(ctx, mark)
        warned = [test for test in tests if not test.function.is_async and keeps_asyncness(test.function)]
        runs = [test for test in tests if test.function.is_async]
        if warned and runs:
            count = f"{len(warned)} synchronous test{'' if len(warned) == 1 else 's'}"
            message = f"The mark covers {count}, `{warned[0].name}` first: pytest-asyncio warns of each."
            yield ctx.finding(META, mark.span, message, data=mark)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Moves the mark to the asynchronous tests."""
    edits = _moved(ctx, finding.data) if isinstance(finding.data, MarkUse) else None
    return None if edits is None else ctx.fix("Mark the asynchronous tests only", Safety.SAFE, edits)


def _tests_below(ctx: Context, mark: MarkUse) -> list[TestItem]:
    return [test for test in ctx.tests if covers(mark, test) and not test.is_unittest]


def _moved(ctx: Context, mark: MarkUse) -> list[Edit] | None:
    tests = _tests_below(ctx, mark)
    deleted = delete_mark(mark)
    others = [each for each in marks_of(ctx) if each.name == "asyncio" and each.span != mark.span]
    if deleted is None or len({test.id for test in tests}) != len(tests):
        return None
    edits = deleted
    for test in (each for each in tests if each.function.is_async):
        if test.code_path != ctx.path or test.id not in ctx.layout.defs:
            return None
        if any(each.owner == test.id or (not each.on_function and covers(each, test)) for each in others):
            return None
        start = ctx.layout.defs[test.id].whole.start
        indent = indentation(ctx.text, start)
        if indent is None:
            return None
        edits.append(Edit(Span(start, start), f"@{ctx.source(mark.span)}{line_end(ctx.text)}{indent}"))
    return edits


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
