"""A `pytest_asyncio_loop_factories` hook that pytest-asyncio refuses.

## What it does
Reports the hook where it returns anything but a mapping with entries, and where the version of pytest-asyncio does not
know it.

## Why is this bad
A list or an empty dict is an error while tests are collected: none of them runs. A version that does not know the hook
ends the run with an internal error, "unknown hook".

## When not to fix
If the project also runs with a newer pytest-asyncio, for which the hook is right.

## Fix safety
There is no fix: the factories need names.

## Versions
The hook exists since pytest-asyncio 1.4.

## References
- [pytest-asyncio: hooks](https://pytest-asyncio.readthedocs.io/en/stable/reference/hooks.html)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.loop_factories import HOOK, returned_value
from loopscope.rules.support.plugins import is_plugin_module

META = Meta("invalid-loop-factories-hook", Group.LOOPS, Severity.ERROR, words=(HOOK,))

_TEST = "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_value():\n    assert 1 + 1 == 2\n# file: conftest.py\n"

EXAMPLES = (
    Example(
        "No mapping",
        bad=f"""\
{_TEST}import asyncio


def pytest_asyncio_loop_factories(config, item):
    return ⟦[asyncio.new_event_loop]⟧
""",
        good=f"""\
{_TEST}import asyncio


def pytest_asyncio_loop_factories(config, item):
    return {{"asyncio": asyncio.new_event_loop}}
""",
        fixed="",
        proof=Proof("must return a non-empty mapping", "error", pytest_asyncio=">=1.4"),
    ),
    Example(
        "A version without the hook",
        bad=f"""\
{_TEST}import asyncio


def ⟦pytest_asyncio_loop_factories⟧(config, item):
    return {{"asyncio": asyncio.new_event_loop}}
""",
        good=_TEST,
        fixed="",
        proof=Proof("unknown hook 'pytest_asyncio_loop_factories'", "internal error", pytest_asyncio=">=0.24,<1.4"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "computed",
        f"""\
{_TEST}import asyncio

FACTORIES = {{"asyncio": asyncio.new_event_loop}}


def pytest_asyncio_loop_factories(config, item):
    if item.name == "test_value":
        return FACTORIES
    return dict(FACTORIES)
""",
    ),
    NearMiss(
        "optional for versions that do not know it",
        f"""\
{_TEST}import asyncio

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_asyncio_loop_factories(config, item):
    return {{"asyncio": asyncio.new_event_loop}}
""",
        pytest_asyncio="<1.4",
    ),
    NearMiss(
        "in a test module, where it is no hook",
        "def pytest_asyncio_loop_factories(config, item):\n    return []\n\n\ndef test_value():\n    assert True\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the returned value, or at the name of the hook."""
    if not is_plugin_module(ctx) or not ctx.plugin_enabled("asyncio"):
        return
    definition = ctx.definition(FactId(HOOK))
    body = None if ctx.facts is None else ctx.facts.body(FactId(HOOK))
    if definition is None or body is None:
        return
    if not ctx.environment.at_least("pytest-asyncio", 1, 4):
        if not definition.decorators:
            message = "pytest-asyncio knows this hook since 1.4: with an older one the run ends with an internal error."
            yield ctx.finding(META, ctx.name_span(definition.id), message)
        return
    value = returned_value(body)
    if _is_refused(value) and value is not None:
        message = "The hook must return a mapping of names to factories, with an entry at least."
        yield ctx.finding(META, ctx.span(body, value), message)


def _is_refused(value: ast.expr | None) -> bool:
    match value:
        case ast.List() | ast.Tuple() | ast.Set() | ast.Lambda() | ast.ListComp() | ast.Constant(str() | int()):
            return True
        case ast.Dict(keys):
            return not keys
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
