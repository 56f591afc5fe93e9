"""A coroutine among the values of `parametrize` is made once, and can be awaited just once.

## What it does
Reports calls of coroutine functions in the values of `@pytest.mark.parametrize` and `pytest.param`.

## Why is this bad
The call runs when the module is imported. A second parameter set, a rerun or a parametrized fixture awaits the same
coroutine again: "cannot reuse already awaited coroutine". When the test is not selected, the coroutine was never
awaited.

## When not to fix
If each value surely is awaited once. Functions that are not certain to be coroutine functions are not reported.

## Fix safety
No fix: parametrize with the arguments, and call the function in the test.

## Versions
All.

## References
- [pytest: parametrize](https://docs.pytest.org/en/stable/how-to/parametrize.html)
"""

import ast
from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.workspace.targets import is_coroutine_function, referred

META = Meta("coroutine-in-parametrize", Group.TASKS, Severity.ERROR, words=("parametrize",))

_FETCH = """\
import pytest


async def fetch(number):
    return number


"""

EXAMPLES = (
    Example(
        "Two parameter sets",
        bad=f"""\
{_FETCH}@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("fetched", [⟦fetch(1)⟧, pytest.param(⟦fetch(1)⟧, id="again")])
@pytest.mark.asyncio
async def test_fetch(fetched, times):
    assert await fetched == 1
""",
        good=f"""\
{_FETCH}@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("number", [1, pytest.param(1, id="again")])
@pytest.mark.asyncio
async def test_fetch(number, times):
    assert await fetch(number) == 1
""",
        fixed="",
        proof=Proof("cannot reuse already awaited coroutine"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the function, not its coroutine",
        f"""\
{_FETCH}@pytest.mark.parametrize("function", [fetch, lambda: fetch(1)])
@pytest.mark.asyncio
async def test_fetch(function):
    assert function
""",
    ),
    NearMiss(
        "a synchronous function, an asynchronous generator",
        """\
import pytest


def fetch(number):
    return number


async def numbers():
    yield 1


@pytest.mark.parametrize("value", [fetch(1), numbers(), int("1")])
def test_fetch(value):
    assert value
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    if ctx.facts is None:
        return
    calls = {id(call.node): call for call in ctx.facts.module_calls}
    for outer in ctx.facts.module_calls:
        if outer.name != "pytest.mark.parametrize":
            continue
        for node in (found for values in outer.node.args[1:2] for found in _values(values)):
            call = calls.get(id(node))
            if call is None or call.name is None or call.in_lambda or call.local_root or ctx.is_patched(call.name):
                continue
            if is_coroutine_function(ctx.queries, referred(ctx.queries, ctx.path, call.name)):
                message = f"This coroutine of `{call.name}` is made at import: a second test cannot await it again."
                yield ctx.finding(META, ctx.span(call, node), message)


def _values(node: ast.expr) -> Iterator[ast.Call]:
    """The calls that stand among the values, those in `pytest.param(...)` and nested tuples included."""
    match node:
        case ast.List(items) | ast.Tuple(items):
            for each in items:
                yield from _values(each)
        case ast.Call(ast.Attribute(_, "param") | ast.Name("param"), items):
            for each in items:
                yield from _values(each)
        case ast.Call():
            yield node
        case _:
            pass


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
