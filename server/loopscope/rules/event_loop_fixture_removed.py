"""The `event_loop` fixture is gone since pytest-asyncio 1.0.

## What it does
Reports tests and fixtures that request `event_loop` where nothing defines it, and redefinitions of it that nothing
uses any more.

## Why is this bad
A request fails with "fixture 'event_loop' not found". A redefinition, the old way to share one loop between tests, is
ignored without a word: each test gets its own loop again.

## When not to fix
If the project defines and requests a fixture of its own that happens to have this name; that is not reported.

## Fix safety
Unsafe: in asynchronous functions the parameter becomes `asyncio.get_running_loop()`. A redefinition of a conftest goes,
and `asyncio_default_fixture_loop_scope` and `asyncio_default_test_loop_scope` say its scope instead, for the whole
project. A redefinition of a test module has no fix.

## Versions
Error with pytest-asyncio >= 1.0. In 0.23 to 0.26 the request and the redefinition are deprecated, and reported as
warnings. `asyncio_default_test_loop_scope` exists since 0.26.

## References
- [pytest-asyncio: changelog of 1.0](https://pytest-asyncio.readthedocs.io/en/stable/reference/changelog.html)
"""

import re
from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.event_loop import overrides, replace_parameter, requests
from loopscope.rules.support.options import set_options
from loopscope.rules.support.text import own_lines
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef, Scope

META = Meta("event-loop-fixture-removed", Group.VERSIONS, Severity.ERROR, words=("event_loop",))

_SHARED = """\
import asyncio

import pytest

LOOPS = set()


@pytest.mark.asyncio
async def test_first(value):
    LOOPS.add(asyncio.get_running_loop())


@pytest.mark.asyncio
async def test_second(value):
    LOOPS.add(asyncio.get_running_loop())
    assert len(LOOPS) == 1
"""

EXAMPLES = (
    Example(
        "Requested by a test",
        bad="""\
import pytest


@pytest.mark.asyncio
async def test_time(⟦event_loop⟧):
    assert event_loop.time() > 0
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_time():
    assert asyncio.get_running_loop().time() > 0
""",
        proof=Proof("fixture 'event_loop' not found", "error", pytest_asyncio=">=1"),
    ),
    Example(
        "Redefined to share one loop",
        bad="""\
import asyncio

import pytest

LOOPS = set()


@pytest.fixture(scope="module")
def ⟦event_loop⟧():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.mark.asyncio
async def test_first():
    LOOPS.add(asyncio.get_running_loop())


@pytest.mark.asyncio
async def test_second():
    LOOPS.add(asyncio.get_running_loop())
    assert len(LOOPS) == 1
""",
        good="""\
import asyncio

import pytest

LOOPS = set()


@pytest.mark.asyncio(loop_scope="module")
async def test_first():
    LOOPS.add(asyncio.get_running_loop())


@pytest.mark.asyncio(loop_scope="module")
async def test_second():
    LOOPS.add(asyncio.get_running_loop())
    assert len(LOOPS) == 1
""",
        fixed="",
        proof=Proof("assert 2 == 1", pytest_asyncio=">=1"),
    ),
    Example(
        "Redefined for the whole project",
        bad=f"""\
{_SHARED}# file: conftest.py
import asyncio

import pytest


@pytest.fixture(scope="session")
def ⟦event_loop⟧():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def value():
    return 1
""",
        good=f"""\
{_SHARED}# file: pytest.ini
[pytest]
asyncio_default_test_loop_scope = session
asyncio_mode = strict
asyncio_default_fixture_loop_scope = session
# file: conftest.py
import asyncio

import pytest


@pytest.fixture
def value():
    return 1
""",
        proof=Proof("assert 2 == 1", pytest_asyncio=">=1"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "an own fixture of that name, requested",
        """\
import asyncio

import pytest


@pytest.fixture
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def test_loop(event_loop):
    assert not event_loop.is_running()
""",
    ),
    NearMiss(
        "given by parametrize",
        'import pytest\n\n\n@pytest.mark.parametrize("event_loop", [1])\n'
        "def test_loop(event_loop):\n    assert event_loop\n",
    ),
    NearMiss("no fixture at all", "def helper(event_loop):\n    return event_loop\n"),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the parameters, and at the names of redefinitions."""
    if not ctx.plugin_enabled("asyncio") or not ctx.environment.at_least("pytest-asyncio", 0, 23):
        return
    removed = ctx.environment.at_least("pytest-asyncio", 1)
    severity = None if removed else Severity.WARNING
    for owner, span in requests(ctx, removed=removed):
        effect = "is gone since pytest-asyncio 1.0: pytest finds no such fixture" if removed else "is deprecated"
        message = f"The fixture `event_loop` {effect}. Use `asyncio.get_running_loop()` in async code."
        yield ctx.finding(META, span, message, severity=severity, tags=(Tag.DEPRECATED,), data=owner)
    for fixture in overrides(ctx):
        effect = "does nothing since 1.0: every test gets its own loop" if removed else "is deprecated"
        message = f"Redefining `event_loop` {effect}. Use `loop_scope=`, or the asyncio_default_..._loop_scope options."
        span = ctx.name_span(fixture.id)
        yield ctx.finding(META, span, message, severity=Severity.WARNING, tags=(Tag.DEPRECATED,), data=fixture)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Replaces the parameter by `asyncio.get_running_loop()`, or a redefinition by options."""
    if isinstance(finding.data, FixtureDef):
        return _as_options(ctx, finding.data)
    edits = replace_parameter(ctx, finding)
    return None if edits is None else ctx.fix("Use `asyncio.get_running_loop()`", Safety.UNSAFE, edits)


def _as_options(ctx: Context, fixture: FixtureDef) -> Fix | None:
    """Deletes the fixture of a conftest, and has the options say its scope."""
    scope = fixture.scope
    if not isinstance(scope, Scope) or ctx.view.role != "conftest" or fixture.id.holder:
        return None
    if not ctx.environment.at_least("pytest-asyncio", 0, 26):
        return None
    values = {"asyncio_default_fixture_loop_scope": scope.value, "asyncio_default_test_loop_scope": scope.value}
    edits = set_options(ctx, values)
    lines = own_lines(ctx.text, ctx.layout.defs[fixture.id].whole)
    if edits is None or lines is None:
        return None
    after = re.compile(r"(?:[ \t]*\r?\n)*").match(ctx.text, lines.end)
    end = lines.end if after is None else after.end()
    title = f'Say "{scope.value}" by options instead'
    return Fix(title, Safety.UNSAFE, {**edits, ctx.path: (Edit(Span(lines.start, end), ""),)}, preferred=False)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
