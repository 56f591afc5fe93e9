"""A mock as `__aexit__` or `__exit__` returns a true value, and so swallows every exception of its block.

## What it does
Reports `mock.__aexit__ = AsyncMock()` and `mock.__exit__ = MagicMock()` (also as `….return_value = AsyncMock()`) whose
result is not set.

## Why is this bad
A context manager that returns a true value from its exit suppresses the exception, and what a mock returns by default
is a mock, which is true. A failing assertion inside of the `async with` passes. A `MagicMock` that is left alone does
better: its own `__aexit__` returns False.

## When not to fix
If the block is meant to swallow exceptions: `AsyncMock(return_value=True)` says so. Nothing is reported where the test,
or a module that it imports, leaves by `__aexit__(None, None, None)`, which hands over no exception.

## Fix safety
Unsafe: exceptions come through, so the test may begin to fail.

## Versions
All.

## References
- [Python: `object.__aexit__`](https://docs.python.org/3/reference/datamodel.html#object.__aexit__)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.imported import imported_code
from loopscope.rules.support.mocks import Kind, mock_at
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("mock-swallows-exceptions", Group.MOCKS, Severity.WARNING, words=("__aexit__", "__exit__"))

_SESSION = """\
from unittest.mock import AsyncMock, MagicMock

import pytest


async def load(session):
    async with session as opened:
        assert opened is session

"""

EXAMPLES = (
    Example(
        "An assertion that cannot fail",
        bad=f"""\
{_SESSION}
@pytest.mark.asyncio
async def test_load():
    session = MagicMock()
    session.__aenter__ = AsyncMock(return_value=session)
    session.__aexit__ = ⟦AsyncMock()⟧
    await load(session)
""",
        good=f"""\
{_SESSION}
@pytest.mark.asyncio
async def test_load():
    session = MagicMock()
    session.__aenter__ = AsyncMock(return_value=session)
    session.__aexit__ = AsyncMock(return_value=False)
    await load(session)
""",
        proof=Proof("", "passed", invisible="the exception that would show is swallowed"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "what it returns is set",
        """\
from unittest.mock import AsyncMock, MagicMock


async def leave(*args):
    return None


async def test_session():
    first, second, third, fourth, fifth = (MagicMock() for _ in range(5))
    first.__aexit__ = AsyncMock(return_value=None)
    second.__aexit__ = AsyncMock(side_effect=leave)
    third.__aexit__ = AsyncMock()
    third.__aexit__.return_value = False
    fourth.__aexit__.return_value = None
    fifth.__aexit__ = leave
    sixth = MagicMock()
    sixth.__aenter__.return_value = AsyncMock()
    sixth.__aenter__.return_value.__aexit__ = AsyncMock()
""",
    ),
    NearMiss(
        "left by a call that hands over no exception",
        """\
from unittest.mock import AsyncMock, MagicMock

import pytest

from client import Client


class Wrapper:
    def __init__(self, session):
        self.session = session

    async def __aexit__(self, *exc_info):
        return await self.session.__aexit__(*exc_info)


@pytest.fixture
def session():
    session = MagicMock()
    session.__aexit__ = AsyncMock()
    return session


@pytest.mark.asyncio
async def test_wrapper(session):
    await Wrapper(session).__aexit__(None, None, None)
    session.__aexit__.assert_awaited_once_with(None, None, None)
# file: test_client.py
from unittest.mock import AsyncMock, MagicMock

import pytest

from client import Client


@pytest.mark.asyncio
async def test_close():
    session = MagicMock()
    session.__aexit__ = AsyncMock()
    await Client(session).close()
# file: base.py
class Base:
    async def close(self):
        await self.session.__aexit__(None, None, None)
# file: client.py
from base import Base


class Client(Base):
    def __init__(self, session):
        self.session = session
""",
    ),
    NearMiss(
        "a mock of its own, set up by name",
        """\
from unittest.mock import AsyncMock, MagicMock


async def test_session():
    leave = AsyncMock()
    leave.return_value = False
    session = MagicMock()
    session.__aexit__ = leave
    session.__exit__ = lambda *args: None
""",
    ),
)

_EXITS = {"__aexit__": frozenset({Kind.ASYNC}), "__exit__": frozenset({Kind.MAGIC, Kind.PLAIN})}


class _SetUp(NamedTuple):
    """What is assigned to the exit method (`result` False) or to what it returns (True)."""

    name: str
    target: str
    value: ast.expr
    result: bool


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the mocks."""
    for body in ctx.bodies:
        for each in _set_ups(body):
            made = mock_at(ctx, body, each.value)
            if made is None or (not each.result and (made.kind not in _EXITS[each.name] or _is_told(body, each))):
                continue
            if not each.result and any(made.set_up(name) for name in ("return_value", "side_effect", "*")):
                continue
            if made.bare and not _is_left_by_name(ctx, body, each.name):
                message = f"`{each.name}` returns a mock, which is true: a block that it ends swallows all exceptions."
                yield ctx.finding(META, ctx.span(body, each.value), message, data=(body, each))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes it return False."""
    match finding.data:
        case (Body() as body, _SetUp(_, _, ast.Call(_, [], []) as value, result)):
            span = ctx.span(body, value)
        case _:
            return None
    if result:
        return ctx.fix("Return False", Safety.UNSAFE, [Edit(span, "False")])
    if not ctx.source(span).endswith("()"):
        return None
    at = Span(span.end - 1, span.end - 1)
    return ctx.fix("Return False", Safety.UNSAFE, [Edit(at, "return_value=False")])


def _set_ups(body: Body) -> list[_SetUp]:
    if "exits" not in body.notes:
        body.notes["exits"] = list(_found(body))
    return cast("list[_SetUp]", body.notes["exits"])


def _found(body: Body) -> Iterator[_SetUp]:
    for statement in body.statements:
        match statement:
            case ast.Assign([ast.Attribute(owner, name) as target], value) if name in _EXITS and not _is_entered(owner):
                yield _SetUp(name, ast.unparse(target), value, result=False)
            case ast.Assign([ast.Attribute(ast.Attribute(_, name) as target, "return_value")], value) if name in _EXITS:
                yield _SetUp(name, ast.unparse(target), value, result=True)
            case _:
                pass


def _is_entered(owner: ast.expr) -> bool:
    """Whether it is what entering a manager gives, which its block does not leave."""
    return any(isinstance(node, ast.Attribute) and node.attr in ("__enter__", "__aenter__") for node in ast.walk(owner))


def _is_told(body: Body, found: _SetUp) -> bool:
    """Whether the function says elsewhere what the exit method returns."""
    return any(each.result and each.target == found.target for each in _set_ups(body))


def _is_left_by_name(ctx: Context, body: Body, name: str) -> bool:
    """Whether the code calls an exit method itself where nothing is raised: in the test, or in what it imports.

    What a fixture sets up may be left anywhere in its file.
    """
    in_test = any(test.id == body.outermost for test in ctx.own_tests)
    bodies = [each for each in ctx.bodies if not in_test or each.outermost == body.outermost]
    return any(_hands_nothing(call, name) for each in bodies for call in each.calls) or any(
        ctx.queries.mentions(path, (f".{name}(None",)) for path in imported_code(ctx)
    )


def _hands_nothing(call: CallSite, name: str) -> bool:
    match call.node:
        case ast.Call(ast.Attribute(_, attr), [ast.Constant(None), *_]):
            return attr == name
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
