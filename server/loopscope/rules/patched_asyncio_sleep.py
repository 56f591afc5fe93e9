"""`asyncio.sleep` is replaced by something that never lets other tasks run.

## What it does
Reports patches of `asyncio.sleep` (also as `package.module.asyncio.sleep`, which is the same attribute) with a mock, or
with a function that does not await.

## Why is this bad
A mock returns at once and never gives way to the event loop: code that polls (`while not ready: await sleep(1)`) spins
for ever, and the test hangs. It also changes the one `sleep` that everybody uses: libraries and the test itself.

## When not to fix
If the code under test sleeps a known number of times. Better is an interval that can be passed (`interval=0`), or a
replacement that awaits the real `sleep(0)`.

## Fix safety
Unsafe: the real `sleep(0)` takes the place of what never gives way, as `side_effect` of the mock. Intervals that the
code takes as arguments are better, where it can have them.

## Versions
All.

## References
- [Python: asyncio.sleep](https://docs.python.org/3/library/asyncio-task.html#asyncio.sleep)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.mock_values import origin
from loopscope.rules.support.mocks import mock_at, mock_of
from loopscope.rules.support.patches import Patch, meaning, patches
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.targets import target
from loopscope.workspace.values import External, Module, Value

META = Meta("patched-asyncio-sleep", Group.MOCKS, Severity.WARNING, default=False, words=("sleep",))

_POLL = """\
import pytest


async def poll(state, interval=1.0):
    for _ in range(1000):
        if state:
            return state[0]
        await asyncio.sleep(interval)
    raise TimeoutError("nothing else ran")


@pytest.mark.asyncio
async def test_poll():
    state = []
    asyncio.get_running_loop().call_soon(state.append, "x")
"""

EXAMPLES = (
    Example(
        "Other tasks do not run",
        bad=f"""\
import asyncio
from unittest.mock import patch

{_POLL}    with ⟦patch("asyncio.sleep")⟧:
        assert await poll(state) == "x"
""",
        good=f"""\
import asyncio
from unittest.mock import patch

{_POLL}    assert await poll(state, interval=0) == "x"
""",
        fixed=f"""\
import asyncio
import functools
from unittest.mock import patch

{_POLL}    with patch("asyncio.sleep", side_effect=functools.partial(asyncio.sleep, 0)):
        assert await poll(state) == "x"
""",
        proof=Proof("nothing else ran"),
    ),
    Example(
        "With monkeypatch",
        bad="""\
import asyncio
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_order(monkeypatch):
    ⟦monkeypatch.setattr(asyncio, "sleep", AsyncMock())⟧
    done = []
    asyncio.get_running_loop().call_soon(done.append, 1)
    await asyncio.sleep(0)
    assert done == [1]
""",
        good="""\
import asyncio
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_order():
    done = []
    asyncio.get_running_loop().call_soon(done.append, 1)
    await asyncio.sleep(0)
    assert done == [1]
""",
        fixed="""\
import asyncio
import functools
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_order(monkeypatch):
    monkeypatch.setattr(asyncio, "sleep", AsyncMock(side_effect=functools.partial(asyncio.sleep, 0)))
    done = []
    asyncio.get_running_loop().call_soon(done.append, 1)
    await asyncio.sleep(0)
    assert done == [1]
""",
        proof=Proof("assert [] == [1]"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a replacement that gives way",
        """\
import asyncio
from unittest.mock import AsyncMock, patch

real = asyncio.sleep


async def fast(delay):
    await real(0)


async def test_fast(monkeypatch):
    monkeypatch.setattr(asyncio, "sleep", fast)
    with patch("asyncio.sleep", fast), patch("asyncio.sleep", AsyncMock(side_effect=fast)):
        await asyncio.sleep(1)
    with patch("asyncio.sleep", wraps=real):
        await asyncio.sleep(0)
""",
    ),
    NearMiss(
        "what the mock does is said later",
        """\
import asyncio
from unittest.mock import patch

import pytest


async def poll():
    while True:
        await asyncio.sleep(1)


@pytest.mark.asyncio
async def test_poll():
    sleep = patch("asyncio.sleep").start()
    sleep.side_effect = [0, KeyError]
    with pytest.raises(KeyError):
        await poll()
    patch.stopall()


@pytest.mark.asyncio
@patch("asyncio.sleep")
async def test_decorated(sleep):
    sleep.side_effect = KeyError
    with patch("asyncio.sleep") as inner, pytest.raises(KeyError):
        inner.side_effect = KeyError
        await poll()
    with pytest.raises(KeyError):
        await poll()
""",
    ),
    NearMiss(
        "the name of one module, another function, a synchronous test",
        """\
from unittest.mock import patch

import app


async def test_app():
    with patch("app.sleep"), patch("asyncio.wait_for"), patch("time.sleep"):
        await app.run()


def test_start():
    with patch("asyncio.sleep"):
        app.start()


# file: app.py
from asyncio import sleep


async def run():
    await sleep(1)


def start():
    return None
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the patches."""
    if "patch" not in ctx.text:
        return
    for patch in patches(ctx):
        if _is_of_sleep(ctx, patch) and _in_async(ctx, patch) and _never_gives_way(ctx, patch):
            message = "This `asyncio.sleep` never lets other tasks run: code that waits in a loop hangs."
            yield ctx.finding(META, ctx.span(patch.owner, patch.node), message, data=patch)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Has the real `sleep` give way once."""
    match finding.data:
        case Patch() as patch:
            pass
        case _:
            return None
    imports: list[Edit] = []
    asyncio, functools = spelled(ctx, "asyncio", imports), spelled(ctx, "functools", imports)
    effect = f"{functools}.partial({asyncio}.sleep, 0)"
    new = patch.argument("new")
    made = patch.node if new is None else origin(patch.owner, new)
    if isinstance(made, ast.Lambda):
        replacement = Edit(ctx.span(patch.owner, made), effect)
    elif isinstance(made, ast.Call):
        values = (*made.args, *(keyword.value for keyword in made.keywords))
        given = [ctx.span(patch.owner, each).end for each in values]
        end = max(given, default=ctx.span(patch.owner, made).end - 1)
        replacement = Edit(Span(end, end), f"{', ' if given else ''}side_effect={effect}")
    else:
        return None
    return ctx.fix("Give way to other tasks", Safety.UNSAFE, [*imports, replacement])


def _is_of_sleep(ctx: Context, patch: Patch) -> bool:
    match patch.kind, patch.node.args:
        case ("patch", [ast.Constant(str() as name), *_]) | ("setattr", [ast.Constant(str() as name), _]):
            owner, _, last = name.rpartition(".")
            if last != "sleep" or owner.rpartition(".")[2] != "asyncio":
                return False
            return owner == "asyncio" or _is_asyncio(target(ctx.queries, ctx.path, owner))
        case (("patch.object" | "setattr"), [owner, ast.Constant("sleep"), *_]):
            return _is_asyncio(meaning(ctx, patch.owner, owner))
        case _:
            return False


def _is_asyncio(value: Value | None) -> bool:
    return isinstance(value, Module | External) and value.name == "asyncio"


def _in_async(ctx: Context, patch: Patch) -> bool:
    body = _body_of(ctx, patch)
    return body is not None and body.is_async


def _body_of(ctx: Context, patch: Patch) -> Body | None:
    body = patch.owner if isinstance(patch.owner, Body) or ctx.facts is None else ctx.facts.body(patch.owner)
    return body if isinstance(body, Body) else None


def _never_gives_way(ctx: Context, patch: Patch) -> bool:
    """Whether what takes the place of `sleep` is a mock without an effect of its own, or a lambda."""
    new = patch.argument("new")
    if any(patch.argument(name) is not None for name in ("side_effect", "wraps", "new_callable")) or patch.unclear:
        return False
    if new is None:
        return patch.kind != "setattr" and not _is_told(ctx, patch)
    if isinstance(new, ast.Lambda):
        return isinstance(new.body, ast.Constant)
    found = mock_at(ctx, patch.owner, new)
    return found is not None and found.bare and not any(found.set_up(name) for name in ("side_effect", "*"))


def _is_told(ctx: Context, patch: Patch) -> bool:
    """Whether the test gives the mock an effect later: a list ends any loop, an exception too."""
    body = _body_of(ctx, patch)
    if body is None:
        return False
    assigned = [each for each in body.statements if isinstance(each, ast.Assign)]
    told = {
        target.value.id
        for each in assigned
        for target in each.targets
        if isinstance(target, ast.Attribute) and target.attr == "side_effect" and isinstance(target.value, ast.Name)
    }
    return any(_is_mock_of(ctx, body, name, patch) for name in sorted(told)) or any(
        _starts(each.value, patch.node) and isinstance(target, ast.Name) and target.id in told
        for each in assigned
        for target in each.targets
    )


def _is_mock_of(ctx: Context, body: Body, name: str, patch: Patch) -> bool:
    mock = mock_of(ctx, body, name)
    return mock is not None and mock.patch is not None and mock.patch.node is patch.node


def _starts(value: ast.expr, node: ast.Call) -> bool:
    match value:
        case ast.Call(ast.Attribute(made, "start")):
            return made is node
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
