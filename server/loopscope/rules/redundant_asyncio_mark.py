"""In auto mode the asyncio mark on an asynchronous test says nothing.

## What it does
Reports `asyncio` marks without arguments in auto mode, on tests, classes and modules.

## Why is this bad
Auto mode marks every asynchronous test. The mark is noise, and a mark without arguments has one surprising effect: it
resets a `loop_scope` that a class or module set. (A mark that does so is not redundant, and not reported.)

## When not to fix
If the suite is also run in strict mode, or documents with the mark which tests are asynchronous. The rule is off by
default and belongs to the preset `strict`.

## Fix safety
Safe: the test runs in the same loop as before.

## Versions
All versions with auto mode (pytest-asyncio >= 0.17).

## References
- [pytest-asyncio: auto mode](https://pytest-asyncio.readthedocs.io/en/stable/concepts.html#auto-mode)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.marks import MarkUse, delete_mark, marks_of
from loopscope.workspace.model import Runner, Unknown

META = Meta("redundant-asyncio-mark", Group.MARKS, Severity.HINT, default=False, preset="strict", words=("asyncio",))

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "On a test",
        bad="""\
import pytest


@⟦pytest.mark.asyncio⟧
async def test_value():
    assert 1 + 1 == 2
""",
        good="""\
async def test_value():
    assert 1 + 1 == 2
""",
        fixed="""\
import pytest


async def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof("", "passed", invisible="the mark repeats what auto mode does"),
        config=_AUTO,
    ),
    Example(
        "On a module",
        bad="""\
import pytest

pytestmark = ⟦pytest.mark.asyncio⟧


async def test_value():
    assert 1 + 1 == 2
""",
        good="""\
async def test_value():
    assert 1 + 1 == 2
""",
        fixed="""\
import pytest


async def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof("", "passed", invisible="the mark repeats what auto mode does"),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "strict mode needs it", "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_value():\n    assert True\n"
    ),
    NearMiss(
        "it sets the loop scope",
        'import pytest\n\n\n@pytest.mark.asyncio(loop_scope="module")\nasync def test_value():\n    assert True\n',
        config=_AUTO,
    ),
    NearMiss(
        "it resets the loop scope of the class",
        """\
import pytest


@pytest.mark.asyncio(loop_scope="class")
class TestValue:
    @pytest.mark.asyncio
    async def test_value(self):
        assert True
""",
        config=_AUTO,
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at marks that change nothing."""
    mode = ctx.mode()
    if isinstance(mode, Unknown) or mode.value != "auto":
        return
    marks = [mark for mark in marks_of(ctx) if mark.name == "asyncio"]
    if any(mark.has_arguments and not mark.on_function for mark in marks) or not ctx.own_tests:
        return
    async_tests = [test for test in ctx.tests if test.function.is_async]
    if any(ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO for test in async_tests):
        return
    for mark in marks:
        if mark.has_arguments or (mark.on_function and all(mark.owner != test.id for test in async_tests)):
            continue
        message = f"Redundant: asyncio_mode is auto ({mode.reason}), which marks every asynchronous test."
        yield ctx.finding(META, mark.span, message, tags=(Tag.UNNECESSARY,), data=mark)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the mark."""
    edits = delete_mark(finding.data) if isinstance(finding.data, MarkUse) else None
    return None if edits is None else ctx.fix("Delete the mark", Safety.SAFE, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
