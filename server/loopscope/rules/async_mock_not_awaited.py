"""An `AsyncMock` is called without `await`: its caller works with a coroutine, or drops it.

## What it does
Reports calls of an `AsyncMock`, or of an attribute of one, whose result is dropped, tested, compared, or has an
attribute or item read: in the function that makes the mock, and in functions that get it as an argument.

## Why is this bad
Often a method is synchronous in the real class, such as `json()` of a response of httpx, and every attribute of an
`AsyncMock` is an `AsyncMock`: "'coroutine' object is not subscriptable". Or the code forgets an `await`, and the test
passes, since the mock counts the call: "coroutine ... was never awaited".

## When not to fix
If the coroutine is not to run.

## Fix safety
Unsafe: `await` is inserted where an asynchronous test calls its own mock, and where an asynchronous function of the
same file drops the call. Where a function uses the result, the method becomes a `MagicMock` where the mock is made;
`AsyncMock(spec=Class)` makes all synchronous methods one.

## Versions
All.

## References
- [Python: AsyncMock](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.AsyncMock)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Related, Rule, Safety, Severity
from loopscope.rules.support.calls import await_edits, expects_failure, noted, only_compared
from loopscope.rules.support.mock_edits import set_where_made
from loopscope.rules.support.mock_uses import origin_in, scenes
from loopscope.rules.support.mocks import Kind

META = Meta(
    "async-mock-not-awaited",
    Group.MOCKS,
    Severity.ERROR,
    words=("AsyncMock", "mocker", "patch"),
)

_CODE = """\
from unittest.mock import AsyncMock, MagicMock

import pytest


async def load(client):
    response = await client.get("/a")
    return response.json()["id"]

"""

EXAMPLES = (
    Example(
        "A synchronous method of what an `AsyncMock` gives",
        bad=f"""\
{_CODE}
@pytest.mark.asyncio
async def test_load():
    client = AsyncMock()
    client.get.return_value.json.return_value = {{"id": 1}}
    assert await load(⟦client⟧) == 1
""",
        good=f"""\
{_CODE}
@pytest.mark.asyncio
async def test_load():
    client = AsyncMock()
    client.get.return_value = MagicMock()
    client.get.return_value.json.return_value = {{"id": 1}}
    assert await load(client) == 1
""",
        fixed=f"""\
{_CODE}
@pytest.mark.asyncio
async def test_load():
    client = AsyncMock()
    client.get.return_value.json = MagicMock()
    client.get.return_value.json.return_value = {{"id": 1}}
    assert await load(client) == 1
""",
        proof=Proof("'coroutine' object is not subscriptable"),
    ),
    Example(
        "A call that is dropped",
        bad="""\
from unittest.mock import AsyncMock

import pytest


async def notify(sender):
    sender.send("hello")


@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(⟦sender⟧)
    sender.send.assert_called_once_with("hello")
""",
        good="""\
from unittest.mock import AsyncMock

import pytest


async def notify(sender):
    await sender.send("hello")


@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender)
    sender.send.assert_awaited_once_with("hello")
""",
        fixed="""\
from unittest.mock import AsyncMock

import pytest


async def notify(sender):
    await sender.send("hello")


@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender)
    sender.send.assert_called_once_with("hello")
""",
        proof=Proof("coroutine 'AsyncMockMixin._execute_mock_call' was never awaited", "warning"),
    ),
    Example(
        "In the test itself",
        bad="""\
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = AsyncMock(return_value=True)
    ⟦ready(1)⟧
    assert ⟦ready()⟧
""",
        good="""\
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = AsyncMock(return_value=True)
    await ready(1)
    assert await ready()
""",
        proof=Proof("coroutine 'AsyncMockMixin._execute_mock_call' was never awaited", "warning"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "awaited, passed on, or synchronous after all",
        f"""\
import asyncio
{_CODE}
class Client:
    async def get(self, url): ...

    def close(self): ...


async def use(client):
    client.close()
    task = asyncio.create_task(client.get("/a"))
    await task
    return client.get("/b")


async def test_load():
    client = AsyncMock(spec=Client)
    await (await use(client))
    other = AsyncMock()
    other.get.return_value = MagicMock(json=lambda: {{"id": 1}})
    assert await load(other) == 1
    other.get.assert_awaited_once()
    other.reset_mock()
    other.close = MagicMock()
    other.close()
    other.get("/a").close()
    coroutine = other.get("/a")
    await coroutine
""",
    ),
    NearMiss(
        "an expected failure, and code that asks what it got",
        """\
import inspect
from unittest.mock import AsyncMock

import pytest


async def call(function):
    result = function()
    return await result if inspect.isawaitable(result) else result


async def test_call():
    function = AsyncMock()
    await call(function)
    with pytest.raises(TypeError):
        function()["id"]
""",
    ),
)

_USED = (Use.STATEMENT, Use.ASSERTED, Use.TESTED, Use.COMPARED)
_OF_COROUTINES = frozenset({"close", "send", "throw"})
_NOT_CALLS = frozenset({"reset_mock", "configure_mock", "attach_mock", "mock_add_spec"})


class _Dropped(NamedTuple):
    body: Body
    call: CallSite


class _Used(NamedTuple):
    """The method whose call is used: `path` behind the name that the body `body` gives the mock."""

    body: Body
    name: str
    path: str


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls, or at the arguments that hand the mock over."""
    for scene in scenes(ctx):
        seen: set[str] = set()
        for call in noted(scene.body, "calls that nothing awaits", _dropped):
            if expects_failure(scene.caller, scene.handed or call):
                continue
            found = scene.mock(call.node.func)
            if found is None or found.kind is not Kind.ASYNC or not found.bare:
                continue
            shown = ast.unparse(call.node.func)
            if scene.handed is None:
                message = f"`{shown}` is an `AsyncMock`: without `await` this call gives a coroutine."
                yield ctx.finding(META, ctx.span(scene.body, call.node), message, data=_Dropped(scene.body, call))
                continue
            root, path = origin_in(scene, call.node.func)
            argument = scene.arguments.get(root)
            if argument is not None and root not in seen:
                seen.add(root)
                message = f"`{scene.body.node.name}` calls `{shown}` without `await`, and this makes it an `AsyncMock`."
                place = Related(scene.ctx.path, scene.ctx.span(scene.body, call.node), "The call")
                dropped = call.use is Use.STATEMENT and scene.ctx.path == ctx.path and scene.body.is_async
                data = _Dropped(scene.body, call) if dropped else _Used(scene.caller, argument.id, path)
                yield ctx.finding(META, ctx.span(scene.caller, argument), message, related=(place,), data=data)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Inserts `await`, or makes the method synchronous."""
    match finding.data:
        case _Dropped(body, call) if body.is_async and not call.in_lambda:
            return ctx.fix("Insert `await`", Safety.UNSAFE, await_edits(ctx, body, call))
        case _Used(body, name, path):
            edits = set_where_made(ctx, body, name, path, "MagicMock")
            return None if edits is None else ctx.fix("Use a `MagicMock` there", Safety.UNSAFE, edits)
        case _:
            return None


def _is_no_call(name: str) -> bool:
    """Whether it sets up the mock, or looks like an assertion, perhaps a misspelt one."""
    return name in _NOT_CALLS or name.startswith(("ass", "called", "awaited"))


def _dropped(body: Body) -> list[CallSite]:
    return [call for call in body.calls if _is_dropped(body, call)]


def _is_dropped(body: Body, call: CallSite) -> bool:
    use, func = call.use, call.node.func
    if not (use in _USED or use is Use.ASSIGNED or use is Use.ATTRIBUTE) or call.in_lambda or call.in_comprehension:
        return False
    if isinstance(func, ast.Attribute) and _is_no_call(func.attr):
        return False
    if use is Use.ASSIGNED:
        return only_compared(body, call)
    return not (use is Use.ATTRIBUTE and isinstance(call.parent, ast.Attribute) and call.parent.attr in _OF_COROUTINES)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
