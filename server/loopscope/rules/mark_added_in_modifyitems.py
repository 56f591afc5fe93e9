"""An asyncio mark that `pytest_collection_modifyitems` adds comes too late.

## What it does
Reports `add_marker(pytest.mark.asyncio)` in that hook in strict mode, and a mark with `loop_scope=` that is
added without `append=False`.

## Why is this bad
pytest-asyncio decides while it collects which tests it runs. A test that gets its mark afterwards fails as if it had
none. A loop scope that is appended is farther away than the mark that each test has already, which wins: the tests keep
their own loops.

## When not to fix
Never: the mark has no effect.

## Fix safety
Unsafe: with `append=False` all tests change their event loop; in place of a mark without a loop scope the fix sets
`asyncio_mode = auto`, which counts for the whole project.

## Versions
pytest-asyncio >= 0.23. Before, marks that were added in this hook counted. With 1.0 not even those that are put first
count. Since 0.26 the option `asyncio_default_test_loop_scope` says it for all tests.

## References
- [pytest-asyncio: how to run all tests in the session in the same event loop](https://pytest-asyncio.readthedocs.io/en/stable/how-to-guides/run_session_tests_in_same_loop.html)
- [pytest: `Node.add_marker`](https://docs.pytest.org/en/stable/reference/reference.html#pytest.nodes.Node.add_marker)

"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.expr import Call, Expr, Ref, dotted
from loopscope.facts.outline import FactId
from loopscope.facts.reading import read
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import bound_value
from loopscope.rules.support.options import set_options
from loopscope.rules.support.plugins import is_plugin_module
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Unknown

META = Meta("mark-added-in-modifyitems", Group.MARKS, Severity.ERROR, words=("pytest_collection_modifyitems",))

HOOK = "pytest_collection_modifyitems"
_MARK = "pytest.mark.asyncio"

_LOOPS = """\
import asyncio

import pytest

LOOPS = set()


@pytest.mark.asyncio
async def test_first():
    LOOPS.add(asyncio.get_running_loop())


@pytest.mark.asyncio
async def test_second():
    LOOPS.add(asyncio.get_running_loop())
    assert len(LOOPS) == 1
# file: conftest.py
import pytest
from pytest_asyncio import is_async_test


def pytest_collection_modifyitems(items):
    for item in items:
        if is_async_test(item):
"""

EXAMPLES = (
    Example(
        "Too late for the test to run",
        bad="""\
async def test_value():
    assert 1 + 1 == 2
# file: conftest.py
import inspect

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if inspect.iscoroutinefunction(item.obj):
            item.add_marker(⟦pytest.mark.asyncio⟧)
""",
        good="""\
import pytest

pytestmark = pytest.mark.asyncio


async def test_value():
    assert 1 + 1 == 2
""",
        fixed="""\
async def test_value():
    assert 1 + 1 == 2
# file: pytest.ini
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
# file: conftest.py
import inspect

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if inspect.iscoroutinefunction(item.obj):
            item.add_marker(pytest.mark.asyncio)
""",
        proof=Proof("async def functions are not natively supported"),
    ),
    Example(
        "A loop scope that does not count",
        bad=f"""\
{_LOOPS}            item.add_marker(⟦pytest.mark.asyncio(loop_scope="session")⟧)
""",
        good=f"""\
{_LOOPS}            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
""",
        proof=Proof("assert 2 == 1", pytest_asyncio=">=0.24,!=1.0.*"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "auto mode runs the tests anyway",
        """\
async def test_value():
    assert True
# file: conftest.py
import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.asyncio)
""",
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
    ),
    NearMiss(
        "the recipe of the documentation",
        """\
import pytest


@pytest.mark.asyncio
async def test_value():
    assert True
# file: conftest.py
import pytest
from pytest_asyncio import is_async_test


def pytest_collection_modifyitems(items):
    session_scope_marker = pytest.mark.asyncio(loop_scope="session")
    for async_test in (item for item in items if is_async_test(item)):
        async_test.add_marker(session_scope_marker, append=False)
""",
    ),
    NearMiss(
        "other marks",
        """\
def test_value():
    assert True
# file: conftest.py
import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("asyncio"):
            item.add_marker(pytest.mark.filterwarnings("default"))
            item.add_marker("slow")
""",
    ),
    NearMiss(
        "only tests that pytest-asyncio has taken",
        """\
import pytest


@pytest.mark.asyncio
async def test_value():
    assert True
# file: conftest.py
import pytest
import pytest_asyncio


def pytest_collection_modifyitems(items):
    for item in items:
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio)
""",
    ),
    NearMiss(
        "a test module, where the hook is no hook",
        """\
import pytest


def pytest_collection_modifyitems(items):
    items[0].add_marker(pytest.mark.asyncio)


def test_value():
    assert True
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the marks that are added."""
    if "add_marker" not in ctx.text or not is_plugin_module(ctx):
        return
    body = None if ctx.facts is None else ctx.facts.body(FactId(HOOK))
    if body is None or not ctx.plugin_enabled("asyncio") or not ctx.environment.at_least("pytest-asyncio", 0, 23):
        return
    for call in body.calls:
        mark = _added(ctx, body, call)
        if mark is None or _append(call.node) is not True:
            continue
        span = ctx.span(body, call.node.args[0])
        if _has_scope(mark):
            message = "A mark that is appended is farther away than the test's own: its loop scope has no effect."
            yield ctx.finding(META, span, message, data=(body, call))
        elif _is_strict(ctx) and "is_async_test" not in ctx.text:
            message = "Too late: pytest-asyncio chose its tests while they were collected, this mark runs no other."
            yield ctx.finding(META, span, message, data="auto")


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Adds `append=False`, or sets auto mode."""
    match finding.data:
        case (Body() as body, CallSite() as call) if not _is_deaf(ctx):
            end = ctx.span(body, call.node.args[-1]).end
            edit = Edit(Span(end, end), ", append=False")
            return ctx.fix("Put the mark before the test's own", Safety.UNSAFE, [edit])
        case str() as mode:
            edits = set_options(ctx, {"asyncio_mode": mode})
            return None if edits is None else Fix("Set `asyncio_mode = auto`", Safety.UNSAFE, edits, preferred=False)
        case _:
            return None


def _is_deaf(ctx: Context) -> bool:
    """Whether it is the version to which no mark that this hook adds counts, wherever it is put."""
    return ctx.environment.at_least("pytest-asyncio", 1) and not ctx.environment.at_least("pytest-asyncio", 1, 1)


def _added(ctx: Context, body: Body, call: CallSite) -> Expr | None:
    """The asyncio mark that a call adds, as a fact; through a local variable too."""
    func = call.node.func
    if not isinstance(func, ast.Attribute) or func.attr != "add_marker" or len(call.node.args) != 1:
        return None
    given = call.node.args[0]
    node = bound_value(body, given.id) if isinstance(given, ast.Name) and given.id in body.bound else given
    match node:
        case ast.Constant("asyncio"):
            return Ref(_MARK)
        case ast.expr():
            expr = read(node, {} if ctx.facts is None else ctx.facts.names)
            return expr if dotted(expr) == _MARK else None
        case _:
            return None


def _has_scope(mark: Expr) -> bool:
    return isinstance(mark, Call) and any(name in ("loop_scope", "scope") for name, _ in mark.keywords)


def _append(call: ast.Call) -> bool | None:
    """The value of `append=`; None when it is computed."""
    given = next((each.value for each in call.keywords if each.arg == "append"), None)
    if given is None:
        return not call.keywords or None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, bool) else None


def _is_strict(ctx: Context) -> bool:
    mode = ctx.mode()
    return not isinstance(mode, Unknown) and mode.value == "strict"


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
