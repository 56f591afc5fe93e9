"""A mock is entered or iterated asynchronously, and cannot be.

## What it does
Reports `async with` and `async for` over the call of an `AsyncMock` (`session.get(url)`, `client.messages()`), and over
a `Mock`, in the function that makes the mock and in functions that get it as an argument.

## Why is this bad
The call of an `AsyncMock` is a coroutine: "'coroutine' object does not support the asynchronous context manager
protocol", "'async for' requires an object with __aiter__ method, got coroutine". A `Mock` has no such methods at all.

## When not to fix
Never: the test fails, unless the code is not reached.

## Fix safety
Unsafe: a `Mock` becomes a `MagicMock`, and so does the attribute of an `AsyncMock` that is called, where the mock is
made. A list that is set as its `return_value` becomes what it iterates.

## Versions
All.

## References
- [Python: mocking asynchronous iterators and context managers](https://docs.python.org/3/library/unittest.mock-examples.html#mocking-asynchronous-iterators)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Related, Rule, Safety, Severity
from loopscope.rules.support.calls import expects_failure, noted
from loopscope.rules.support.mock_edits import set_where_made
from loopscope.rules.support.mock_imports import beside
from loopscope.rules.support.mock_uses import Scene, scenes
from loopscope.rules.support.mocks import Kind, Mock
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta(
    "async-mock-as-context-manager",
    Group.MOCKS,
    Severity.ERROR,
    words=("AsyncMock", "Mock", "MagicMock", "mocker", "patch", "mock"),
)

_FETCH = """\
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest


async def fetch(session):
    async with session.get("http://x") as response:
        return await response.json()


async def read(client):
    return [message async for message in client.messages()]

"""

EXAMPLES = (
    Example(
        "The call of an `AsyncMock`",
        bad=f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    session = AsyncMock()
    session.get.return_value.__aenter__.return_value.json.return_value = 1
    assert await fetch(⟦session⟧) == 1


@pytest.mark.asyncio
async def test_read():
    client = AsyncMock()
    client.messages.return_value = ["a", "b"]
    assert await read(client=⟦client⟧) == ["a", "b"]


@pytest.mark.asyncio
async def test_own():
    session = AsyncMock()
    async with ⟦session.get("http://x")⟧:
        pass
""",
        good=f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    session = MagicMock()
    session.get.return_value.__aenter__.return_value.json = AsyncMock(return_value=1)
    assert await fetch(session) == 1


@pytest.mark.asyncio
async def test_read():
    client = MagicMock()
    client.messages.return_value.__aiter__.return_value = ["a", "b"]
    assert await read(client=client) == ["a", "b"]


@pytest.mark.asyncio
async def test_own():
    session = MagicMock()
    async with session.get("http://x"):
        pass
""",
        fixed=f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    session = AsyncMock()
    session.get = MagicMock()
    session.get.return_value.__aenter__.return_value.json.return_value = 1
    assert await fetch(session) == 1


@pytest.mark.asyncio
async def test_read():
    client = AsyncMock()
    client.messages = MagicMock()
    client.messages.return_value.__aiter__.return_value = ["a", "b"]
    assert await read(client=client) == ["a", "b"]


@pytest.mark.asyncio
async def test_own():
    session = AsyncMock()
    session.get = MagicMock()
    async with session.get("http://x"):
        pass
""",
        proof=Proof("'coroutine' object does not support the asynchronous context manager protocol"),
    ),
    Example(
        "A `Mock`",
        bad="""\
from unittest.mock import MagicMock, Mock

import pytest


@pytest.mark.asyncio
async def test_lock():
    lock = Mock()
    async with ⟦lock⟧:
        pass
""",
        good="""\
from unittest.mock import MagicMock, Mock

import pytest


@pytest.mark.asyncio
async def test_lock():
    lock = MagicMock()
    async with lock:
        pass
""",
        proof=Proof("'Mock' object does not support the asynchronous context manager protocol"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "set up for it",
        f"""\
{_FETCH}
async def test_fetch():
    session = AsyncMock()
    session.get = MagicMock()
    session.get.return_value.__aenter__.return_value.json = AsyncMock(return_value=1)
    assert await fetch(session) == 1
    lock = Mock()
    lock.__aenter__ = AsyncMock()
    lock.__aexit__ = AsyncMock(return_value=None)
    async with lock, AsyncMock(), MagicMock():
        pass
    async with await AsyncMock().connect() as connection:
        assert connection
""",
    ),
    NearMiss(
        "a class with a spec, another argument, an expected failure",
        f"""\
{_FETCH}
class Session:
    def get(self, url): ...

    async def close(self): ...


async def test_item(sessions):
    found = sessions["first.of.them"]
    assert await fetch(found) == 1


async def test_fetch(other):
    session = AsyncMock(spec=Session)
    await fetch(session)
    mock = AsyncMock()
    other = mock.session
    await fetch(mock.session if other else None)
    with pytest.raises(TypeError):
        await fetch(mock)


async def test_patched(monkeypatch):
    session = AsyncMock()
    monkeypatch.setattr(f"{{__name__}}.fetch", AsyncMock())
    await fetch(session)
""",
    ),
)


class _Plain(NamedTuple):
    body: Body
    made: ast.Call


class _Called(NamedTuple):
    """The attribute of a mock whose call is entered: `path` behind the name that the body `body` gives it."""

    body: Body
    name: str
    path: str


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the call or name, or at the argument that hands the mock over."""
    for scene in scenes(ctx):
        if scene.handed is None:
            yield from _own(ctx, scene)
        elif not expects_failure(scene.caller, scene.handed):
            yield from _handed(ctx, scene)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes a `Mock` a `MagicMock`."""
    match finding.data:
        case _Plain(body, made):
            imports: list[Edit] = []
            name = beside(ctx, made.func, "MagicMock", imports)
            edits = [*imports, Edit(ctx.span(body, made.func), name or "")]
            return None if name is None else ctx.fix("Use `MagicMock`", Safety.UNSAFE, edits)
        case _Called(body, name, path):
            there = set_where_made(ctx, body, name, path, "MagicMock")
            if there is None:
                return None
            return ctx.fix("Use a `MagicMock` there", Safety.UNSAFE, [*there, *_iterated(ctx, body, f"{name}{path}")])
        case _:
            return None


def _iterated(ctx: Context, body: Body, called: str) -> list[Edit]:
    """Edits of lists that are set as results, of which an asynchronous iterator is made."""
    ends = [
        ctx.span(body, statement.targets[0]).end
        for statement in body.statements
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.List | ast.Tuple)
        and ast.unparse(statement.targets[0]) == f"{called}.return_value"
    ]
    return [Edit(Span(end, end), ".__aiter__.return_value") for end in ends]


def _own(ctx: Context, scene: Scene) -> Iterator[Finding]:
    """What a function does with its own mocks."""
    for node, what in _entered(scene):
        if _is_below_raises(scene.body, node):
            continue
        found = scene.mock(node)
        data: _Plain | _Called | None = _called(node, scene.body, _root(node))
        if found is not None and found.kind is Kind.PLAIN and found.patch is None and _makes(scene.body, found.made):
            data = _Plain(scene.body, found.made)
        yield ctx.finding(META, ctx.span(scene.body, node), what, data=data)


def _handed(ctx: Context, scene: Scene) -> Iterator[Finding]:
    """What another function does with the mocks that it gets, each once."""
    seen: set[str] = set()
    for node, what in _entered(scene):
        root = _root(node)
        argument = scene.arguments.get(root)
        if argument is not None and root not in seen:
            seen.add(root)
            place = Related(scene.ctx.path, scene.ctx.span(scene.body, node), "Here")
            is_itself = isinstance(node, ast.Name) and node.id == root
            called = _Called(scene.caller, argument.id, "") if is_itself else _called(node, scene.caller, argument.id)
            yield ctx.finding(META, ctx.span(scene.caller, argument), what, related=(place,), data=called)


def _called(node: ast.expr, body: Body, name: str) -> _Called | None:
    match node:
        case ast.Call(ast.Name()):
            return _Called(body, name, "")
        case ast.Call(ast.Attribute(ast.Name(), attr)):
            return _Called(body, name, f".{attr}")
        case _:
            return None


def _entered(scene: Scene) -> Iterator[tuple[ast.expr, str]]:
    """The expressions that are entered or iterated and cannot be, with what is wrong."""
    for call in noted(scene.body, "entered calls", _entered_calls):
        found = scene.mock(call.node.func)
        if found is not None and found.kind is Kind.ASYNC:
            verb = "entered" if call.use is Use.ASYNC_WITH else "iterated"
            shown = ast.unparse(call.node.func)
            yield call.node, f"`{shown}` is an `AsyncMock`: its call is a coroutine, which cannot be {verb}."
    for block in scene.body.withs:
        for item in block.items if isinstance(block, ast.AsyncWith) else ():
            if _lacks(scene.mock(item.context_expr), "__aenter__"):
                yield item.context_expr, "A `Mock` has no `__aenter__`: it cannot be entered, a `MagicMock` can."
    loops = [each.iter for each in scene.body.fors if isinstance(each, ast.AsyncFor)]
    for iterated in (*loops, *(each.iter for each in scene.body.comprehensions if each.is_async)):
        if _lacks(scene.mock(iterated), "__aiter__"):
            yield iterated, "A `Mock` has no `__aiter__`: it cannot be iterated, a `MagicMock` can."


def _entered_calls(body: Body) -> list[CallSite]:
    uses = (Use.ASYNC_WITH, Use.ASYNC_ITERATED)
    return [call for call in body.calls if call.use in uses]


def _lacks(mock: Mock | None, name: str) -> bool:
    if mock is None or mock.kind is not Kind.PLAIN or not mock.bare or mock.set_up("*") is not None:
        return False
    return not any(each.path[:1] == (name,) for each in mock.set_ups)


def _makes(body: Body, made: ast.Call) -> bool:
    return any(call.node is made for call in body.calls)


def _is_below_raises(body: Body, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and any(call.node is node and expects_failure(body, call) for call in body.calls)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
