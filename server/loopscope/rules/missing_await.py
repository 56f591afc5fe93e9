"""The call of a coroutine function whose result is dropped, compared or taken apart instead of awaited.

## What it does
Reports calls that give a coroutine and stand as a statement, are compared, calculated with, iterated or entered, have
an attribute read, are unpacked, are given to `len`, `list`, `isinstance` and their kin, or are stored in a name that is
only used in these ways, until it is assigned anew.
The calls are those of `async def` functions and methods: of this file, of the project, of installed libraries, of
`asyncio`; methods through what a fixture injects, through parameters and variables whose type is certain.
`asyncio.gather(…)` as a statement is reported, too, and so are properties that are `async def` (`request.files` of
Quart) where an async function uses them in these ways.

## Why is this bad
The function never runs. A statement passes silently with "coroutine ... was never awaited", often attributed to
another test; a comparison fails with `assert <coroutine object ...> == 1`.

## When not to fix
If the coroutine is meant to stay unawaited. Calls whose target is not certain are not reported.

## Fix safety
Inserting `await` is safe where the call is a statement of an async function, unsafe elsewhere. In a synchronous test
the fix makes the test async, with its mark where pytest-asyncio asks for one, which is unsafe; elsewhere in
synchronous code there is no fix.

## Versions
All.

## References
- [Python: running and awaiting coroutines](https://docs.python.org/3/library/asyncio-dev.html#detect-never-awaited-coroutines)

"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Severity
from loopscope.rules.support.awaitable_properties import await_property, unawaited_properties
from loopscope.rules.support.awaiting import (
    attributes_of,
    await_fix,
    in_synchronous_code,
    is_awaited_chain,
    is_taken_apart,
    never_awaited,
    use_safety,
)
from loopscope.rules.support.callees import results_of
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.dropped import dropped_calls
from loopscope.rules.support.expected import expected_statements, records_warnings, wants_coroutine
from loopscope.rules.support.handed_values import is_handed_as_value, returns_value
from loopscope.rules.support.type_errors import checks_of_use
from loopscope.rules.support.versions import is_for_some_versions
from loopscope.workspace.inference.model import Awaitable, Coroutine, Instance
from loopscope.workspace.inference.protocols import is_read_too_early

META = Meta(
    "missing-await",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("pyright: reportUnusedCoroutine", "mypy: unused-coroutine", "ty: unused-awaitable", "ruff: B018"),
)


EXAMPLES, NEAR_MISSES = examples_of(__name__)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, call, message in (*_gathered(ctx), *_not_run(ctx), *_read_early(ctx)):
        if _is_expected(body, call) or _runs_elsewhere(ctx, body, call.node):
            continue
        if _is_dropped(ctx, body, call):
            yield _finding(ctx, body, call.node, message, call)
    for body, node in () if ctx.at_first else unawaited_properties(ctx):
        if not _runs_elsewhere(ctx, body, node):
            message = f"`{node.attr}` is an `async def` property: what it gives must be awaited."
            yield _finding(ctx, body, node, message, node)


def _runs_elsewhere(ctx: Context, body: Body, node: ast.expr) -> bool:
    return in_synchronous_code(ctx, body, node) or is_for_some_versions(ctx, body, node)


def _finding(ctx: Context, body: Body, node: ast.expr, message: str, site: CallSite | ast.Attribute) -> Finding:
    return ctx.finding(META, ctx.span(body, node), message, data=(body, site), overlaps=checks_of_use(body, node))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Inserts `await`; a synchronous test becomes async with it."""
    match finding.data:
        case (Body() as body, CallSite() as call):
            return await_fix(ctx, body, call, use_safety(call))
        case (Body() as body, ast.Attribute() as node):
            return await_property(ctx, body, node)
        case _:
            return None


def _gathered(ctx: Context) -> Iterator[tuple[Body, CallSite, str]]:
    for body, calls in ctx.bodies_with("gathered", _gather_statements):
        for call in calls:
            message = (
                "Without `await` nothing waits for what `asyncio.gather` starts: its results and exceptions are lost."
            )
            yield body, call, message


def _gather_statements(body: Body) -> list[CallSite]:
    return [
        call
        for call in body.calls
        if call.name == "asyncio.gather" and call.use is Use.STATEMENT and not call.local_root and not call.in_lambda
    ]


def _not_run(ctx: Context) -> Iterator[tuple[Body, CallSite, str]]:
    """The calls that give coroutines which do not run, and futures compared in place of their results."""
    for body, call, found in results_of(ctx, dropped_calls, Awaitable, Coroutine):
        shown = ast.unparse(call.node.func)
        if isinstance(found, Coroutine):
            yield body, call, f"`{shown}` is a coroutine function: without `await` this call does not run it."
        elif call.use is Use.COMPARED and not _is_tested_for_none(call):
            yield body, call, f"`{shown}` gives a future: without `await` it is compared, not its result."
        elif call.use is Use.ASSIGNED and is_taken_apart(body, call):
            yield body, call, f"`{shown}` gives a future, whose result is not there before it is awaited."


def _is_tested_for_none(call: CallSite) -> bool:
    match call.parent:
        case ast.Compare(_, signs):
            return any(isinstance(sign, ast.Is | ast.IsNot) for sign in signs)
        case _:
            return True


def _read_early(ctx: Context) -> Iterator[tuple[Body, CallSite, str]]:
    """The calls of whose values an attribute is read that only what they give once awaited has."""
    for body, call, found in results_of(ctx, dropped_calls, Instance):
        for attribute in attributes_of(body, call):
            if is_read_too_early(ctx.queries, found, attribute):
                shown = ast.unparse(call.node.func)
                yield body, call, f"What `{shown}` gives has no `{attribute}` before it is awaited."
                break


def _is_expected(body: Body, call: CallSite) -> bool:
    """Whether another rule reports a call, or the test may expect just what this call does without `await`."""
    if not expects_failure(body, call):
        return records_warnings(body, call)
    return any(each.call is call for each in expected_statements(body)) or wants_coroutine(body, call)


def _is_dropped(ctx: Context, body: Body, call: CallSite) -> bool:
    if call.use is Use.ASSIGNED:
        return never_awaited(body, call, lambda node: is_handed_as_value(ctx, body, node))
    if call.use is Use.RETURNED:
        return returns_value(ctx, body)
    return not is_awaited_chain(body, call)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
