"""A call of a synchronous mock is awaited: a `MagicMock` stands for an object with coroutine functions.

## What it does
Reports a `Mock` or `MagicMock` without `spec`, made in a test, a call of which is awaited: by the test itself, or by a
function that it awaits and hands the mock to. Only calls that surely run are counted, and only mocks whose result can
surely not be awaited.

## Why is this bad
The test fails: "object MagicMock can't be used in 'await' expression". The message names the type of the result, not
the mock.

## When not to fix
Never: it fails.

## Fix safety
Unsafe: the attribute is set to an `AsyncMock` where the mock is made. A `spec` of the real class says it for all of its
methods.

## Versions
All.

## References
- [Python: AsyncMock](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.AsyncMock)
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.reading import dotted_name
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Related, Rule, Safety, Severity
from loopscope.rules.support.awaiting import test_of
from loopscope.rules.support.calls import binding_count, expects_failure
from loopscope.rules.support.mock_edits import set_where_made
from loopscope.rules.support.mock_uses import Scene, origin_in, scenes
from loopscope.rules.support.mock_values import mock_gives_awaitable
from loopscope.rules.support.mocks import Kind

META = Meta("sync-mock-awaited", Group.MOCKS, Severity.ERROR, words=("Mock", "MagicMock", "mocker"))

_CODE = """\
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest


async def load(client):
    async with client:
        return await client.get("/a")

"""

EXAMPLES = (
    Example(
        "In the code that gets the mock",
        bad=f"""\
{_CODE}
@pytest.mark.asyncio
async def test_load():
    client = MagicMock()
    client.get.return_value = 1
    assert await load(⟦client⟧) == 1
""",
        good=f"""\
{_CODE}
@pytest.mark.asyncio
async def test_load():
    client = MagicMock()
    client.get = AsyncMock()
    client.get.return_value = 1
    assert await load(client) == 1
""",
        proof=Proof("object int can't be used in 'await' expression"),
    ),
    Example(
        "In the test itself",
        bad="""\
from unittest.mock import AsyncMock, Mock

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = Mock()
    await ⟦ready()⟧


@pytest.mark.asyncio
async def test_send():
    sender = Mock()
    await ⟦sender.send("hello")⟧
    sender.send.assert_called_once()
""",
        good="""\
from unittest.mock import AsyncMock, Mock

import pytest


@pytest.mark.asyncio
async def test_ready():
    ready = AsyncMock()
    await ready()


@pytest.mark.asyncio
async def test_send():
    sender = Mock()
    sender.send = AsyncMock()
    await sender.send("hello")
    sender.send.assert_called_once()
""",
        proof=Proof("object Mock can't be used in 'await' expression"),
    ),
    Example(
        "Through `mocker`",
        bad=f"""\
{_CODE}
@pytest.mark.asyncio
async def test_load(mocker):
    client = mocker.MagicMock()
    await load(client=⟦client⟧)
""",
        good=f"""\
{_CODE}
@pytest.mark.asyncio
async def test_load(mocker):
    client = mocker.MagicMock()
    client.get = mocker.AsyncMock()
    await load(client=client)
""",
        proof=Proof("object MagicMock can't be used in 'await' expression", requires=("pytest-mock",)),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "asynchronous parts, a spec, results to await",
        f"""\
import asyncio
{_CODE}
class Client:
    async def get(self, url): ...

    async def __aenter__(self): ...

    async def __aexit__(self, *exc): ...


async def value(url):
    return 1


async def test_load():
    first = MagicMock()
    first.get = AsyncMock(return_value=1)
    await load(first)
    second = MagicMock(spec=Client)
    await load(second)
    third = MagicMock(get=AsyncMock())
    await load(third)
    fourth = MagicMock()
    fourth.get.side_effect = value
    await load(fourth)
    fifth = MagicMock()
    fifth.get.return_value = asyncio.sleep(0)
    await load(fifth)
    sixth = MagicMock()
    sixth.configure_mock(**{{"get.side_effect": value}})
    await load(sixth)
""",
    ),
    NearMiss(
        "what may not run, may be set up elsewhere, or is expected to fail",
        f"""\
import contextlib
{_CODE}
async def maybe(client, ready=False):
    if ready:
        await client.get("/a")
    with contextlib.suppress(TypeError):
        await client.get("/a")
    if not ready:
        return None
    return await client.get("/a")


def prepare(client):
    client.get = AsyncMock()


async def test_load():
    client = MagicMock()
    await maybe(client)
    with pytest.raises(TypeError):
        await load(client)
    other = MagicMock()
    prepare(other)
    await load(other)


async def helper():
    await load(MagicMock())
    client = MagicMock()
    await load(client)
""",
    ),
)


class _Awaited(NamedTuple):
    """The call of a mock: `path` behind the name that the body `body` gives the mock."""

    body: Body
    name: str
    path: str


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the call, or at the argument that hands the mock over."""
    for scene in scenes(ctx):
        if not _runs(ctx, scene):
            continue
        seen: set[str] = set()
        for call in scene.body.calls:
            name, path = _origin(scene, call.node.func)
            if call.use is not Use.AWAITED or name in seen or not name or not _surely_runs(scene.body, call):
                continue
            found = scene.mock(call.node.func)
            if found is None or found.kind not in (Kind.MAGIC, Kind.PLAIN) or mock_gives_awaitable(found) is not False:
                continue
            seen.add(name)
            message = f"`{ast.unparse(call.node.func)}` is a `{found.kind.value}`: awaiting its call fails."
            if scene.handed is None:
                yield ctx.finding(META, ctx.span(scene.body, call.node), message, data=_Awaited(scene.body, name, path))
                continue
            argument = scene.arguments[name]
            if _is_alone(scene.caller, argument):
                place = Related(scene.ctx.path, scene.ctx.span(scene.body, call.node), "The call")
                data = _Awaited(scene.caller, argument.id, path)
                yield ctx.finding(META, ctx.span(scene.caller, argument), message, related=(place,), data=data)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes it an `AsyncMock`."""
    match finding.data:
        case _Awaited(body, name, path):
            edits = set_where_made(ctx, body, name, path, "AsyncMock")
            return None if edits is None else ctx.fix("Use an `AsyncMock` there", Safety.UNSAFE, edits)
        case _:
            return None


def _runs(ctx: Context, scene: Scene) -> bool:
    """Whether a test runs the function: it is the test, or the test awaits its call."""
    if test_of(ctx, scene.caller) is None or not scene.caller.is_async:
        return False
    if scene.handed is None:
        return True
    awaited = scene.handed.use is Use.AWAITED and scene.body.is_async and not scene.body.yields
    return awaited and _surely_runs(scene.caller, scene.handed) and not expects_failure(scene.caller, scene.handed)


def _origin(scene: Scene, node: ast.expr) -> tuple[str, str]:
    if scene.handed is not None:
        return origin_in(scene, node)
    name, path = dotted_name(node) or ("", "")
    return (name, path) if name in scene.body.assigned and _is_alone(scene.body, None, name) else ("", "")


def _surely_runs(body: Body, call: CallSite) -> bool:
    """Whether a call stands in no branch, and nothing ends the function before it."""
    if call.in_lambda or call.in_comprehension or expects_failure(body, call):
        return False
    block = body.node.body
    while not any(each is call.statement for each in block):
        inner = [each for each in block if isinstance(each, ast.With | ast.AsyncWith) and _holds(each, call.statement)]
        if not inner:
            return False
        block = inner[0].body
    line = call.node.lineno
    ends = (ast.Return, ast.Raise, ast.Break, ast.Continue)
    return not any(isinstance(each, ends) and each.lineno < line for each in body.statements)


def _holds(block: ast.With | ast.AsyncWith, statement: ast.stmt) -> bool:
    return block.lineno <= statement.lineno <= (block.end_lineno or 0)


def _is_alone(body: Body, argument: ast.Name | None, name: str = "") -> bool:
    """Whether a local mock is handed to nobody else, who might set it up."""
    name = name if argument is None else argument.id
    given = [
        value
        for call in body.calls
        for value in (*call.node.args, *(keyword.value for keyword in call.node.keywords))
        if isinstance(value, ast.Name) and value.id == name and value is not argument
    ]
    return not given and name not in body.inner_reads and binding_count(body, name) == 1


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
