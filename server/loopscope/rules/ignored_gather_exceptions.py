"""`asyncio.gather(..., return_exceptions=True)` whose results nobody looks at hides every failure.

## What it does
Reports `await asyncio.gather(...)` with `return_exceptions=True` in asynchronous tests and fixtures when it calls the
coroutine functions right there, its result is dropped, or kept in a name of which only the length is asked, and no
assertion about anything else follows.

## Why is this bad
With `return_exceptions=True` nothing is raised: exceptions stand among the results. Where nobody looks at these, a test
passes although everything failed.

## When not to fix
If it does not matter whether the calls succeed. Where the test goes on to assert what they brought about, nothing is
reported. Waiting for tasks that were cancelled, where this is the idiom, and
what follows a `yield` or stands in `finally` is not reported.

## Fix safety
Unsafe: `return_exceptions=True` is removed, so the first exception fails the test.

## Versions
All.

## References
- [Python: asyncio.gather](https://docs.python.org/3/library/asyncio-task.html#asyncio.gather)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import binding_count, expects_failure
from loopscope.rules.support.text import without_item
from loopscope.rules.support.waits import awaited_statement, is_cleanup, only_measured, starts_inline
from loopscope.text.edit import Edit

META = Meta("ignored-gather-exceptions", Group.TASKS, Severity.ERROR, words=("return_exceptions",))

_SAVE = """\
import asyncio

import pytest

disk = []


async def save(item):
    await asyncio.sleep(0)
    disk.append(item)


"""

EXAMPLES = (
    Example(
        "The results are dropped",
        bad=f"""\
{_SAVE}@pytest.mark.asyncio
async def test_save():
    await ⟦asyncio.gather(save(1), save(2), return_exceptions=True)⟧
""",
        good=f"""\
{_SAVE}@pytest.mark.asyncio
async def test_save():
    await asyncio.gather(save(1), save(2))
""",
        proof=Proof("", "passed", invisible="the test would pass as well if one call failed"),
    ),
    Example(
        "Only their number is asserted",
        bad=f"""\
{_SAVE}@pytest.mark.asyncio
async def test_save():
    results = await ⟦asyncio.gather(*[save(item) for item in range(3)], return_exceptions=True)⟧
    assert len(results) == 3
""",
        good=f"""\
{_SAVE}@pytest.mark.asyncio
async def test_save():
    results = await asyncio.gather(*[save(item) for item in range(3)])
    assert len(results) == 3
""",
        proof=Proof("", "passed", invisible="the test would pass as well if all calls failed"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the results are looked at",
        f"""\
{_SAVE}@pytest.mark.asyncio
async def test_save():
    results = await asyncio.gather(save(1), save(2), return_exceptions=True)
    assert not any(isinstance(result, Exception) for result in results)
    assert len(results) == 2


async def save_all():
    return await asyncio.gather(save(1), save(2), return_exceptions=True)
""",
    ),
    NearMiss(
        "cancelled tasks, and other clean-up",
        f"""\
{_SAVE}@pytest.mark.asyncio
async def test_save():
    tasks = [asyncio.create_task(save(item)) for item in range(3)]
    try:
        await asyncio.sleep(0)
    finally:
        await asyncio.gather(save(1), save(2), return_exceptions=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
""",
    ),
    NearMiss(
        "what the calls brought about is asserted",
        f"""\
{_SAVE}@pytest.mark.asyncio
async def test_save(log):
    await asyncio.gather(save(1), save(2), return_exceptions=True)
    assert disk == [1, 2]


@pytest.mark.asyncio
async def test_log(log):
    await asyncio.gather(save(1), save(2), return_exceptions=True)
    log.write.assert_called_with(1)
""",
    ),
    NearMiss(
        "exceptions are raised",
        f"""\
{_SAVE}@pytest.mark.asyncio
async def test_save():
    await asyncio.gather(save(1), save(2), return_exceptions=False)
    await asyncio.gather(save(1), save(2))
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, _, _ in ctx.async_entries():
        for call in body.calls:
            if call.name != "asyncio.gather" or call.local_root or call.in_lambda or not _returns_exceptions(call):
                continue
            if not call.node.args or not all(starts_inline(each) for each in call.node.args):
                continue
            if expects_failure(body, call) or is_cleanup(body, call.statement) or _is_followed_up(body, call):
                continue
            if _is_ignored(body, call):
                message = (
                    "The exceptions are among the results, which nobody looks at: the test passes when calls fail."
                )
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Without `return_exceptions=True`."""
    match finding.data:
        case (Body() as body, CallSite() as call):
            node = call.node
        case _:
            return None
    spans = [*(ctx.span(body, each) for each in node.args), *(ctx.span(body, each) for each in node.keywords)]
    index = len(node.args) + next(i for i, each in enumerate(node.keywords) if each.arg == "return_exceptions")
    edits = [Edit(without_item(ctx.text, spans, index), "")]
    return ctx.fix("Let the first exception be raised", Safety.UNSAFE, edits)


def _returns_exceptions(call: CallSite) -> bool:
    return any(
        each.arg == "return_exceptions" and isinstance(each.value, ast.Constant) and each.value.value is True
        for each in call.node.keywords
    )


def _is_followed_up(body: Body, call: CallSite) -> bool:
    """Whether an assertion follows, about something else than the length of a list."""
    line = call.statement.end_lineno or 0
    asserted = any(
        isinstance(each, ast.Assert) and each.lineno > line and not ast.unparse(each.test).startswith("len(")
        for each in body.statements
    )
    return asserted or any(
        each.node.lineno > line
        and isinstance(each.node.func, ast.Attribute)
        and each.node.func.attr.startswith(("assert", "fail"))
        for each in body.calls
    )


def _is_ignored(body: Body, call: CallSite) -> bool:
    """Whether the awaited result is dropped, or only its length is read."""
    match call.statement:
        case ast.Expr():
            return awaited_statement(call)
        case ast.Assign([ast.Name(name)], ast.Await(value)) if value is call.node and binding_count(body, name) == 1:
            return only_measured(body, name)
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
