"""A coroutine is made inside of a `with patch(...)` and awaited after it: it runs without the patch.

## What it does
Reports coroutines and tasks that are made in the block of a `patch`, or of `monkeypatch.context()`, that has no `await`
after them, and that the function awaits behind the block.

## Why is this bad
Calling a coroutine function runs nothing of it. When it runs, the patch is gone: the code calls the real thing, which
may be the real network.

## When not to fix
If the patch is for something else in the block.

## Fix safety
Unsafe: the call is awaited where it is made. A task is awaited at the end of the block; to await it again is nothing.

## Versions
All.

## References
- [Python: coroutines](https://docs.python.org/3/library/asyncio-task.html#coroutines)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.callees import gives_coroutine
from loopscope.rules.support.calls import append_to_block, binding_count
from loopscope.rules.support.patches import patch_of, site_of
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("await-outside-patch", Group.MOCKS, Severity.ERROR, words=("patch", "monkeypatch"))

_APP = """\

# file: app.py
async def fetch():
    return "real"


async def load():
    return await fetch()
"""

EXAMPLES = (
    Example(
        "A coroutine",
        bad=f"""\
from unittest.mock import patch

import app
import pytest


@pytest.mark.asyncio
async def test_load():
    with patch("app.fetch", return_value="fake"):
        loading = ⟦app.load()⟧
    assert await loading == "fake"
{_APP}""",
        good=f"""\
from unittest.mock import patch

import app
import pytest


@pytest.mark.asyncio
async def test_load():
    with patch("app.fetch", return_value="fake"):
        loading = await app.load()
    assert loading == "fake"
{_APP}""",
        proof=Proof("AssertionError: assert 'real' == 'fake'"),
    ),
    Example(
        "A task",
        bad=f"""\
import asyncio

import app
import pytest


@pytest.mark.asyncio
async def test_load(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(app, "fetch", app.fake)
        task = ⟦asyncio.create_task(app.load())⟧
    result = await task
    assert result == "fake"
{_APP}

async def fake():
    return "fake"
""",
        good=f"""\
import asyncio

import app
import pytest


@pytest.mark.asyncio
async def test_load(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(app, "fetch", app.fake)
        task = asyncio.create_task(app.load())
        result = await task
    assert result == "fake"
{_APP}

async def fake():
    return "fake"
""",
        fixed=f"""\
import asyncio

import app
import pytest


@pytest.mark.asyncio
async def test_load(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(app, "fetch", app.fake)
        task = asyncio.create_task(app.load())
        await task
    result = await task
    assert result == "fake"
{_APP}

async def fake():
    return "fake"
""",
        proof=Proof("AssertionError: assert 'real' == 'fake'"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "awaited inside, or begun there",
        f"""\
import asyncio
from unittest.mock import patch

import app


async def test_load():
    with patch("app.fetch", return_value="fake"):
        loading = app.load()
        assert await loading == "fake"
    with patch("app.fetch", return_value="fake"):
        task = asyncio.create_task(app.load())
        await asyncio.sleep(0)
    assert await task == "fake"
    with patch("app.fetch", return_value="fake"):
        waiting = asyncio.gather(app.load(), app.load())
        async with asyncio.timeout(1):
            pass
    await waiting
{_APP}""",
    ),
    NearMiss(
        "no patch, or nothing that must be awaited",
        """\
import contextlib
from unittest.mock import patch

import app


async def test_load():
    with contextlib.suppress(ValueError):
        loading = app.load()
    await loading
    with patch("app.fetch"):
        job = app.start()
    await job
    with patch("app.load"):
        patched = app.load()
    await patched


# file: app.py
import asyncio


async def fetch():
    return "real"


async def load():
    return await fetch()


def start():
    return asyncio.ensure_future(fetch())
""",
    ),
)

_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.gather"})
_LATER = _TASKS | {"asyncio.wait_for"}
_SUSPENDS = (ast.Await, ast.AsyncWith, ast.AsyncFor, ast.Yield)


class _Late(NamedTuple):
    body: Body
    call: CallSite
    name: str


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls that make the coroutine or task."""
    for body in ctx.bodies:
        if not body.is_async or not body.withs:
            continue
        for call in body.calls:
            name = _kept(body, call) if call.use is Use.ASSIGNED else None
            block = None if name is None else _block(ctx, body, call)
            if name is None or block is None or not _is_awaited_behind(body, block, name):
                continue
            if _is_late(ctx, body, call) and not _suspends(block, call):
                message = "This runs when it is awaited, behind the block: the patch is gone by then."
                yield ctx.finding(META, ctx.span(body, call.node), message, data=_Late(body, call, name))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Awaits the coroutine where it is made."""
    match finding.data:
        case _Late(body, call, name) if call.name in _TASKS:
            edit = append_to_block(ctx, body, call.statement, f"await {name}")
            return None if edit is None else ctx.fix("Await inside of the patch", Safety.UNSAFE, [edit])
        case _Late(body, call, name) if len(body.reads.get(name, ())) == 1:
            pass
        case _:
            return None
    start = ctx.span(body, call.node).start
    behind = next(each for each in body.awaits if isinstance(each.value, ast.Name) and each.value.id == name)
    whole, kept = ctx.span(body, behind), ctx.span(body, behind.value)
    if ctx.source(Span(whole.start, kept.start)).split() != ["await"]:
        return None
    edits = [Edit(Span(start, start), "await "), Edit(Span(whole.start, kept.start), "")]
    return ctx.fix("Await inside of the patch", Safety.UNSAFE, edits)


def _kept(body: Body, call: CallSite) -> str | None:
    """The name, bound once, that keeps what a call gives; None when that is something else."""
    match call.statement:
        case ast.Assign([ast.Name(name)], value) if value is call.node and binding_count(body, name) == 1:
            return name
        case _:
            return None


def _block(ctx: Context, body: Body, call: CallSite) -> ast.With | ast.AsyncWith | None:
    """The `with` of a patch whose block holds the statement of a call directly."""
    for block in body.withs:
        if any(each is call.statement for each in block.body) and any(
            _patches(ctx, body, item) for item in block.items
        ):
            return block
    return None


def _patches(ctx: Context, body: Body, item: ast.withitem) -> bool:
    site = site_of(ctx, body, item.context_expr)
    if site is None:
        return False
    patch = patch_of(ctx, body, site)
    return (patch is not None and not patch.mocker) or site.name in (
        "monkeypatch.context",
        "pytest.MonkeyPatch.context",
    )


def _is_awaited_behind(body: Body, block: ast.With | ast.AsyncWith, name: str) -> bool:
    """Whether all that reads the name stands behind the block, and something there awaits it."""
    reads = body.reads.get(name, ())
    awaited = [each.value for each in body.awaits if isinstance(each.value, ast.Name) and each.value.id == name]
    behind = all(read.lineno > (block.end_lineno or 0) for read in reads)
    return bool(awaited) and behind and name not in body.inner_reads


def _is_late(ctx: Context, body: Body, call: CallSite) -> bool:
    """Whether a call gives a coroutine, or a task of one."""
    if call.name in _LATER and not call.local_root:
        inner = [site_of(ctx, body, each) for each in call.node.args]
        return bool(inner) and all(each is not None and gives_coroutine(ctx, body, each) for each in inner)
    return gives_coroutine(ctx, body, call)


def _suspends(block: ast.With | ast.AsyncWith, call: CallSite) -> bool:
    """Whether anything in the block, from the call on, lets other tasks run."""
    return any(
        isinstance(node, _SUSPENDS) and node.lineno >= call.node.lineno
        for each in block.body
        for node in ast.walk(each)
    )


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
