"""`pytest.raises(ValueError)` around a task group, which raises an `ExceptionGroup`.

## What it does
Reports `with pytest.raises(...)` whose whole block is `async with asyncio.TaskGroup()` (or `anyio.create_task_group()`
with anyio >= 4), when no group is among the expected types.

## Why is this bad
A task group wraps what its tasks and its body raise in an `ExceptionGroup`. `pytest.raises` does not look inside, so
the test fails although the expected exception was raised.

## When not to fix
If the exceptions are unwrapped on the way. `Exception`, `BaseException` and `CancelledError` may be right, and are not
reported.

## Fix safety
Safe: the test could not pass. No fix where the caught exception is used afterwards, or before pytest 8.4, which has no
`pytest.RaisesGroup`.

## Versions
`pytest.RaisesGroup` is new in pytest 8.4; before, use `pytest.raises(ExceptionGroup) as info` and
`info.group_contains(ValueError)`.

## References
- [pytest: RaisesGroup](https://docs.pytest.org/en/stable/reference/reference.html#pytest.RaisesGroup)
- [Python: task groups](https://docs.python.org/3/library/asyncio-task.html#task-groups)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.raises import Raises, call_of, full_name, raises_blocks
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("raises-needs-group", Group.EXCEPTIONS, Severity.ERROR, words=("TaskGroup", "create_task_group"))

_FAIL = """\
import asyncio

import pytest


async def fail():
    raise ValueError("disk full")


"""

EXAMPLES = (
    Example(
        "A failing task",
        bad=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with ⟦pytest.raises(ValueError)⟧:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
""",
        good=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.RaisesGroup(ValueError):
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
""",
        proof=Proof("ValueError('disk full') [single exception in ExceptionGroup]"),
    ),
    Example(
        "With a message",
        bad=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with ⟦pytest.raises(ValueError, match="full")⟧:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
""",
        good=f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.RaisesGroup(pytest.RaisesExc(ValueError, match="full")):
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
""",
        proof=Proof("[single exception in ExceptionGroup]"),
    ),
    Example(
        "anyio",
        bad="""\
import anyio
import pytest


async def fail():
    raise ValueError("disk full")


@pytest.mark.asyncio
async def test_fail():
    with ⟦pytest.raises(ValueError)⟧:
        async with anyio.create_task_group() as group:
            group.start_soon(fail)
""",
        good="""\
import anyio
import pytest


async def fail():
    raise ValueError("disk full")


@pytest.mark.asyncio
async def test_fail():
    with pytest.RaisesGroup(ValueError):
        async with anyio.create_task_group() as group:
            group.start_soon(fail)
""",
        proof=Proof("[single exception in ExceptionGroup]"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "inside of the group, around one call",
        f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    async with asyncio.TaskGroup():
        with pytest.raises(ValueError):
            await fail()
""",
    ),
    NearMiss(
        "a group is expected, or anything",
        f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises((ValueError, ExceptionGroup)):
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
    with pytest.raises(Exception):
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
    with pytest.RaisesGroup(ValueError):
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
""",
    ),
    NearMiss(
        "something else may raise it, or the group is cancelled from outside",
        f"""\
{_FAIL}@pytest.mark.asyncio
async def test_fail():
    with pytest.raises(ValueError):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(asyncio.sleep(0))
        await fail()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0), asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(1))
    task.cancel()


@pytest.mark.asyncio
async def test_cancelled():
    asyncio.current_task().cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(1))
""",
    ),
)

_MAY_BE_RIGHT = frozenset({"Exception", "BaseException", "KeyboardInterrupt", "SystemExit"})
_MAY_END = ("Group", "CancelledError", ".Cancelled")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls of `pytest.raises`."""
    for body in ctx.bodies:
        for raises in raises_blocks(body) if body.is_async else ():
            group = _group(ctx, body, raises)
            names = [full_name(ctx, body, each) for each in raises.expected]
            if group is None or not names or not all(name is not None and _is_plain(name) for name in names):
                continue
            message = f"`{group}` raises an ExceptionGroup, which `pytest.raises` does not look into: the test fails."
            yield ctx.finding(META, ctx.span(body, raises.call.node), message, data=(body, raises))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`pytest.RaisesGroup`, where pytest has it."""
    match finding.data:
        case (Body() as body, Raises(block, call)) if ctx.environment.at_least("pytest", 8, 4):
            node = call.node
        case _:
            return None
    name = block.items[0].optional_vars
    if name is not None or len(node.args) != 1:
        return None
    edits: list[Edit] = []
    pytest = spelled(ctx, "pytest", edits)
    func = ctx.span(body, node.func)
    if isinstance(node.args[0], ast.Tuple) or node.keywords:
        opened = ctx.text.index("(", func.end) + 1
        end = ctx.span(body, node).end
        edits += [
            Edit(Span(func.start, opened), f"{pytest}.RaisesGroup({pytest}.RaisesExc("),
            Edit(Span(end, end), ")"),
        ]
    else:
        edits.append(Edit(func, f"{pytest}.RaisesGroup"))
    return ctx.fix("Expect a group (`pytest.RaisesGroup`)", Safety.SAFE, edits)


def _group(ctx: Context, body: Body, raises: Raises) -> str | None:
    """The task group that is all of a block, outermost; None when there is none, or its exceptions come unwrapped."""
    match raises.statements:
        case [ast.AsyncWith([ast.withitem(context), *_])]:
            call = call_of(body, context)
        case _:
            return None
    if call is None or call.local_root:
        return None
    wraps = call.name == "asyncio.TaskGroup" or (
        call.name == "anyio.create_task_group" and ctx.environment.at_least("anyio", 4)
    )
    return call.name if wraps else None


def _is_plain(name: str) -> bool:
    """Whether an exception type is one that a group hides."""
    return name not in _MAY_BE_RIGHT and not name.endswith(_MAY_END)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
