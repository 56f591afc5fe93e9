"""`asynctest` cannot be imported by any Python that is supported.

## What it does
Reports imports of `asynctest`, where Python is 3.11 or newer or the package is not installed.

## Why is this bad
The last release, of 2019, uses `asyncio.coroutine`, which Python 3.11 removed: the import fails, and with it every test
of the module.

## When not to fix
If the project brings a module of its own with this name; that is not reported.

## Fix safety
Safe where only mocks are used: they come from `unittest.mock` instead, `CoroutineMock` as `AsyncMock`. Test cases and
clocks have no fix: use `unittest.IsolatedAsyncioTestCase`, or plain functions.

## Versions
Python >= 3.11.

## References
- [Python: `unittest.mock.AsyncMock`](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.AsyncMock)
"""

import ast
from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.syntax.chunk import Placed
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.imports import find_import, is_installed

META = Meta("asynctest-import", Group.VERSIONS, Severity.ERROR, words=("asynctest",))

NAME = "asynctest"
_SAME = (
    "MagicMock",
    "Mock",
    "NonCallableMock",
    "NonCallableMagicMock",
    "PropertyMock",
    "patch",
    "call",
    "sentinel",
    "mock_open",
    "create_autospec",
    "ANY",
    "DEFAULT",
)
_NEW = {"CoroutineMock": "AsyncMock", **{name: name for name in _SAME}}

EXAMPLES = (
    Example(
        "Mocks by name",
        bad="""\
import pytest
from ⟦asynctest⟧ import CoroutineMock, patch


@pytest.mark.asyncio
async def test_value():
    value = CoroutineMock(return_value=1)
    with patch("os.getcwd"):
        assert await value() == 1
""",
        good="""\
import pytest
from unittest.mock import AsyncMock, patch


@pytest.mark.asyncio
async def test_value():
    value = AsyncMock(return_value=1)
    with patch("os.getcwd"):
        assert await value() == 1
""",
        proof=Proof("No module named 'asynctest'", "error"),
    ),
    Example(
        "The module",
        bad="""\
import pytest

import ⟦asynctest⟧


@pytest.mark.asyncio
async def test_value():
    value = asynctest.CoroutineMock(return_value=1)
    assert await value() == 1
""",
        good="""\
import pytest

import unittest.mock


@pytest.mark.asyncio
async def test_value():
    value = unittest.mock.AsyncMock(return_value=1)
    assert await value() == 1
""",
        proof=Proof("No module named 'asynctest'", "error"),
    ),
    Example(
        "A test case",
        bad="""\
import ⟦asynctest⟧


class ValueTest(asynctest.TestCase):
    async def test_value(self):
        self.assertEqual(1 + 1, 2)
""",
        good="""\
import unittest


class ValueTest(unittest.IsolatedAsyncioTestCase):
    async def test_value(self):
        self.assertEqual(1 + 1, 2)
""",
        fixed="",
        proof=Proof("No module named 'asynctest'", "error"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a module of the project",
        "from asynctest import helper\n\n\ndef test_value():\n    assert helper()\n"
        "# file: asynctest.py\ndef helper():\n    return True\n",
    ),
    NearMiss(
        "only if it is there",
        """\
import pytest

try:
    from asynctest import CoroutineMock
except ImportError:
    from unittest.mock import AsyncMock as CoroutineMock

asynctest = pytest.importorskip("asynctest")


def test_value():
    assert CoroutineMock()
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the name of the module in imports."""
    if not _fails(ctx):
        return
    for placed in ctx.chunks:
        for node in placed.chunk.body if NAME in placed.chunk.text else ():
            span = _module_span(ctx, placed, node)
            if span is not None:
                message = (
                    "`asynctest` is no longer maintained and fails to import since Python 3.11: use `unittest.mock`."
                )
                yield ctx.finding(META, span, message, tags=(Tag.DEPRECATED,), data=(placed, node))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Takes mocks from `unittest.mock`."""
    match finding.data:
        case (Placed(), ast.ImportFrom("asynctest", aliases)):
            names = {alias.name: alias for alias in aliases}
            if not names.keys() <= _NEW.keys() or any(alias.asname for alias in aliases):
                return None
            edits = _renamed(ctx, "CoroutineMock", "AsyncMock") if "CoroutineMock" in names else []
        case (Placed(), ast.Import([ast.alias("asynctest", None)])):
            edits = _attributes(ctx)
        case _:
            return None
    if edits is None:
        return None
    return ctx.fix("Use `unittest.mock`", Safety.SAFE, [Edit(finding.span, "unittest.mock"), *edits])


def _fails(ctx: Context) -> bool:
    source = find_import(ctx.queries, ctx.path, NAME)
    if source is None:
        return True
    return is_installed(ctx.queries, source) and (ctx.environment.python_version or (3, 11, 0)) >= (3, 11)


def _module_span(ctx: Context, placed: Placed, node: ast.stmt) -> Span | None:
    match node:
        case ast.Import([ast.alias(name) as alias]) if name.partition(".")[0] == NAME:
            start = placed.span(alias).start
        case ast.ImportFrom(str() as module, _, 0) if module.partition(".")[0] == NAME:
            start = ctx.text.find(NAME, placed.span(node).start)
        case _:
            return None
    return Span(start, start + len(NAME))


def _renamed(ctx: Context, old: str, new: str) -> list[Edit] | None:
    """Edits of all places that name something at module level; None where a function binds the name."""
    if any(old in body.bound for body in ctx.bodies):
        return None
    return [
        Edit(placed.span(node), new)
        for placed in ctx.chunks
        if old in placed.chunk.text
        for statement in placed.chunk.body
        for node in ast.walk(statement)
        if (isinstance(node, ast.Name) and node.id == old) or (isinstance(node, ast.alias) and node.name == old)
    ]


def _attributes(ctx: Context) -> list[Edit] | None:
    """Edits of all uses of the module; None when something else than its mocks is used."""
    edits: list[Edit] = []
    known: set[ast.Name] = set()
    for placed in ctx.chunks:
        for statement in placed.chunk.body if NAME in placed.chunk.text else ():
            for node in ast.walk(statement):
                match node:
                    case ast.Attribute(ast.Name("asynctest") as module, attr) if attr in _NEW:
                        known.add(module)
                        edits.append(Edit(placed.span(node), f"unittest.mock.{_NEW[attr]}"))
                    case ast.Name("asynctest") if node not in known:
                        return None
                    case _:
                        pass
    return edits


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
