"""Parts of `asyncio` that this Python has no more, or will lose.

## What it does
Reports the argument `loop=` of locks, queues, `asyncio.sleep` and their likes, `@asyncio.coroutine`,
`asyncio.Task.all_tasks` and `current_task`, and from Python 3.14 on what is deprecated: event loop policies, and
`asyncio.iscoroutinefunction`.

## Why is this bad
What is gone is a `TypeError` or an `AttributeError` when the test runs, or when the module is imported.

## When not to fix
If the code also runs on a Python that old, behind a check of the version.

## Fix safety
Safe: `loop=` goes, a generator coroutine becomes an `async def`, a function is called under its new name. Event loop
policies have no fix.

## Versions
`asyncio.Task.all_tasks` and `current_task`: removed in Python 3.9. `loop=`: removed in 3.10. `asyncio.coroutine`:
removed in 3.11. Event loop policies and `asyncio.iscoroutinefunction`: deprecated in 3.14, to be removed in 3.16.

## References
- [Python 3.10: removed](https://docs.python.org/3/whatsnew/3.10.html#changes-in-the-python-api)
- [Python 3.14: deprecated](https://docs.python.org/3/whatsnew/3.14.html#deprecated)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.calls import noted
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.references import Reference, references
from loopscope.rules.support.text import without_item
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta(
    "removed-asyncio-api",
    Group.VERSIONS,
    Severity.ERROR,
    overlaps=(
        "pyright: reportAttributeAccessIssue",
        "pyright: reportCallIssue",
        "ty: missing-attribute",
        "ty: no-matching-overload",
        "ty: unknown-argument",
    ),
    words=("asyncio",),
)


class Past(NamedTuple):
    """Since which Python a name is gone or deprecated, and the function that does the same, when there is one."""

    python: tuple[int, int]
    instead: tuple[str, str] | None = None
    deprecated: bool = False


_POLICIES = (
    "get_event_loop_policy",
    "set_event_loop_policy",
    "AbstractEventLoopPolicy",
    "DefaultEventLoopPolicy",
    "WindowsSelectorEventLoopPolicy",
    "WindowsProactorEventLoopPolicy",
)
_PAST = {
    "asyncio.coroutine": Past((3, 11)),
    "asyncio.Task.all_tasks": Past((3, 9), ("asyncio", "all_tasks")),
    "asyncio.Task.current_task": Past((3, 9), ("asyncio", "current_task")),
    "asyncio.iscoroutinefunction": Past((3, 14), ("inspect", "iscoroutinefunction"), deprecated=True),
    **{f"asyncio.{name}": Past((3, 14), deprecated=True) for name in _POLICIES},
}
_WITHOUT_LOOP = frozenset(
    f"asyncio.{name}"
    for name in [
        "Lock",
        "Event",
        "Condition",
        "Semaphore",
        "BoundedSemaphore",
        "Queue",
        "PriorityQueue",
        "LifoQueue",
        "sleep",
        "gather",
        "shield",
        "wait",
        "wait_for",
        "as_completed",
        "open_connection",
        "start_server",
        "open_unix_connection",
        "start_unix_server",
        "create_subprocess_exec",
        "create_subprocess_shell",
    ]
)

EXAMPLES = (
    Example(
        "An argument that is gone",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_lock():
    lock = asyncio.Lock(⟦loop=asyncio.get_running_loop()⟧)
    await asyncio.sleep(0, ⟦loop=None⟧)
    assert not lock.locked()
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_lock():
    lock = asyncio.Lock()
    await asyncio.sleep(0)
    assert not lock.locked()
""",
        proof=Proof("got an unexpected keyword argument 'loop'"),
    ),
    Example(
        "A generator coroutine",
        bad="""\
import asyncio

import pytest


@⟦asyncio.coroutine⟧
def fetch():
    yield from asyncio.sleep(0)
    return 1


@pytest.mark.asyncio
async def test_fetch():
    assert await fetch() == 1
""",
        good="""\
import asyncio

import pytest


async def fetch():
    await asyncio.sleep(0)
    return 1


@pytest.mark.asyncio
async def test_fetch():
    assert await fetch() == 1
""",
        proof=Proof("module 'asyncio' has no attribute 'coroutine'", "error"),
    ),
    Example(
        "Methods that are functions now",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_tasks():
    assert ⟦asyncio.Task.all_tasks⟧() == {asyncio.current_task()}
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_tasks():
    assert asyncio.all_tasks() == {asyncio.current_task()}
""",
        proof=Proof("has no attribute 'all_tasks'"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "what still has a loop",
        """\
import asyncio

import pytest


async def value():
    return 1


@pytest.mark.asyncio
async def test_value():
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(value(), loop=loop)
    future = asyncio.Future(loop=loop)
    future.set_result(1)
    assert await task == await future
""",
    ),
    NearMiss(
        "a function of the project",
        """\
import asyncio

import pytest


async def sleep(seconds, loop=None):
    await asyncio.sleep(seconds)


@pytest.mark.asyncio
async def test_value():
    assert await sleep(0, loop=1) is None
""",
    ),
    NearMiss(
        "behind a check",
        """\
import asyncio
import sys

if sys.version_info < (3, 11):
    coroutine = asyncio.coroutine


def test_value():
    assert not hasattr(asyncio, "async")
""",
    ),
    NearMiss(
        "a name that is patched",
        """\
import asyncio
from unittest import mock


def test_value():
    with mock.patch("asyncio.Lock") as lock:
        asyncio.Lock(loop=1)
        lock.assert_called_once_with(loop=1)
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at arguments and names."""
    if ctx.facts is None:
        return
    python = tuple(ctx.environment.python_version or (3, 13, 0))
    if "loop=" in ctx.text and python >= (3, 10):
        for body in ctx.bodies:
            for call in noted(body, "loop argument", _with_loop):
                yield from _argument(ctx, body, call)
        for call in ctx.facts.module_calls:
            if _takes_loop(call):
                yield from _argument(ctx, call, call)
    if "version_info" in ctx.text or "hasattr" in ctx.text:
        return
    names = {name for name, past in _PAST.items() if python >= past.python}
    for found in references(ctx, names):
        past = _PAST[found.name]
        since = ".".join(map(str, past.python))
        message = f"Python {since} and newer have no `{found.name}`."
        tags: tuple[Tag, ...] = ()
        if past.deprecated:
            message, tags = f"`{found.name}` is deprecated since Python {since} and goes in 3.16.", (Tag.DEPRECATED,)
        severity = Severity.WARNING if past.deprecated else None
        yield ctx.finding(META, found.span, message, tags=tags, severity=severity, data=found)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the argument, or says it as today's Python does."""
    edits: list[Edit] = []
    match finding.data:
        case Edit() as edit:
            return ctx.fix("Delete `loop=`", Safety.SAFE, [edit])
        case Reference("asyncio.coroutine") as found:
            made = _as_async(ctx, found)
            return None if made is None else ctx.fix("Make it an `async def`", Safety.SAFE, made)
        case Reference(name, ast.Attribute()) if (instead := _PAST[name].instead) is not None:
            module = spelled(ctx, instead[0], edits)
            edits.append(Edit(finding.span, f"{module}.{instead[1]}"))
            return ctx.fix(f"Use `{'.'.join(instead)}`", Safety.SAFE, edits)
        case _:
            return None


def _with_loop(body: Body) -> list[CallSite]:
    return [call for call in body.calls if _takes_loop(call)]


def _takes_loop(call: CallSite) -> bool:
    known = call.name in _WITHOUT_LOOP and call.imported and not call.local_root
    return known and any(keyword.arg == "loop" for keyword in call.node.keywords)


def _argument(ctx: Context, owner: Body | CallSite, call: CallSite) -> Iterator[Finding]:
    if ctx.facts is None or call.name is None or ctx.is_patched(call.name):
        return
    spans = [ctx.span(owner, each) for each in call.node.args]
    spans += [ctx.span(owner, each) for each in call.node.keywords]
    keyword = next(each for each in call.node.keywords if each.arg == "loop")
    span = ctx.span(owner, keyword)
    edit = Edit(without_item(ctx.text, spans, spans.index(span)), "")
    yield ctx.finding(META, span, f"`{call.name}` has no argument `loop` since Python 3.10.", data=edit)


def _as_async(ctx: Context, found: Reference) -> list[Edit] | None:
    """Edits for a decorator that stands alone above a `def` with `yield from` only; None for anything else."""
    body = next((each for each in ctx.bodies if each.node.decorator_list == [found.node]), None)
    if body is None or body.is_async or not all(isinstance(each, ast.YieldFrom) for each in body.yields):
        return None
    start = ctx.span(body, body.node).start
    at = ctx.text.rfind("@", 0, found.span.start)
    if at < 0 or ctx.text[found.span.end : start].strip():
        return None
    edits = [Edit(Span(at, start), "async ")]
    for each in body.yields:
        begin = ctx.span(body, each).start
        if ctx.text[begin : begin + len("yield from")] != "yield from":
            return None
        edits.append(Edit(Span(begin, begin + len("yield from")), "await"))
    return edits


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
