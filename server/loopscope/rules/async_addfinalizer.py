"""A coroutine function as a finalizer: pytest calls it and awaits nothing.

## What it does
Reports `request.addfinalizer(close)` where `close` is a coroutine function, alone, in `functools.partial` or called by
a lambda.

## Why is this bad
pytest calls finalizers synchronously. The call only makes a coroutine object, so the cleanup never runs: "coroutine
'close' was never awaited", and the next test sees what was left open. No version of pytest-asyncio awaits finalizers.

## When not to fix
Never. Functions that are not certain to be coroutine functions are not reported.

## Fix safety
Unsafe: an async fixture that returns its value yields it instead and awaits the cleanup afterwards. There is no fix for
other fixtures, nor for tests.

## Versions
All.

## References
- [pytest: adding finalizers directly](https://docs.pytest.org/en/stable/how-to/fixtures.html#adding-finalizers-directly)

"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.annotations import yields_instead
from loopscope.rules.support.callees import gives_coroutine, is_coroutine_function
from loopscope.rules.support.names import place
from loopscope.rules.support.text import indentation, line_end, line_stop, own_lines
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("async-addfinalizer", Group.RESOURCES, Severity.ERROR, overlaps=("ruff: PT021",), words=("addfinalizer",))

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
_TESTS = """\
async def test_conn(conn):
    assert closed == []


async def test_is_closed():
    assert closed == [1]
"""

EXAMPLES = (
    Example(
        "A nested function",
        bad=f"""\
import pytest_asyncio

closed = []


@pytest_asyncio.fixture
async def conn(request):
    async def close():
        closed.append(1)

    request.addfinalizer(⟦close⟧)
    return object()


{_TESTS}""",
        good=f"""\
import pytest_asyncio

closed = []


@pytest_asyncio.fixture
async def conn(request):
    async def close():
        closed.append(1)

    yield object()
    await close()


{_TESTS}""",
        proof=Proof("was never awaited"),
        config=_AUTO,
    ),
    Example(
        "The method of a client",
        bad=f"""\
import pytest_asyncio

closed = []


class Client:
    async def aclose(self):
        closed.append(1)


@pytest_asyncio.fixture
async def conn(request):
    client = Client()
    request.addfinalizer(⟦client.aclose⟧)
    return client


{_TESTS}""",
        good=f"""\
import pytest_asyncio

closed = []


class Client:
    async def aclose(self):
        closed.append(1)


@pytest_asyncio.fixture
async def conn(request):
    client = Client()
    yield client
    await client.aclose()


{_TESTS}""",
        proof=Proof("was never awaited"),
        config=_AUTO,
    ),
    Example(
        "In a synchronous fixture",
        bad=f"""\
import pytest

closed = []


async def close():
    closed.append(1)


@pytest.fixture
def conn(request):
    request.addfinalizer(lambda: ⟦close()⟧)
    return object()


{_TESTS}""",
        good=f"""\
import pytest
import pytest_asyncio

closed = []


async def close():
    closed.append(1)


@pytest_asyncio.fixture
async def conn(request):
    yield object()
    await close()


{_TESTS}""",
        fixed="",
        proof=Proof("was never awaited"),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a synchronous finalizer",
        """\
import asyncio

import pytest


async def close():
    pass


@pytest.fixture
def conn(request):
    def finalize():
        asyncio.run(close())

    request.addfinalizer(finalize)
    request.addfinalizer(lambda: asyncio.run(close()))
    return object()
""",
    ),
    NearMiss(
        "a wrapper that runs it",
        """\
import asyncio
import functools

import pytest


def run(function):
    @functools.wraps(function)
    def wrapper():
        asyncio.run(function())

    return wrapper


@pytest.fixture
def conn(request):
    @run
    async def close():
        pass

    request.addfinalizer(close)
    request.addfinalizer(run(close))
    return object()
""",
    ),
    NearMiss(
        "another registry of finalizers",
        """\
import pytest


class Registry:
    def addfinalizer(self, function):
        self.function = function


async def close():
    pass


@pytest.fixture
async def conn():
    registry = Registry()
    registry.addfinalizer(close)
    yield registry
    await registry.function()
""",
        config=_AUTO,
    ),
    NearMiss(
        "the name is bound twice",
        """\
import pytest


@pytest.fixture
async def conn(request):
    async def close():
        pass

    if request.scope:

        def close():
            pass

    request.addfinalizer(close)
    return object()
""",
        config=_AUTO,
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the finalizers."""
    for body in ctx.bodies:
        for call in body.calls:
            if call.name not in ("request.addfinalizer", "request.node.addfinalizer") or not call.local_root:
                continue
            found = _coroutine_in(ctx, body, call)
            span = None if found is None else place(ctx, body, found)
            if found is None or span is None:
                continue
            shown = ast.unparse(found.func if isinstance(found, ast.Call) else found)
            message = f"`{shown}` is a coroutine function: pytest calls finalizers without awaiting, so it never runs."
            yield ctx.finding(META, span, message, data=(body, call, shown))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Yields the value, and awaits the finalizer afterwards."""
    match finding.data:
        case (Body() as body, CallSite() as call, str() as shown):
            edits = _yield_edits(ctx, body, call, shown)
            title = f"Yield, and await `{shown}()` afterwards"
            return None if edits is None else ctx.fix(title, Safety.UNSAFE, edits)
        case _:
            return None


def _coroutine_in(ctx: Context, body: Body, call: CallSite) -> ast.expr | None:
    """The coroutine function that a finalizer is, or the call of one that a lambda returns."""
    match call.node.args:
        case [ast.Lambda(_, ast.Call() as inner)]:
            site = next((site for site in body.calls if site.node is inner), None)
            return inner if site is not None and gives_coroutine(ctx, body, site) else None
        case [ast.Call(_, [given, *_]) as partial]:
            site = next((site for site in body.calls if site.node is partial), None)
            if site is None or site.name != "functools.partial" or site.local_root:
                return None
        case [given]:
            pass
        case _:
            return None
    return given if is_coroutine_function(ctx, body, given) else None


def _yield_edits(ctx: Context, body: Body, call: CallSite, shown: str) -> list[Edit] | None:
    """Edits for an async fixture of plain statements that ends by returning its value."""
    last = body.node.body[-1]
    finalizers = [each for each in body.calls if (each.name or "").endswith("addfinalizer")]
    lambdas = isinstance(call.node.args[0], ast.Lambda | ast.Call)
    if lambdas or len(finalizers) != 1 or len(body.returns) != 1 or body.yields or not isinstance(last, ast.Return):
        return None
    if not body.is_async or call.statement not in body.node.body or last.value is None:
        return None
    lines = own_lines(ctx.text, ctx.span(body, call.statement))
    span = ctx.span(body, last)
    indent = indentation(ctx.text, span.start)
    if lines is None or indent is None or not any(fixture.id == body.id for fixture in ctx.own_fixtures):
        return None
    stop = line_stop(ctx.text, span.end)
    return [
        *yields_instead(ctx, body),
        Edit(lines, ""),
        Edit(Span(span.start, span.start + len("return")), "yield"),
        Edit(Span(stop, stop), f"{line_end(ctx.text)}{indent}await {shown}()"),
    ]


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
