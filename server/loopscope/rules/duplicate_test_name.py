"""Two tests of one module or class have the same name: the first never runs.

## What it does
Reports tests, and classes of tests, that another definition of the same name further down replaces.

## Why is this bad
pytest sees the last one only. The first looks like a test, and nothing says that it is none.

## When not to fix
Never: rename or delete one of the two. Definitions below a condition are not reported.

## Fix safety
There is no fix.

## Versions
All. Off by default, because ruff's F811 says it too.

## References
- [ruff: redefined-while-unused (F811)](https://docs.astral.sh/ruff/rules/redefined-while-unused/)
"""

from collections.abc import Iterator

from loopscope.config.patterns import matches_prefix_or_glob
from loopscope.facts.outline import ClassFact, FunctionFact
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Related, Rule, Severity, Tag
from loopscope.rules.support.redefined import redefined

META = Meta(
    "duplicate-test-name",
    Group.MARKS,
    Severity.WARNING,
    default=False,
    preset="strict",
    overlaps=("ruff: F811", "pyright: reportRedeclaration"),
)

EXAMPLES = (
    Example(
        "A test that never runs",
        bad="""\
import pytest


@pytest.mark.asyncio
async def ⟦test_sum⟧():
    assert 1 + 1 == 3


@pytest.mark.asyncio
async def test_sum():
    assert 1 + 2 == 3
""",
        good="""\
import pytest


@pytest.mark.asyncio
async def test_sum():
    assert 1 + 1 == 2


@pytest.mark.asyncio
async def test_other_sum():
    assert 1 + 2 == 3
""",
        fixed="",
        proof=Proof("1 passed", "passed"),
    ),
    Example(
        "A class whose tests never run",
        bad="""\
class ⟦TestSum⟧:
    def test_small(self):
        assert 1 + 1 == 3


class TestSum:
    def test_large(self):
        assert 100 + 100 == 200
""",
        good="""\
class TestSmallSum:
    def test_small(self):
        assert 1 + 1 == 2


class TestSum:
    def test_large(self):
        assert 100 + 100 == 200
""",
        fixed="",
        proof=Proof("1 passed", "passed"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "one of two, by a condition",
        """\
import sys

if sys.platform == "win32":

    def test_path():
        assert True

else:

    def test_path():
        assert True
""",
    ),
    NearMiss(
        "in two classes",
        "class TestA:\n    def test(self):\n        pass\n\n\nclass TestB:\n    def test(self):\n        pass\n",
    ),
    NearMiss(
        "the first is kept", "def test_one():\n    pass\n\n\ntest_first = test_one\n\n\ndef test_one():\n    pass\n"
    ),
    NearMiss(
        "helpers",
        "def helper():\n    return 1\n\n\ndef helper():\n    return 2\n\n\ndef test():\n    assert helper() == 2\n",
    ),
    NearMiss(
        "a decorator uses the first",
        "def also(function):\n    return lambda wrapped: wrapped\n\n\n"
        "def test_one():\n    pass\n\n\n@also(test_one)\ndef test_one():\n    pass\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the definitions that are gone."""
    if ctx.facts is None or ctx.view.role != "test":
        return
    collected = {test.id for test in ctx.tests} | {id_ for _, id_ in ctx.view.collected.classes.values()}
    for dead, by in redefined(ctx):
        if by.id in collected and _would_run(ctx, dead):
            what = "The tests of this class never run" if isinstance(dead, ClassFact) else "This test never runs"
            related = (Related(ctx.path, ctx.name_span(by.id), "This one runs"),)
            message = f"{what}: `{dead.name}` is defined again below."
            yield ctx.finding(META, ctx.name_span(dead.id), message, related=related, tags=(Tag.UNNECESSARY,))


def _would_run(ctx: Context, fact: FunctionFact | ClassFact) -> bool:
    functions = ctx.config.python_functions.value
    if isinstance(fact, FunctionFact):
        return matches_prefix_or_glob(fact.name, functions)
    members = (binding.target for binding in fact.bindings)
    return any(isinstance(each, FunctionFact) and matches_prefix_or_glob(each.name, functions) for each in members)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
