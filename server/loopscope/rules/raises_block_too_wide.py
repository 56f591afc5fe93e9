"""A `pytest.raises` block of several statements passes when the wrong one raises.

## What it does
Reports `with pytest.raises(...)` blocks of asynchronous tests and fixtures that await in more than one statement, or
prepare something before the one that awaits.

## Why is this bad
Any statement of the block may raise what is expected. When an earlier one does, the later ones never run, and the test
passes for the wrong reason.

## When not to fix
If it does not matter which of the statements raises.

## Fix safety
Unsafe: the statements above the last one are moved before the block; what they raise fails the test then.

## Versions
All.

## References
- [ruff: pytest-raises-with-multiple-statements](https://docs.astral.sh/ruff/rules/pytest-raises-with-multiple-statements/)

"""

import ast
from collections.abc import Iterator
from functools import partial

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.blocks import own_nodes
from loopscope.rules.support.callees import result_of
from loopscope.rules.support.moves import moved_before
from loopscope.rules.support.raises import Raises, raises_blocks
from loopscope.workspace.inference.model import AsyncIterable, Coroutine

META = Meta(
    "raises-block-too-wide",
    Group.EXCEPTIONS,
    Severity.WARNING,
    default=False,
    overlaps=("ruff: PT012",),
    texts=("raises",),
)

_CONNECT = """\
import pytest


class Connection:
    async def send(self, data):
        raise ValueError(data)

    async def replies(self):
        raise ValueError("no replies")
        yield


"""

EXAMPLES = (
    Example(
        "Two calls that may raise",
        bad=f"""\
{_CONNECT}async def connect(url):
    return Connection()


@pytest.mark.asyncio
async def test_send():
    with ⟦pytest.raises(ValueError)⟧:
        connection = await connect("local")
        await connection.send("bad payload")
""",
        good=f"""\
{_CONNECT}async def connect(url):
    return Connection()


@pytest.mark.asyncio
async def test_send():
    connection = await connect("local")
    with pytest.raises(ValueError):
        await connection.send("bad payload")
""",
        proof=Proof("", "passed", invisible="the test would pass as well if `connect` raised a ValueError"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "one statement",
        f"""\
{_CONNECT}@pytest.mark.asyncio
async def test_send():
    connection = Connection()
    with pytest.raises(ValueError):
        await connection.send("bad payload")
    with pytest.raises(ValueError):
        async with lock():
            data = 1
            await connection.send(data)
""",
    ),
    NearMiss(
        "what makes mocks and tasks raises nothing",
        f"""\
import asyncio
from unittest.mock import AsyncMock
{_CONNECT}@pytest.mark.asyncio
async def test_send():
    connection = Connection()
    with pytest.raises(ValueError):
        connection.log = AsyncMock(return_value=[])
        await connection.send("bad payload")
    with pytest.raises(ValueError):
        task = asyncio.create_task(connection.send("bad payload"))
        await asyncio.sleep(0)
        await task
    with pytest.raises(ValueError):
        sending = connection.send("bad payload")
        await sending
    with pytest.raises(ValueError):
        replies = connection.replies()
        async for reply in replies:
            assert reply


@pytest.mark.asyncio
async def test_timeout():
    with pytest.raises(asyncio.TimeoutError):
        connection = Connection(timeout=1.23)
        await asyncio.wait_for(connection.receive(), 0.01)
""",
    ),
    NearMiss(
        "a synchronous test, which ruff reports",
        """\
import pytest


def test_parse():
    with pytest.raises(ValueError):
        text = "x"
        int(text)
""",
    ),
)


_OF_WAITING = frozenset({"TimeoutError", "CancelledError"})
_HARMLESS = frozenset({"Mock", "MagicMock", "AsyncMock", "create_task", "ensure_future", "sleep"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls of `pytest.raises`."""
    for body, _, _ in ctx.async_entries():
        for raises in raises_blocks(body):
            acting = [each for each in raises.statements if not isinstance(each, ast.Assert)]
            acts = _awaits if _is_of_waiting(raises) else partial(_acts, ctx, body)
            before = [each for each in acting[:-1] if acts(each)]
            if before and _awaits(acting[-1]):
                message = (
                    f"Any of {len(before) + 1} statements may raise this: the test passes when the wrong one does."
                )
                yield ctx.finding(META, ctx.span(body, raises.call.node), message, data=(body, raises))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Moves all but the last statement before the block."""
    match finding.data:
        case (Body() as body, Raises(block) as raises) if not isinstance(raises.statements[-1], ast.Assert):
            edits = moved_before(ctx, body, block, raises.statements[:-1])
            title = "Leave only the last statement in the block"
            return None if edits is None else ctx.fix(title, Safety.UNSAFE, edits)
        case _:
            return None


def _awaits(statement: ast.stmt) -> bool:
    kinds = (ast.Await, ast.AsyncWith, ast.AsyncFor)
    return any(isinstance(node, kinds) for node in own_nodes([statement]))


def _is_of_waiting(raises: Raises) -> bool:
    """Whether only waiting raises what is expected."""
    names = [ast.unparse(each).rpartition(".")[2] for each in raises.expected]
    return bool(names) and all(name in _OF_WAITING for name in names)


def _only_makes(ctx: Context, body: Body, call: CallSite) -> bool:
    found = result_of(ctx, body, call, Coroutine, AsyncIterable) if call.use is Use.ASSIGNED else None
    return isinstance(found, Coroutine) or (isinstance(found, AsyncIterable) and found.is_generator)


def _acts(ctx: Context, body: Body, statement: ast.stmt) -> bool:
    """Whether a statement calls or awaits something, so that it may raise.

    Making mocks, tasks, coroutines and asynchronous generators raises nothing.
    """
    nodes = list(own_nodes([statement]))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    harmless = [call for call in calls if ast.unparse(call.func).rpartition(".")[2] in _HARMLESS]
    # A coroutine that a task is made of does not run yet.
    harmless += [each for call in harmless for each in call.args if isinstance(each, ast.Call)]
    harmless += [site.node for site in body.calls if site.statement is statement and _only_makes(ctx, body, site)]
    if any(isinstance(node, ast.Await) and not isinstance(node.value, ast.Call) for node in nodes):
        return True
    return any(call not in harmless for call in calls) or any(
        isinstance(node, ast.AsyncWith | ast.AsyncFor) for node in nodes
    )


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
