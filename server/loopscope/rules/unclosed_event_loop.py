"""An event loop is made and never closed.

## What it does
Reports `loop = asyncio.new_event_loop()` in functions of tests when the name never leaves the function and nothing
closes it.

## Why is this bad
A loop holds a selector and two sockets. When it is collected it warns "unclosed event loop"; with
`filterwarnings = error` that fails a later test, or the whole run at its end.

## When not to fix
If the process ends right away. A loop that is returned, yielded or given to other code is not reported.

## Fix safety
Unsafe: `asyncio.run(...)`, offered where the loop does nothing but run one coroutine, also cancels what is left.

## Versions
pytest 9.2 reports what is collected late as a warning; older ones leave it to the end of the process.

## References
- [Python: asyncio.new_event_loop](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.new_event_loop)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import binding_count
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.text import own_lines
from loopscope.text.edit import Edit

META = Meta("unclosed-event-loop", Group.LOOPS, Severity.WARNING, words=("new_event_loop",))

_FETCH = """\
import asyncio


async def fetch():
    return 1


"""
_CONFIG = "[pytest]\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = always::ResourceWarning\n"

EXAMPLES = (
    Example(
        "A loop for one coroutine",
        bad=f"""\
{_FETCH}def test_fetch():
    loop = ⟦asyncio.new_event_loop()⟧
    assert loop.run_until_complete(fetch()) == 1
""",
        good=f"""\
{_FETCH}def test_fetch():
    assert asyncio.run(fetch()) == 1
""",
        proof=Proof("unclosed event loop", "passed", pytest=">=9.2"),
        config=_CONFIG,
    ),
    Example(
        "A loop for more",
        bad=f"""\
{_FETCH}def test_fetch():
    loop = ⟦asyncio.new_event_loop()⟧
    loop.set_debug(True)
    loop.run_until_complete(fetch())
""",
        good=f"""\
{_FETCH}def test_fetch():
    loop = asyncio.new_event_loop()
    try:
        loop.set_debug(True)
        loop.run_until_complete(fetch())
    finally:
        loop.close()
""",
        fixed="",
        proof=Proof("unclosed event loop", "passed", pytest=">=9.2"),
        config=_CONFIG,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "closed, by whatever",
        f"""\
{_FETCH}from contextlib import closing


def test_fetch(request):
    first = asyncio.new_event_loop()
    try:
        first.run_until_complete(fetch())
    finally:
        first.close()
    second = asyncio.new_event_loop()
    request.addfinalizer(second.close)
    third = asyncio.new_event_loop()
    with closing(third):
        third.run_until_complete(fetch())
""",
    ),
    NearMiss(
        "handed on",
        f"""\
{_FETCH}import pytest


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


class TestFetch:
    def setup_method(self):
        self.loop = asyncio.new_event_loop()

    def test_fetch(self):
        loop = asyncio.new_event_loop()
        self.use(loop)

    def use(self, loop):
        loop.close()
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    if ctx.is_patched("asyncio.new_event_loop"):
        return
    for body in ctx.bodies:
        for call in body.calls:
            if call.name != "asyncio.new_event_loop" or call.local_root:
                continue
            match call.statement:
                case ast.Assign([ast.Name(name)], value) if value is call.node and _stays_open(body, name):
                    message = f"Nothing closes the event loop `{name}`: it warns when it is collected."
                    yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call, name))
                case _:
                    pass


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`asyncio.run` instead of a loop that does nothing else."""
    match finding.data:
        case (Body() as body, CallSite() as call, str() as name) if len(body.reads[name]) == 1:
            pass
        case _:
            return None
    func = next((each.node.func for each in body.calls if _method_of(each, name) == "run_until_complete"), None)
    lines = own_lines(ctx.text, ctx.span(body, call.statement))
    if func is None or lines is None:
        return None
    edits: list[Edit] = []
    edits += [Edit(lines, ""), Edit(ctx.span(body, func), f"{spelled(ctx, 'asyncio', edits)}.run")]
    return ctx.fix("Use `asyncio.run`", Safety.UNSAFE, edits)


def _stays_open(body: Body, name: str) -> bool:
    """Whether a loop is only used by calls of its methods, none of which closes it, and by `set_event_loop`."""
    if binding_count(body, name) != 1 or name in body.inner_reads or not body.reads.get(name):
        return False
    used: set[int] = set()
    for call in body.calls:
        method = _method_of(call, name)
        if method == "close" or call.in_lambda:
            return False
        if method is not None and isinstance(call.node.func, ast.Attribute):
            used.add(id(call.node.func.value))
        elif call.name == "asyncio.set_event_loop":
            return False
    return all(id(load) in used for load in body.reads[name])


def _method_of(call: CallSite, name: str) -> str | None:
    match call.node.func:
        case ast.Attribute(ast.Name(owner), method) if owner == name:
            return method
        case _:
            return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
