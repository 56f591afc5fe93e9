"""Overriding the fixture `event_loop_policy` is deprecated.

## What it does
Reports fixtures of the project named `event_loop_policy`, where the version of pytest-asyncio warns of them.

## Why is this bad
pytest-asyncio >= 1.4 warns for each test that uses the fixture, and will not look at it in a future release. Event loop
policies themselves are deprecated since Python 3.14.

## When not to fix
If the project also runs with pytest-asyncio < 1.4, which does not know the hook that takes its place.

## Fix safety
Unsafe: in a conftest, a fixture that returns a known policy becomes the hook `pytest_asyncio_loop_factories`, which
counts for all tests below that conftest. Other fixtures have no fix.

## Versions
Warning since pytest-asyncio 1.4. 0.23 to 1.3 ask for the fixture and are not reported.

## References
- [pytest-asyncio: changelog of 1.4](https://pytest-asyncio.readthedocs.io/en/stable/reference/changelog.html)
"""

import ast
from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.loop_factories import HOOK, returned_value
from loopscope.rules.support.text import line_end, line_start
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef

META = Meta("event-loop-policy-override", Group.VERSIONS, Severity.WARNING, words=("event_loop_policy",))

NAME = "event_loop_policy"
_FACTORIES = {
    "uvloop.EventLoopPolicy": "uvloop.new_event_loop",
    "winloop.EventLoopPolicy": "winloop.new_event_loop",
    "asyncio.DefaultEventLoopPolicy": "asyncio.new_event_loop",
    "asyncio.WindowsSelectorEventLoopPolicy": "asyncio.SelectorEventLoop",
    "asyncio.WindowsProactorEventLoopPolicy": "asyncio.ProactorEventLoop",
}
_TEST = "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_value():\n    assert 1 + 1 == 2\n# file: conftest.py\n"
_SYMPTOM = 'Overriding the "event_loop_policy" fixture is deprecated'

EXAMPLES = (
    Example(
        "In a conftest",
        bad=f"""\
{_TEST}import asyncio

import pytest


@pytest.fixture(scope="session")
def ⟦event_loop_policy⟧():
    return asyncio.DefaultEventLoopPolicy()
""",
        good=f"""\
{_TEST}import asyncio

import pytest


def pytest_asyncio_loop_factories(config, item):
    return {{"asyncio": asyncio.new_event_loop}}
""",
        proof=Proof(_SYMPTOM, "warning", pytest_asyncio=">=1.4"),
    ),
    Example(
        "A policy of the project",
        bad=f"""\
{_TEST}import asyncio

import pytest


class Policy(asyncio.DefaultEventLoopPolicy):
    pass


@pytest.fixture
def ⟦event_loop_policy⟧():
    return Policy()
""",
        good=f"""\
{_TEST}import asyncio


class Loop(asyncio.SelectorEventLoop):
    pass


def pytest_asyncio_loop_factories(config, item):
    return {{"own": Loop}}
""",
        fixed="",
        proof=Proof(_SYMPTOM, "warning", pytest_asyncio=">=1.4"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a version that asks for the fixture",
        f"""\
{_TEST}import asyncio

import pytest


@pytest.fixture(scope="session")
def event_loop_policy():
    return asyncio.DefaultEventLoopPolicy()
""",
        pytest_asyncio="<1.4",
    ),
    NearMiss(
        "another fixture that makes a policy",
        """\
import asyncio

import pytest


@pytest.fixture
def policy():
    return asyncio.DefaultEventLoopPolicy()


def test_value(policy):
    assert policy
""",
    ),
    NearMiss(
        "no fixture",
        "def event_loop_policy():\n    return None\n\n\ndef test_value():\n    assert event_loop_policy() is None\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the fixtures."""
    if not ctx.plugin_enabled("asyncio"):
        return
    if not ctx.environment.at_least("pytest-asyncio", 1, 4):
        return
    if any(plugin.path == ctx.path and plugin.name == "asyncio" for plugin in ctx.view.roster.plugins):
        return
    for fixture in ctx.own_fixtures:
        if fixture.name == NAME:
            message = f"Overriding `{NAME}` is deprecated since pytest-asyncio 1.4: implement the hook `{HOOK}`."
            yield ctx.finding(META, ctx.name_span(fixture.id), message, tags=(Tag.DEPRECATED,), data=fixture)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Writes the hook in the place of the fixture."""
    fixture = finding.data
    if not isinstance(fixture, FixtureDef) or fixture.id.holder or ctx.view.role != "conftest":
        return None
    body = None if ctx.facts is None else ctx.facts.body(fixture.id)
    if body is None or HOOK in ctx.text or len(body.node.body) != 1 or fixture.has_params:
        return None
    value = returned_value(body)
    name = next((call.name for call in body.calls if call.node is value and not call.local_root), None)
    factory = _FACTORIES.get(name or "")
    if factory is None or not isinstance(value, ast.Call) or ctx.source(ctx.span(body, value.func)) != name:
        return None
    module = factory.partition(".")[0]
    statement = ctx.span(body, body.node.body[0])
    whole = ctx.layout.defs[fixture.id].whole
    header = line_start(ctx.text, statement.start)
    if "#" in ctx.text[whole.start : header]:
        return None
    edits = [
        Edit(Span(whole.start, header), f"def {HOOK}(config, item):{line_end(ctx.text)}"),
        Edit(ctx.span(body, value), f'{{"{module}": {factory}}}'),
    ]
    return ctx.fix(f"Implement `{HOOK}`", Safety.UNSAFE, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
