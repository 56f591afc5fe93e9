"""`assert_called…` of an `AsyncMock` also passes when nobody awaited the call.

## What it does
Reports `assert_called…` of mocks that are surely an `AsyncMock`, in asynchronous functions.

## Why is this bad
An `AsyncMock` counts a call when the coroutine is made, and an await when it runs. Where the code forgets the `await`,
`assert_called_once_with` passes; all that shows is "coroutine ... was never awaited".

## When not to fix
If the code hands the coroutine to something that runs it later, or never: then only the call can be asserted. Where an
`AsyncMock` stands in for something synchronous, a `Mock` is what is meant.
`assert_not_called` is right as it is: it says more than `assert_not_awaited`.

## Fix safety
Unsafe: the assertion becomes stricter, so the test may begin to fail.

## Versions
All.

## References
- [Python: AsyncMock.assert_awaited](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.AsyncMock.assert_awaited)

"""

import ast
from collections.abc import Iterator
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.callbacks import is_called_only
from loopscope.rules.support.calls import expects_failure, noted
from loopscope.rules.support.mocks import CALL_ASSERTIONS, Kind, kind_at
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("assert-called-instead-of-awaited", Group.MOCKS, Severity.WARNING, default=False, words=CALL_ASSERTIONS)

_NOTIFY = """\
from unittest.mock import AsyncMock, call

import pytest

"""

EXAMPLES = (
    Example(
        "The assertion passes even if the code forgets to await",
        bad=f"""\
{_NOTIFY}
async def notify(sender):
    await sender.send("hello")


@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender)
    sender.send.⟦assert_called_once_with⟧("hello")
    sender.send.⟦assert_has_calls⟧([call("hello")])
""",
        good=f"""\
{_NOTIFY}
async def notify(sender):
    await sender.send("hello")


@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender)
    sender.send.assert_awaited_once_with("hello")
    sender.send.assert_has_awaits([call("hello")])
""",
        proof=Proof("", "passed", invisible="it shows only when the code under test forgets the await"),
    ),
    Example(
        "A patched coroutine function",
        bad="""\
from unittest.mock import patch

import app
import pytest


@pytest.mark.asyncio
@patch("app.send")
async def test_notify(send):
    await app.notify()
    send.⟦assert_called⟧()


# file: app.py
async def send(text):
    return text


async def notify():
    await send("hello")
""",
        good="""\
from unittest.mock import patch

import app
import pytest


@pytest.mark.asyncio
@patch("app.send")
async def test_notify(send):
    await app.notify()
    send.assert_awaited()


# file: app.py
async def send(text):
    return text


async def notify():
    await send("hello")
""",
        proof=Proof("", "passed", invisible="it shows only when the code under test forgets the await"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "synchronous parts of a mock, and what is not called",
        """\
from unittest.mock import AsyncMock, MagicMock, call


class Client:
    async def send(self): ...

    def close(self): ...


async def test_client():
    client = AsyncMock(spec=Client)
    client.close()
    client.close.assert_called_once()
    client.send.assert_not_called()
    other = AsyncMock()
    other.write = MagicMock()
    other.write("x")
    other.write.assert_called_once_with("x")
    await other.send("x")
    other.assert_has_calls([call.send("x")])
""",
    ),
    NearMiss(
        "the assertion is expected to fail",
        """\
from unittest.mock import AsyncMock

import pytest


async def test_client():
    client = AsyncMock()
    await client.send("x")
    with pytest.raises(AssertionError):
        client.send.assert_called_once_with("y")
""",
    ),
    NearMiss(
        "a synchronous test can await nothing",
        """\
from unittest.mock import AsyncMock


def test_schedule():
    job = AsyncMock()
    job().close()
    job.assert_called_once_with()
""",
    ),
    NearMiss(
        "what a patch replaces is not known",
        """\
from unittest.mock import patch


async def test_send():
    with patch("nowhere.send") as send:
        send()
    send.assert_called_once()
""",
    ),
    NearMiss(
        "what gets the mock calls it, and awaits nothing",
        """\
import asyncio
from collections.abc import Callable
from typing import Protocol
from unittest.mock import AsyncMock


class Callback(Protocol):
    def __call__(self, value: int) -> None: ...


class Observer:
    def __init__(self, on_value: Callback, on_end: Callable[[], None] | None = None):
        self.on_value = on_value
        self.on_end = on_end

    async def run(self):
        self.on_value(1)
        self.on_end()


async def test_callbacks():
    on_value, on_end = AsyncMock(), AsyncMock()
    await Observer(on_value, on_end=on_end).run()
    on_value.assert_called_once_with(1)
    on_end.assert_called_once_with()


async def test_own_callback():
    spy = AsyncMock()

    def run():
        spy(1)

    await asyncio.sleep(0)
    run()
    spy.assert_called_once_with(1)
""",
    ),
    NearMiss(
        "a coroutine that is handed to the loop, and what asyncio has no coroutine for",
        """\
import asyncio
from unittest.mock import AsyncMock, patch

tasks = []


def schedule(job):
    asyncio.get_running_loop().create_task(job())


async def start(job):
    started = asyncio.Event()
    tasks.append(asyncio.create_task(job(started)))
    await asyncio.sleep(0)


async def test_start():
    job = AsyncMock(side_effect=lambda started: started.set())
    await start(job)
    job.assert_called_once()


async def test_schedule():
    job, semaphore = AsyncMock(), AsyncMock()
    schedule(job)
    job.assert_called_once_with()
    await asyncio.sleep(0)
    with patch.object(asyncio, "sleep") as sleep:
        schedule(asyncio.sleep)
        sleep.assert_called_once_with()
    semaphore.release()
    semaphore.release.assert_called_once_with()
""",
    ),
)

_AWAITED = {
    "assert_called": "assert_awaited",
    "assert_called_once": "assert_awaited_once",
    "assert_called_with": "assert_awaited_with",
    "assert_called_once_with": "assert_awaited_once_with",
    "assert_any_call": "assert_any_await",
    "assert_has_calls": "assert_has_awaits",
}

_SYNCHRONOUS = frozenset({"release", "locked", "is_set", "put_nowait", "get_nowait", "task_done"})
"""What locks, events and queues of asyncio do at once, though every method of an `AsyncMock` is asynchronous."""


class _Assertion(NamedTuple):
    """A call of an assertion, the name in it, and what asserts that it was awaited."""

    name: Span
    meant: str


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the assertions."""
    for body in ctx.bodies:
        for call in noted(body, "called assertions", _assertions):
            func = call.node.func
            if not isinstance(func, ast.Attribute) or expects_failure(body, call):
                continue
            if _may_be_awaited(body, call, func.value) and _is_async_mock(ctx, body, func.value):
                meant = _AWAITED[func.attr]
                end = ctx.span(body, func).end
                span = Span(end - len(func.attr), end)
                message = f"`{func.attr}` passes when the call is never awaited: `{meant}` is what counts."
                yield ctx.finding(META, span, message, data=_Assertion(span, meant))


def _is_async_mock(ctx: Context, body: Body, node: ast.expr) -> bool:
    if kind_at(ctx, body, node) is not Kind.ASYNC or is_called_only(ctx, body, node):
        return False
    return not any(_says_that_it_runs(each, ast.unparse(node)) for each in body.statements)


def _says_that_it_runs(statement: ast.stmt, mock: str) -> bool:
    """Whether a mock is made that sets an event which it gets: who starts it waits for that, and not for its end."""
    match statement:
        case ast.Assign([target], ast.Call(keywords=keywords)) if ast.unparse(target) == mock:
            effects = [each.value for each in keywords if each.arg == "side_effect"]
        case _:
            return False
    return any(
        isinstance(effect, ast.Lambda)
        and ast.unparse(effect.body) in {f"{each.arg}.set()" for each in effect.args.args}
        for effect in effects
    )


def _may_be_awaited(body: Body, call: CallSite, mock: ast.expr) -> bool:
    """Whether something before the assertion gives the loop a chance to run the call, which is no synchronous one."""
    if isinstance(mock, ast.Attribute) and mock.attr in _SYNCHRONOUS:
        return False
    blocks = _blocks(body)
    made = max((each.lineno for each in blocks if isinstance(each, ast.With) and _binds(each, mock)), default=0)
    waits = (*body.awaits, *(each for each in blocks if not isinstance(each, ast.With)))
    return any(made <= each.lineno <= call.node.lineno for each in waits)


def _blocks(body: Body) -> list[ast.With | ast.AsyncWith | ast.AsyncFor]:
    """The blocks of a function that bind a mock or wait, those of nested functions too."""
    found = body.notes.get("blocks that bind or wait")
    if found is None:
        found = body.notes["blocks that bind or wait"] = [
            each for each in ast.walk(body.node) if isinstance(each, ast.With | ast.AsyncWith | ast.AsyncFor)
        ]
    # The key is used here only.
    return cast("list[ast.With | ast.AsyncWith | ast.AsyncFor]", found)


def _binds(node: ast.With, mock: ast.expr) -> bool:
    names = [item.optional_vars.id for item in node.items if isinstance(item.optional_vars, ast.Name)]
    return isinstance(mock, ast.Name) and mock.id in names


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Asserts that the call was awaited."""
    match finding.data:
        case _Assertion(name, meant):
            return ctx.fix(f"Assert with `{meant}`", Safety.UNSAFE, [Edit(name, meant)])
        case _:
            return None


def _assertions(body: Body) -> list[CallSite]:
    if not body.is_async:
        return []
    return [call for call in body.calls if call.use is Use.STATEMENT and _is_of_call(call.node)]


def _is_of_call(node: ast.Call) -> bool:
    match node:
        case ast.Call(ast.Attribute(_, "assert_has_calls"), [ast.List(items)]):
            # `call.send(…)` is a call of a child, which is no await of the mock.
            return all(isinstance(each, ast.Call) and isinstance(each.func, ast.Name) for each in items)
        case ast.Call(ast.Attribute(_, name)):
            return name in _AWAITED and name != "assert_has_calls"
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
