"""An assertion at the end of a `pytest.raises` block does not run: the exception came before.

## What it does
Reports `assert` statements that end the block of `with pytest.raises(...)` in asynchronous functions of tests, after a
statement that awaits something, when the assertion itself calls and awaits nothing.

## Why is this bad
The block ends where the expected exception is raised, and what stands below it never runs. The test passes whatever the
assertion says.

## When not to fix
If reading an attribute in the assertion is what raises. `AssertionError`, `Exception` and `BaseException` may come from
the assertion, and are not reported.

## Fix safety
Unsafe: the assertions are moved behind the block, where they run, so the test may begin to fail.

## Versions
All.

## References
- [pytest: assertions about expected exceptions](https://docs.pytest.org/en/stable/how-to/assert.html#assertions-about-expected-exceptions)

"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.blocks import own_nodes
from loopscope.rules.support.moves import moved_behind
from loopscope.rules.support.raises import Raises, full_name, raises_blocks

META = Meta("assertion-never-reached", Group.EXCEPTIONS, Severity.ERROR, overlaps=("ruff: PT012",), texts=("raises",))

_SEND = """\
import pytest


class Connection:
    closed = False

    async def send(self, data):
        raise ValueError(data)


"""

EXAMPLES = (
    Example(
        "An assertion below what raises",
        bad=f"""\
{_SEND}@pytest.mark.asyncio
async def test_send():
    connection = Connection()
    with pytest.raises(ValueError):
        await connection.send("bad")
        ⟦assert not connection.closed⟧
""",
        good=f"""\
{_SEND}@pytest.mark.asyncio
async def test_send():
    connection = Connection()
    with pytest.raises(ValueError):
        await connection.send("bad")
    assert not connection.closed
""",
        proof=Proof("", "passed", invisible="what does not run says nothing"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "behind the block",
        f"""\
{_SEND}@pytest.mark.asyncio
async def test_send():
    connection = Connection()
    with pytest.raises(ValueError) as info:
        await connection.send("bad")
    assert not connection.closed
    assert info.value
""",
    ),
    NearMiss(
        "the assertion is what fails, or raises",
        f"""\
{_SEND}@pytest.mark.asyncio
async def test_send():
    connection = Connection()
    with pytest.raises(AssertionError):
        data = await read()
        assert data == 1
    with pytest.raises(ValueError):
        data = await read()
        assert await connection.send(data)
    with pytest.raises(ValueError):
        data = await read()
        assert int(data) == 1


async def read():
    return "x"
""",
    ),
    NearMiss(
        "the assertion checks what comes before the call",
        f"""\
{_SEND}@pytest.mark.asyncio
async def test_send():
    connection = Connection()
    with pytest.raises(ValueError):
        assert not connection.closed
        await connection.send("bad")
""",
    ),
)

_RAISED_BY_ASSERT = ("AssertionError", "Exception", "BaseException")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the assertions."""
    for body, blocks in ctx.bodies_with("assertions at the end of expected exceptions", _with_dead):
        for raises in blocks:
            names = [full_name(ctx, body, each) for each in raises.expected]
            if not names or any(name is None or name in _RAISED_BY_ASSERT for name in names):
                continue
            message = "This does not run when the expected exception is raised above: the test passes without it."
            for each in _at_end(raises):
                yield ctx.finding(META, ctx.span(body, each), message, data=(body, raises))


def _with_dead(body: Body) -> list[Raises]:
    return [raises for raises in raises_blocks(body) if _at_end(raises)] if body.is_async else []


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Moves the assertions behind the block."""
    match finding.data:
        case (Body() as body, Raises(block) as raises):
            edits = moved_behind(ctx, body, block, _at_end(raises))
            return None if edits is None else ctx.fix("Move it behind the block", Safety.UNSAFE, edits)
        case _:
            return None


def _at_end(raises: Raises) -> list[ast.Assert]:
    """The assertions that a block ends with and that cannot raise by calls of their own, below one that awaits."""
    found: list[ast.Assert] = []
    above = raises.statements
    while above and isinstance(last := above[-1], ast.Assert):
        if any(isinstance(node, ast.Call | ast.Await | ast.Subscript) for node in own_nodes([last])):
            return []
        found.insert(0, last)
        above.pop()
    # Where a loop or condition comes last, the assertion may be reached without an exception.
    simple = bool(above) and isinstance(above[-1], ast.Expr | ast.Assign | ast.AnnAssign)
    awaits = any(isinstance(node, ast.Await) for node in own_nodes(above[-1:]))
    return found if simple and awaits else []


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
