"""An `await` in front of a chain of calls awaits the last of them: the coroutine at its beginning is not awaited.

## What it does
Reports `await get().json()` where `get()` gives a coroutine: the attribute is read from the coroutine.

## Why is this bad
`await` binds less tightly than attributes and calls. A coroutine has no such attribute: `AttributeError: 'coroutine'
object has no attribute 'json'`, and `get` never runs.

## When not to fix
Never: a coroutine has no attributes of that kind. Calls whose target is not certain are not reported.

## Fix safety
The fix puts the `await` and brackets around the first call, and keeps an outer `await` where what is called last gives
a coroutine too. It is safe: as it stands, the line always fails.

## Versions
All.

## References
- [Python: precedence of await](https://docs.python.org/3/reference/expressions.html#operator-precedence)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.awaiting import call_needs_value, is_awaited_chain, outer_await
from loopscope.rules.support.callees import result_of
from loopscope.rules.support.calls import noted
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.inference.attributes import attribute_type
from loopscope.workspace.inference.calls import call_result
from loopscope.workspace.inference.model import Coroutine
from loopscope.workspace.inference.protocols import awaited

META = Meta(
    "await-call-chain",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("pyright: reportAttributeAccessIssue", "ty: missing-attribute"),
    words=("await",),
)

_GET = """\
import pytest


class Response:
    status = 200

    def json(self):
        return {"ok": True}

    async def text(self):
        return "ok"


async def get():
    return Response()


"""

EXAMPLES = (
    Example(
        "A method of the result",
        bad=f"""\
{_GET}@pytest.mark.asyncio
async def test_json():
    data = await ⟦get()⟧.json()
    assert data["ok"]
""",
        good=f"""\
{_GET}@pytest.mark.asyncio
async def test_json():
    data = (await get()).json()
    assert data["ok"]
""",
        proof=Proof("'coroutine' object has no attribute 'json'"),
    ),
    Example(
        "A coroutine method of the result",
        bad=f"""\
{_GET}@pytest.mark.asyncio
async def test_text():
    assert await ⟦get()⟧.text() == "ok"
""",
        good=f"""\
{_GET}@pytest.mark.asyncio
async def test_text():
    assert await (await get()).text() == "ok"
""",
        proof=Proof("'coroutine' object has no attribute 'text'"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the last call is the coroutine",
        f"""\
{_GET}def build():
    return Response()


@pytest.mark.asyncio
async def test_text():
    assert await build().text() == "ok"
    assert (await get()).json()["ok"]
    assert await (await get()).text() == "ok"
""",
    ),
    NearMiss(
        "attributes of coroutines",
        f"""\
{_GET}@pytest.mark.asyncio
async def test_get():
    coroutine = get()
    assert coroutine.__name__ == "get"
    coroutine.close()
    assert (await get()).status == 200
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the first calls of the chains."""
    for body in ctx.bodies:
        for call in noted(body, "chained", _chained):
            if isinstance(result_of(ctx, body, call), Coroutine):
                shown = ast.unparse(call.node.func)
                message = f"`await` awaits the end of this chain, not `{shown}`: a coroutine has no such attribute."
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Moves the `await` to the first call, or adds one there."""
    match finding.data:
        case (Body() as body, CallSite() as call):
            pass
        case _:
            return None
    outer = outer_await(body, call)
    if outer is None:
        return None
    span, whole, value = (ctx.span(body, each) for each in (call.node, outer, outer.value))
    edits = [Edit(Span(span.start, span.start), "(await "), Edit(Span(span.end, span.end), ")")]
    if _is_plain(ctx, body, call, outer) and span.start == value.start:
        edits = [Edit(Span(whole.start, value.start), "(await "), edits[1]]
    return ctx.fix("Await the first call", Safety.SAFE, edits)


def _chained(body: Body) -> list[CallSite]:
    return [
        call
        for call in body.calls
        if call.use is Use.ATTRIBUTE and call_needs_value(body, call) and is_awaited_chain(body, call)
    ]


def _is_plain(ctx: Context, body: Body, call: CallSite, outer: ast.Await) -> bool:
    """Whether the chain, read from the awaited result, ends in no coroutine; so it is taken to be where unknown."""
    q = ctx.queries
    found = awaited(q, result_of(ctx, body, call))
    steps: list[str | None] = []
    node: ast.expr = outer.value
    while node is not call.node:
        match node:
            case ast.Attribute(inner, name):
                steps.append(name)
            case ast.Call(inner):
                steps.append(None)
            case ast.Subscript(inner):
                return False
            case _:
                return False
        node = inner
    for step in reversed(steps):
        found = call_result(q, found, []) if step is None else attribute_type(q, found, step)
    return found is not None and not isinstance(found, Coroutine)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
