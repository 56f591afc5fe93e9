"""`sync_to_async`, `database_sync_to_async` or `async_to_sync` is used the wrong way around.

## What it does
Reports in async tests and fixtures: `sync_to_async(f())`, which calls `f` before it is wrapped; calls of wrapped
functions that are not awaited; and `async_to_sync(f)()`, which cannot wait where an event loop runs.

## Why is this bad
`f()` runs on the event loop, where Django refuses: `SynchronousOnlyOperation`. What is not awaited never runs:
`'coroutine' object has no attribute …`. `async_to_sync` raises `RuntimeError: You cannot use AsyncToSync in the same
thread as an async event loop`.

## When not to fix
Never.

## Fix safety
Safe: the await is inserted, the brackets move behind (`await sync_to_async(f)()`), or the function is awaited itself.

## Versions
All versions of asgiref and Channels.

## References
- [asgiref: sync and async](https://docs.djangoproject.com/en/stable/topics/async/#async-adapter-functions)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import await_edits, expects_failure
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Runner

META = Meta("django-sync-to-async-misuse", Group.DJANGO, Severity.ERROR, texts=("_to_",))

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "Called before it is wrapped",
        bad="""\
from asgiref.sync import sync_to_async


def make_item(name):
    return {"name": name}


async def test_item():
    item = await ⟦sync_to_async(make_item("a"))⟧
    assert item["name"] == "a"
""",
        good="""\
from asgiref.sync import sync_to_async


def make_item(name):
    return {"name": name}


async def test_item():
    item = await sync_to_async(make_item)("a")
    assert item["name"] == "a"
""",
        proof=Proof("sync_to_async can only be applied to", requires=("pytest-django",)),
        config=_AUTO,
    ),
    Example(
        "Not awaited",
        bad="""\
from asgiref.sync import sync_to_async


def make_item(name):
    return {"name": name}


async def test_item():
    assert ⟦sync_to_async(make_item)("a")⟧ == {"name": "a"}
""",
        good="""\
from asgiref.sync import sync_to_async


def make_item(name):
    return {"name": name}


async def test_item():
    assert await sync_to_async(make_item)("a") == {"name": "a"}
""",
        proof=Proof("<coroutine object", requires=("pytest-django",)),
        config=_AUTO,
    ),
    Example(
        "The other way around",
        bad="""\
from asgiref.sync import async_to_sync


async def fetch():
    return 1


async def test_fetch():
    assert ⟦async_to_sync(fetch)()⟧ == 1
""",
        good="""\


async def fetch():
    return 1


async def test_fetch():
    assert await fetch() == 1
""".lstrip("\n"),
        fixed="""\
from asgiref.sync import async_to_sync


async def fetch():
    return 1


async def test_fetch():
    assert await fetch() == 1
""",
        proof=Proof("You cannot use AsyncToSync in the same thread", requires=("pytest-django",)),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "awaited, gathered, and made for later",
        """\
import asyncio

from asgiref.sync import async_to_sync, sync_to_async


def make_item(name):
    return {"name": name}


def make_maker(name):
    return lambda: name


async def fetch():
    return 1


async def test_item():
    assert await sync_to_async(make_item)("a")
    await asyncio.gather(sync_to_async(make_item)("a"), sync_to_async(make_item)("b"))
    task = asyncio.ensure_future(sync_to_async(make_item)("a"))
    await task
    wrapped = sync_to_async(make_maker("a"))
    assert await wrapped() == "a"
    assert await sync_to_async(async_to_sync(fetch))() == 1


def test_fetch():
    assert async_to_sync(fetch)() == 1
""",
        config=_AUTO,
    ),
    NearMiss(
        "the failure is expected",
        "import pytest\nfrom asgiref.sync import async_to_sync\n\n\nasync def fetch():\n    return 1\n\n\n"
        "async def test_fetch():\n    with pytest.raises(RuntimeError):\n        async_to_sync(fetch)()\n",
        config=_AUTO,
    ),
)

_TO_ASYNC = frozenset({"asgiref.sync.sync_to_async", "channels.db.database_sync_to_async"})
_TO_SYNC = "asgiref.sync.async_to_sync"
_UNAWAITED = frozenset({Use.STATEMENT, Use.ASSERTED, Use.TESTED, Use.COMPARED, Use.ATTRIBUTE, Use.ITERATED})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, _, runner in ctx.async_entries():
        if runner is not Runner.PYTEST_ASYNCIO:
            continue
        wrappers = {id(call.node): call for call in body.calls if call.name in (*_TO_ASYNC, _TO_SYNC)}
        for call in body.calls if wrappers else ():
            found = _misuse(call, wrappers)
            if found is not None and not call.in_lambda and not expects_failure(body, call):
                yield ctx.finding(META, ctx.span(body, call.node), found, data=(body, call))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The call as it was meant."""
    match finding.data:
        case (Body() as body, CallSite() as call):
            pass
        case _:
            return None
    func = call.node.func
    if call.name in _TO_ASYNC:
        inner = call.node.args[0]
        assert isinstance(inner, ast.Call)
        end = ctx.span(body, inner.func).end
        arguments = ctx.text[end : ctx.span(body, inner).end]
        edit = Edit(Span(end, finding.span.end), f"){arguments}")
        return ctx.fix("Wrap the function, not its result", Safety.SAFE, [edit])
    awaits = await_edits(ctx, body, call)
    if not isinstance(func, ast.Call) or ctx.source(ctx.span(body, func)).count("\n"):
        return None
    if _is(body, func, _TO_SYNC):
        edit = Edit(ctx.span(body, func), ctx.source(ctx.span(body, func.args[0])))
        return ctx.fix("Await the function", Safety.SAFE, [*awaits, edit])
    return ctx.fix("Insert `await`", Safety.SAFE, awaits)


def _misuse(call: CallSite, wrappers: dict[int, CallSite]) -> str | None:
    """What is wrong with a call; None when nothing surely is."""
    func = call.node.func
    wrapper = wrappers.get(id(func))
    if wrapper is not None and wrapper.name == _TO_SYNC:
        plain = len(wrapper.node.args) == 1 and isinstance(wrapper.node.args[0], ast.Name | ast.Attribute)
        return "`async_to_sync` cannot wait where an event loop runs: await the function." if plain else None
    if wrapper is not None and call.use in _UNAWAITED:
        return "What `sync_to_async` wraps is async: without `await` it never runs."
    if call.name not in _TO_ASYNC or call.use is not Use.AWAITED or call.node.keywords:
        return None
    called = len(call.node.args) == 1 and isinstance(call.node.args[0], ast.Call)
    return "The function is called here, on the event loop; `sync_to_async` gets its result." if called else None


def _is(body: Body, node: ast.Call, name: str) -> bool:
    return any(call.node is node and call.name == name for call in body.calls)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
