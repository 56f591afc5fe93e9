"""A second asyncio mark undoes the loop scope of the first one.

## What it does
Reports `@pytest.mark.asyncio` without a loop scope on a test or class, where another asyncio mark further out has one:
on the same test, its class or its module.

## Why is this bad
pytest-asyncio looks at the nearest mark only. One that says nothing about the loop scope means the default, so the test
runs in a loop of its own while its neighbours share one, and objects that they share are "attached to a different
loop".

## When not to fix
If the test shall have a loop of its own: say so, with `loop_scope="function"`.

## Fix safety
Unsafe: without the mark the test runs in the loop that it shares with others.

## Versions
pytest-asyncio >= 0.24; with `scope=` since 0.23.

## References
- [pytest-asyncio: markers](https://pytest-asyncio.readthedocs.io/en/stable/reference/markers/index.html)
"""

from collections.abc import Iterator

from loopscope.facts.expr import Const
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.marks import MarkUse, delete_mark, marks_of
from loopscope.workspace.marks import Mark
from loopscope.workspace.model import Runner, Scope, TestItem, Unknown

META = Meta("mark-resets-loop-scope", Group.LOOPS, Severity.WARNING, words=("asyncio",))

_SEVERAL = 2
_SCOPES = {scope.value: scope for scope in Scope}

_FIRST = """\
import asyncio

import pytest

loops = set()


@pytest.mark.asyncio(loop_scope="module")
async def test_first():
    loops.add(asyncio.get_running_loop())


"""

EXAMPLES = (
    Example(
        "In a class that shares a loop",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio(loop_scope="class")
class TestApi:
    loops = set()

    async def test_first(self):
        self.loops.add(asyncio.get_running_loop())

    @⟦pytest.mark.asyncio⟧
    async def test_second(self):
        self.loops.add(asyncio.get_running_loop())
        assert len(self.loops) == 1
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio(loop_scope="class")
class TestApi:
    loops = set()

    async def test_first(self):
        self.loops.add(asyncio.get_running_loop())

    async def test_second(self):
        self.loops.add(asyncio.get_running_loop())
        assert len(self.loops) == 1
""",
        proof=Proof("assert 2 == 1", pytest_asyncio=">=0.24"),
    ),
    Example(
        "A class in a module that shares a loop",
        bad="""\
import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")
loops = set()


async def test_first():
    loops.add(asyncio.get_running_loop())


@⟦pytest.mark.asyncio⟧
class TestApi:
    async def test_second(self):
        loops.add(asyncio.get_running_loop())

    async def test_third(self):
        assert len({*loops, asyncio.get_running_loop()}) == 1
""",
        good="""\
import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")
loops = set()


async def test_first():
    loops.add(asyncio.get_running_loop())


class TestApi:
    async def test_second(self):
        loops.add(asyncio.get_running_loop())

    async def test_third(self):
        assert len({*loops, asyncio.get_running_loop()}) == 1
""",
        proof=Proof("== 1", pytest_asyncio=">=0.24"),
    ),
    Example(
        "Two marks on one test",
        bad=f"""\
{_FIRST}@pytest.mark.asyncio(loop_scope="module")
@⟦pytest.mark.asyncio⟧
async def test_second():
    loops.add(asyncio.get_running_loop())
    assert len(loops) == 1
""",
        good=f"""\
{_FIRST}@pytest.mark.asyncio(loop_scope="module")
async def test_second():
    loops.add(asyncio.get_running_loop())
    assert len(loops) == 1
""",
        proof=Proof("assert 2 == 1", pytest_asyncio=">=0.24"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a loop scope of its own",
        """\
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.asyncio(loop_scope="function")
async def test_alone():
    pass
""",
    ),
    NearMiss(
        "the default is the same",
        """\
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.asyncio
async def test_same():
    pass
""",
        config="[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
        "asyncio_default_test_loop_scope = session\n",
    ),
    NearMiss(
        "no loop scope anywhere",
        """\
import pytest

pytestmark = pytest.mark.asyncio


@pytest.mark.asyncio
async def test_same():
    pass
""",
    ),
    NearMiss(
        "not a test that pytest-asyncio runs",
        """\
import pytest


@pytest.mark.asyncio(loop_scope="class")
class TestApi:
    @pytest.mark.skip
    def test_sync(self):
        pass
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the nearest marks."""
    if ctx.text.count("asyncio") < _SEVERAL or not ctx.environment.at_least("pytest-asyncio", 0, 23):
        return
    seen: set[MarkUse] = set()
    for test in ctx.own_tests:
        marks = [mark for mark in ctx.view.marks(test) if mark.name == "asyncio"] if test.function.is_async else []
        if len(marks) < _SEVERAL or not all(mark.fixed for mark in marks):
            continue
        wanted = next((scope for mark in marks[1:] if (scope := _scope(mark)) is not None), None)
        mine = ctx.test_loop_scope(test)
        use = _nearest(ctx, test) if wanted is not None and not marks[0].keywords and not marks[0].args else None
        if use is None or wanted is None or isinstance(mine, Unknown) or mine.value is wanted or use in seen:
            continue
        if ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO:
            continue
        seen.add(use)
        message = (
            f"The nearest mark decides, and this one says no loop scope: `{test.name}` runs in the "
            f"{mine.value.value}'s event loop, not in the {wanted.value}'s."
        )
        yield ctx.finding(META, use.span, message, data=use)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the mark."""
    edits = delete_mark(finding.data) if isinstance(finding.data, MarkUse) else None
    return None if edits is None else ctx.fix("Delete the mark", Safety.UNSAFE, edits)


def _scope(mark: Mark) -> Scope | None:
    for key in ("loop_scope", "scope"):
        match mark.keyword(key):
            case Const(str() as text) if text in _SCOPES:
                return _SCOPES[text]
            case _:
                pass
    return None


def _nearest(ctx: Context, test: TestItem) -> MarkUse | None:
    """The asyncio mark of the test that pytest finds first, where it is a decorator in this file."""
    names = [".".join(test.class_path[:length]) for length in range(len(test.class_path), 0, -1)]
    for owner in (test.id.qualname, *names):
        uses = [use for use in marks_of(ctx) if use.name == "asyncio" and use.owner and use.owner.qualname == owner]
        if uses:
            return uses[-1] if not uses[-1].has_arguments else None
    return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
