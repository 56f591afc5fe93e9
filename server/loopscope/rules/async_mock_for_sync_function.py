"""A synchronous function is replaced by an `AsyncMock`: its callers get a coroutine instead of a value.

## What it does
Reports `patch`, `patch.object`, `mocker.patch` and `monkeypatch.setattr` that put an `AsyncMock`, or a mock with an
`async def` as `side_effect`, in the place of a synchronous function whose result is surely nothing to await.

## Why is this bad
Callers do not await it. They compare or use a coroutine object ("'coroutine' object is not subscriptable",
`assert <coroutine object AsyncMockMixin._execute_mock_call ...> == 1`), or drop it, and only "coroutine ... was never
awaited" shows.

## When not to fix
If the function is never called. Functions that may return an awaitable, and targets that are not found, are not
reported.

## Fix safety
Unsafe: `MagicMock` takes the place of `AsyncMock`; an argument `new_callable=AsyncMock` goes, since `patch` makes a
`MagicMock` for a synchronous function by itself. A function of the file that awaits nothing becomes synchronous.

## Versions
All.

## References
- [Python: patch](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.patch)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.mock_imports import beside
from loopscope.rules.support.mock_values import call_gives_awaitable, gives_plain_value, mock_gives_awaitable
from loopscope.rules.support.mocks import mock_at, patched_mock
from loopscope.rules.support.patches import (
    Owner,
    Patch,
    is_awaited,
    lone_function,
    patches,
    replaced,
    shown_target,
    without_keyword,
)
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("async-mock-for-sync-function", Group.MOCKS, Severity.ERROR, words=("patch", "setattr"))

_APP = """\

# file: app.py
class Client:
    def build_url(self, path):
        return "http://x" + path

    def close(self):
        self.closed = True
"""

EXAMPLES = (
    Example(
        "A synchronous method",
        bad=f"""\
from unittest.mock import AsyncMock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_url():
    with patch.object(app.Client, "build_url", ⟦AsyncMock(return_value="u")⟧):
        assert app.Client().build_url("/a") == "u"


@patch("app.Client.build_url", new_callable=⟦AsyncMock⟧)
def test_decorated(build_url):
    build_url.return_value = "u"
    assert app.Client().build_url("/a") == "u"
{_APP}""",
        good=f"""\
from unittest.mock import AsyncMock, MagicMock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_url():
    with patch.object(app.Client, "build_url", MagicMock(return_value="u")):
        assert app.Client().build_url("/a") == "u"


@patch("app.Client.build_url")
def test_decorated(build_url):
    build_url.return_value = "u"
    assert app.Client().build_url("/a") == "u"
{_APP}""",
        proof=Proof("assert <coroutine object AsyncMockMixin._execute_mock_call"),
    ),
    Example(
        "Through `mocker`, a method that gives nothing",
        bad=f"""\
import app


def test_close(mocker):
    mocker.patch("app.Client.close", ⟦mocker.AsyncMock()⟧)
    app.Client().close()
{_APP}""",
        good=f"""\
import app


def test_close(mocker):
    mocker.patch("app.Client.close", mocker.MagicMock())
    app.Client().close()
{_APP}""",
        proof=Proof(
            "coroutine 'AsyncMockMixin._execute_mock_call' was never awaited", "warning", requires=("pytest-mock",)
        ),
    ),
    Example(
        "A coroutine function as side effect",
        bad=f"""\
from unittest.mock import patch

import app


async def fake(path):
    return "u"


def test_url():
    with patch("app.Client.build_url", side_effect=⟦fake⟧):
        assert app.Client().build_url("/a") == "u"
{_APP}""",
        good=f"""\
from unittest.mock import patch

import app


def fake(path):
    return "u"


def test_url():
    with patch("app.Client.build_url", side_effect=fake):
        assert app.Client().build_url("/a") == "u"
{_APP}""",
        proof=Proof("assert <coroutine object fake"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "functions that give something to await, or may do so",
        """\
from unittest.mock import AsyncMock, patch

import app


async def test_fetch():
    with patch("app.fetch", AsyncMock()), patch("app.later", AsyncMock()), patch("app.task", AsyncMock()):
        await app.fetch()
    with patch("app.typed", AsyncMock()), patch("app.wrapped", AsyncMock()), patch("app.Client", AsyncMock()):
        await app.later()
    with patch("app.dispatched", new_callable=AsyncMock), patch("app.stub", AsyncMock()):
        await app.run()
    with patch("app.either", AsyncMock()), patch("app.union", AsyncMock()), patch("app.broken", AsyncMock()):
        pass


# file: app.py
import asyncio
from collections.abc import Awaitable
from typing import Union
from nowhere import connect, wraps


async def fetch():
    return 1


def later():
    return fetch()


def task():
    return asyncio.ensure_future(fetch())


def typed() -> "asyncio.Future[int]": ...


@wraps
def wrapped():
    return 1


class Client:
    def __await__(self):
        return connect().__await__()


def dispatched():
    return None


async def run():
    return await dispatched()


def stub():
    raise NotImplementedError


def either(pool) -> list[int] | None | Awaitable[list[int]]:
    return pool.claim()


def union(pool) -> Union[list[int], Awaitable[list[int]]]:
    return pool.claim()


def broken(pool) -> "list[int | Awaitable":
    return pool.claim()
""",
    ),
    NearMiss(
        "an `async def` in its place, whose callers may await what can be awaited",
        f"""\
import app


async def build_url(self, path):
    return "u"


def test_url(monkeypatch):
    monkeypatch.setattr(app.Client, "build_url", build_url)
{_APP}""",
    ),
    NearMiss(
        "a synchronous mock, and a class with a spec",
        f"""\
from unittest.mock import AsyncMock, MagicMock, patch

import app


def test_url():
    client = AsyncMock(spec=app.Client)
    client.build_url.return_value = "u"
    assert client.build_url("/a") == "u"
    with patch("app.Client.build_url", return_value="u"), patch.object(app.Client, "close", MagicMock()):
        pass
{_APP}""",
    ),
)


_WAITING = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.comprehension, ast.Yield)
_REPLACING = ("new", "new_callable", "side_effect")


class _Replacement(NamedTuple):
    patch: Patch
    new: ast.expr


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at what takes the function's place."""
    for patch in patches(ctx):
        new = next((each for name in _REPLACING if (each := patch.argument(name)) is not None), None)
        if new is None or patch.unclear or not _gives_coroutine(ctx, patch, new):
            continue
        if gives_plain_value(ctx.queries, replaced(ctx, patch)) and not is_awaited(ctx, patch):
            message = f"`{shown_target(patch)}` is synchronous: its callers get a coroutine, which nothing awaits."
            yield ctx.finding(META, ctx.span(patch.owner, new), message, data=_Replacement(patch, new))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes it a `MagicMock`."""
    match finding.data:
        case _Replacement(patch, new):
            pass
        case _:
            return None
    if new is patch.argument("new_callable"):
        return ctx.fix("Drop `new_callable`", Safety.UNSAFE, [without_keyword(ctx, patch, "new_callable")])
    if isinstance(new, ast.Name):
        return _made_synchronous(ctx, patch.owner, new.id)
    if not isinstance(new, ast.Call) or new is not patch.argument("new"):
        return None
    imports: list[Edit] = []
    name = beside(ctx, new.func, "MagicMock", imports)
    edit = Edit(ctx.span(patch.owner, new.func), name or "")
    return None if name is None else ctx.fix("Use `MagicMock`", Safety.UNSAFE, [*imports, edit])


def _made_synchronous(ctx: Context, owner: Owner, name: str) -> Fix | None:
    function = lone_function(ctx, owner, name)
    if function is None or not function.is_async or any(isinstance(each, _WAITING) for each in ast.walk(function.node)):
        return None
    start = ctx.span(function, function.node).start
    if not ctx.text.startswith("async def", start):
        return None
    edit = Edit(Span(start, start + len("async ")), "")
    return ctx.fix("Make the function synchronous", Safety.UNSAFE, [edit])


def _gives_coroutine(ctx: Context, patch: Patch, new: ast.expr) -> bool:
    if new is patch.argument("new"):
        # Who writes an `async def` to take the place may know that its callers await what can be awaited.
        is_mock = mock_at(ctx, patch.owner, new) is not None
        return is_mock and call_gives_awaitable(ctx, patch.owner, new) is True
    made = patched_mock(ctx, patch)
    return made is not None and mock_gives_awaitable(made) is True


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
