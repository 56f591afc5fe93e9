"""An `await` on something that is not awaitable: a value that is ready, a synchronous call, a function not called.

## What it does
Reports `await` on what a fixture injects when that is a plain value (pytest-asyncio awaited the fixture already), on
calls of synchronous functions whose result is not awaitable, on methods that are not called, on asynchronous generators
and context managers, and on assertions of mocks.

## Why is this bad
It fails with `TypeError: object Database can't be used in 'await' expression`.

## When not to fix
If the value has an `__await__` that reading does not see. What is not certain is not reported.

## Fix safety
Removing the `await` from an assertion of a mock is safe. From anything else it is unsafe: perhaps another function was
meant, or the call is to become asynchronous.

## Versions
All.

## References
- [Python: awaitable objects](https://docs.python.org/3/reference/datamodel.html#awaitable-objects)
- [pytest-asyncio: fixtures](https://pytest-asyncio.readthedocs.io/en/stable/reference/decorators/index.html)
"""

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.awaiting import in_synchronous_code
from loopscope.rules.support.callees import last_name, may_be_patched_name, type_of
from loopscope.rules.support.calls import failure_is_expected
from loopscope.rules.support.versions import is_for_some_versions
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.inference.attributes import surely_lacks
from loopscope.workspace.inference.expressions import expression_type
from loopscope.workspace.inference.externals import article, never_awaitable
from loopscope.workspace.inference.frames import Frame, frame_of
from loopscope.workspace.inference.model import Callee, ClassObject, Instance, Known, LocalFunction, Type
from loopscope.workspace.queries import Queries

META = Meta(
    "await-on-non-awaitable",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("pyright: reportGeneralTypeIssues", "ty: invalid-await"),
    words=("await",),
)

_DATABASE = """\
import pytest
import pytest_asyncio


class Database:
    async def query(self):
        return 1


@pytest_asyncio.fixture
async def database():
    yield Database()


"""

EXAMPLES = (
    Example(
        "The value of an async fixture",
        bad=f"""\
{_DATABASE}@pytest.mark.asyncio
async def test_query(database):
    connection = ⟦await database⟧
    assert await connection.query() == 1
""",
        good=f"""\
{_DATABASE}@pytest.mark.asyncio
async def test_query(database):
    connection = database
    assert await connection.query() == 1
""",
        proof=Proof("object Database can't be used in 'await' expression"),
    ),
    Example(
        "A synchronous call",
        bad="""\
import pytest


def compute(value):
    return value * 2


@pytest.mark.asyncio
async def test_compute():
    assert ⟦await compute(2)⟧ == 4
""",
        good="""\
import pytest


def compute(value):
    return value * 2


@pytest.mark.asyncio
async def test_compute():
    assert compute(2) == 4
""",
        proof=Proof("object int can't be used in 'await' expression"),
    ),
    Example(
        "An assertion of a mock",
        bad="""\
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_called():
    send = AsyncMock()
    await send(1)
    ⟦await send.assert_awaited_once_with(1)⟧
""",
        good="""\
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_called():
    send = AsyncMock()
    await send(1)
    send.assert_awaited_once_with(1)
""",
        proof=Proof("object NoneType can't be used in 'await' expression"),
    ),
    Example(
        "A method that is not called",
        bad=f"""\
{_DATABASE}@pytest.mark.asyncio
async def test_query(database):
    assert ⟦await database.query⟧ == 1
""",
        good=f"""\
{_DATABASE}@pytest.mark.asyncio
async def test_query(database):
    assert await database.query() == 1
""",
        proof=Proof("can't be used in 'await' expression"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a fixture that injects something to await",
        """\
import asyncio

import pytest
import pytest_asyncio


class Pending:
    def __await__(self):
        return iter(())


class Loose:
    def __getattr__(self, name):
        raise AttributeError(name)


@pytest_asyncio.fixture
async def task():
    return asyncio.create_task(asyncio.sleep(0))


@pytest.fixture
def pending():
    return Pending()


@pytest.fixture
def make():
    async def made():
        return 1

    return made


@pytest.mark.asyncio
async def test_task(task, pending, make):
    await task
    await pending
    assert await make() == 1
    assert await asyncio.gather(task) == [None]
""",
    ),
    NearMiss(
        "a coroutine that no plugin awaits",
        """\
import pytest


@pytest.fixture
async def number():
    return 1


@pytest.mark.asyncio
async def test_number(number):
    assert await number == 1
""",
        pytest_asyncio=">=1",
    ),
    NearMiss(
        "a mock, a replaced function, an expected failure",
        """\
from unittest.mock import AsyncMock

import pytest


def compute(value):
    return value * 2


@pytest.mark.asyncio
async def test_mock(monkeypatch):
    send = AsyncMock()
    await send(1)
    with pytest.raises(TypeError):
        await int(1)
    monkeypatch.setattr(f"{__name__}.compute", send)
    await compute(2)
""",
    ),
    NearMiss(
        "an overridden or abstract method",
        """\
from abc import ABC, abstractmethod

import pytest


class Base(ABC):
    @abstractmethod
    def load(self): ...

    def close(self):
        pass


async def run(base: Base, loader):
    await base.load()
    await base.close()
    await loader.load()


@pytest.mark.asyncio
async def test_run():
    class Own(Base):
        async def load(self):
            return 1

        async def close(self):
            return None

    await run(Own(), Own())
""",
    ),
    NearMiss(
        "a decorator that makes a coroutine function of a synchronous one",
        """\
import functools

import pytest


def cached(function):
    @functools.wraps(function)
    async def wrapper(self, value):
        if value is None:
            return await function(self, value)
        return function(self, value)

    return wrapper


class Own:
    @cached
    def get(self, value) -> int:
        return value


@pytest.mark.asyncio
async def test_get():
    @cached
    def local(self, value):
        return value

    assert await Own().get(1) == 1
    assert await local(None, 1) == 1
""",
    ),
    NearMiss(
        "code for another version of a library",
        """\
import pytest

__version__ = "2.0"
OLD = __version__.startswith("1")


def compute(value):
    return value * 2


@pytest.mark.asyncio
async def test_compute():
    if OLD:
        assert await compute(2) == 4
    else:
        assert compute(2) == 4


if __version__ < "2":

    class TestOld:
        @pytest.mark.asyncio
        async def test_compute(self):
            assert await compute(2) == 4
""",
    ),
    NearMiss(
        "a package of the project that is called asyncio too",
        """\
# file: net/asyncio/__init__.py

# file: net/asyncio/server.py
class Server:
    def __await__(self):
        yield
        return self


def serve() -> Server:
    return Server()

# file: test_serve.py
import pytest

from net.asyncio.server import serve


@pytest.mark.asyncio
async def test_serve():
    assert await serve()
""",
    ),
)

_ASSERTIONS = (
    "assert_awaited",
    "assert_any_await",
    "assert_has_awaits",
    "assert_not_awaited",
    "assert_called",
    "assert_not_called",
    "assert_has_calls",
    "assert_any_call",
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the `await`s."""
    for body, _ in ctx.bodies_with("awaits", lambda body: list(body.awaits)):
        for wrong in ctx.queries.get(_wrong_in, ctx.path, body.id):
            replaced = may_be_patched_name(ctx, wrong.name)
            expected = failure_is_expected(ctx, body, wrong.node) or in_synchronous_code(ctx, body, wrong.node)
            if not replaced and not expected and not is_for_some_versions(ctx, body, wrong.node):
                yield ctx.finding(META, ctx.span(body, wrong.node), wrong.message, data=(body, wrong))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Removes the `await`, or calls what is awaited."""
    match finding.data:
        case (Body() as body, _Wrong(node) as wrong):
            pass
        case _:
            return None
    start, value = ctx.span(body, node).start, ctx.span(body, node.value)
    if isinstance(node.value, ast.Attribute | ast.Name) and isinstance(type_of(ctx, body, node.value), Callee):
        return ctx.fix("Call it", Safety.UNSAFE, [Edit(Span(value.end, value.end), "()")])
    if ctx.text[start : value.start] != "await ":
        return None
    safety = Safety.SAFE if wrong.asserts else Safety.UNSAFE
    return ctx.fix("Remove `await`", safety, [Edit(Span(start, value.start), "")])


class _Wrong(NamedTuple):
    """An `await` that fails, and the name of what may be replaced so that it does not."""

    node: ast.Await
    message: str
    name: str | None
    asserts: bool = False
    """Whether an assertion of a mock is awaited."""


def _wrong_in(q: Queries, path: PurePath, id_: FactId) -> tuple[_Wrong, ...]:
    frame = frame_of(q, path, id_)
    found = [_wrong(frame, node) for node in frame.body.awaits] if frame is not None else []
    return tuple(each for each in found if each is not None)


def _wrong(frame: Frame, node: ast.Await) -> _Wrong | None:
    value = node.value
    if _is_mock_assertion(frame, value):
        message = f"`{ast.unparse(value)}` asserts at once and gives `None`, which cannot be awaited."
        return _Wrong(node, message, None, asserts=True)
    if isinstance(value, ast.Constant | ast.Subscript) or not _may_tell(value):
        return None
    found = expression_type(frame, value)
    what = _what(frame.q, found)
    callee = value.func if isinstance(value, ast.Call) else value
    if what is None:
        return None
    shown, name = ast.unparse(callee), last_name(callee)
    if isinstance(value, ast.Call):
        message = f"`{shown}` is not asynchronous: its call gives {what}, which cannot be awaited."
    elif isinstance(found, Callee | LocalFunction):
        message = f"`{shown}` is a function that is not called: only what it gives can be awaited."
    else:
        message = f"`{shown}` is {what}, which cannot be awaited."
    return _Wrong(node, message, name)


def _may_tell(value: ast.expr) -> bool:
    """Whether the syntax is one of which a certain answer is possible."""
    return isinstance(
        value, ast.Name | ast.Attribute | ast.Call | ast.ListComp | ast.GeneratorExp | ast.Tuple | ast.List
    )


def _what(q: Queries, found: Type | None) -> str | None:
    match found:
        case Instance(_, id_):
            sure = found.exact and surely_lacks(q, found, "__await__")
            return f"{article(id_.qualname)} `{id_.qualname}`" if sure else None
        case Callee() | LocalFunction():
            return "a function"
        case ClassObject(_, id_):
            return f"the class `{id_.qualname}`"
        case _:
            return never_awaitable(found)


def _is_mock_assertion(frame: Frame, value: ast.expr) -> bool:
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    if not value.func.attr.startswith(_ASSERTIONS):
        return False
    owner = expression_type(frame, value.func.value)
    return owner is None or isinstance(owner, Known)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
