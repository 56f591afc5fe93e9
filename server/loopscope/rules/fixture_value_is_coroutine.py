"""A fixture that hands over a coroutine instead of its result.

## What it does
Reports fixtures that return or yield the call of a coroutine function without `await`, in synchronous and asynchronous
fixtures alike.

## Why is this bad
Tests get a coroutine object: `TypeError: 'coroutine' object is not subscriptable`. Where a test does not use it, "was
never awaited" is reported at some later place. A coroutine can be awaited only once, so a wide scope makes it worse.

## When not to fix
If every test awaits the value itself. A fixture is left alone when some file that can request it awaits the name.

## Fix safety
In an async fixture the fix inserts `await`; a synchronous function fixture becomes a `pytest_asyncio.fixture` that is
async. Both are unsafe: tests may await the value on purpose.

## Versions
All.

## References
- [pytest-asyncio: fixtures](https://pytest-asyncio.readthedocs.io/en/stable/reference/decorators/index.html)
"""

import ast
import re
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.callees import result_of
from loopscope.rules.support.calls import await_edits
from loopscope.rules.support.fixtures import to_pytest_asyncio, users
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.inference.model import Coroutine
from loopscope.workspace.model import FixtureDef, Kind

META = Meta("fixture-value-is-coroutine", Group.FIXTURES, Severity.ERROR, words=("return", "yield"))

_USER = """\
import pytest
import pytest_asyncio


async def make_user(name="x"):
    return {"name": name}


"""
_TEST = """\


@pytest.mark.asyncio
async def test_user(user):
    assert user["name"] == "x"
"""

EXAMPLES = (
    Example(
        "A synchronous fixture",
        bad=f"""\
{_USER}@pytest.fixture
def user():
    return ⟦make_user()⟧
{_TEST}""",
        good=f"""\
{_USER}@pytest_asyncio.fixture
async def user():
    return await make_user()
{_TEST}""",
        proof=Proof("'coroutine' object is not subscriptable"),
    ),
    Example(
        "An asynchronous fixture",
        bad=f"""\
{_USER}@pytest_asyncio.fixture
async def user():
    yield ⟦make_user()⟧
{_TEST}""",
        good=f"""\
{_USER}@pytest_asyncio.fixture
async def user():
    yield await make_user()
{_TEST}""",
        proof=Proof("'coroutine' object is not subscriptable"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "tests await the value",
        f"""\
{_USER}@pytest.fixture
def user():
    return make_user()


@pytest.mark.asyncio
async def test_user(user):
    assert (await user)["name"] == "x"
""",
    ),
    NearMiss(
        "a factory, a task, a plain function",
        f"""\
import asyncio
{_USER}def plain():
    return {{"name": "x"}}


@pytest.fixture
def make():
    return make_user


@pytest.fixture
def called():
    return lambda: make_user()


@pytest_asyncio.fixture
async def task():
    return asyncio.create_task(make_user())


@pytest.fixture
def user():
    return plain()


@pytest.mark.asyncio
async def test_user(user, make, called, task):
    assert user == await make() == await called() == await task
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for fixture in ctx.own_fixtures:
        body = ctx.facts.body(fixture.id) if ctx.facts is not None else None
        if body is None:
            continue
        wanted = Use.YIELDED if fixture.kind in (Kind.GENERATOR, Kind.ASYNC_GENERATOR) else Use.RETURNED
        for call in body.calls:
            if call.use is not wanted or call.in_lambda or call.in_comprehension:
                continue
            if isinstance(result_of(ctx, body, call), Coroutine) and not _is_awaited(ctx, fixture):
                shown = ast.unparse(call.node.func)
                message = f"`{shown}` is a coroutine function: `{fixture.name}` hands over a coroutine, not its result."
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(fixture, body, call))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Inserts `await`; a synchronous fixture becomes asynchronous."""
    match finding.data:
        case (FixtureDef() as fixture, Body() as body, CallSite() as call):
            pass
        case _:
            return None
    edits = await_edits(ctx, body, call)
    if body.is_async:
        return ctx.fix("Insert `await`", Safety.UNSAFE, edits)
    more = to_pytest_asyncio(ctx, fixture)
    start = ctx.span(body, body.node).start
    if more is None or not ctx.text.startswith("def", start) or not ctx.plugin_enabled("asyncio"):
        return None
    whole = [*more, Edit(Span(start, start), "async "), *edits]
    return ctx.fix("Make the fixture asynchronous and insert `await`", Safety.UNSAFE, whole)


def _is_awaited(ctx: Context, fixture: FixtureDef) -> bool:
    """Whether a file that requests the fixture seems to await its value, or to run it."""
    word = re.compile(rf"\bawait\s+\(?{re.escape(fixture.name)}\b|\(\s*{re.escape(fixture.name)}\s*[,)]")
    texts = {ctx.path: ctx.text}
    for _, test in users(ctx, fixture):
        if test.code_path not in texts:
            text = ctx.snapshot.files.read(test.code_path)
            texts[test.code_path] = "" if isinstance(text, Unreadable) else text
    # Parameters, `def test(user)`, are no calls.
    return any(word.search(re.sub(r"\bdef\s+\w+\s*\([^)]*\)", "", text)) for text in texts.values())


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
