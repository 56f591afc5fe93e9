"""A loop scope that pytest-asyncio does not know.

## What it does
Reports `loop_scope=` arguments of `@pytest.mark.asyncio` and `@pytest_asyncio.fixture`, and values of the
`asyncio_default_..._loop_scope` options, that are none of function, class, module, package and session; and, before
pytest-asyncio 1.0, the loop scope of a class for a test that is in none.

## Why is this bad
A wrong option stops pytest. A wrong mark is an error at collection, so that no test of the module runs. A wrong fixture
fails with a message about a fixture that nobody wrote: `fixture '_modul_scoped_runner' not found`.

## When not to fix
Never.

## Fix safety
Safe: the nearest valid scope replaces the value. There is no fix when none is near.

## Versions
pytest-asyncio >= 0.24. The option value `fixture-scope` exists since 1.5, for fixtures only.

## References
- [pytest-asyncio: configuration](https://pytest-asyncio.readthedocs.io/en/stable/reference/configuration.html)
"""

from collections.abc import Iterator

from loopscope.config.catalog import FIXTURE_SCOPE, LOOP_SCOPES
from loopscope.config.model import ConfigProblem, closest, did_you_mean
from loopscope.facts.expr import Call, Const
from loopscope.rules.context import Context
from loopscope.rules.model import (
    CheckedFiles,
    Example,
    Finding,
    Fix,
    Group,
    Meta,
    NearMiss,
    Proof,
    Rule,
    Safety,
    Severity,
)
from loopscope.rules.support.config import problem_fix, problems_of
from loopscope.rules.support.decorators import CallUse, fixture_calls
from loopscope.rules.support.marks import mark_calls, marks_of
from loopscope.text.edit import Edit

META = Meta(
    "invalid-loop-scope",
    Group.LOOPS,
    Severity.ERROR,
    words=("loop_scope", "asyncio_default_fixture_loop_scope", "asyncio_default_test_loop_scope"),
    overlaps=("pyright: reportArgumentType", "ty: invalid-argument-type"),
    files=CheckedFiles.ALL,
)

EXAMPLES = (
    Example(
        "On a mark",
        bad="""\
import pytest


@pytest.mark.asyncio(loop_scope=⟦"modul"⟧)
async def test_value():
    assert True
""",
        good="""\
import pytest


@pytest.mark.asyncio(loop_scope="module")
async def test_value():
    assert True
""",
        proof=Proof("unexpected loop scope value 'modul'", "error", pytest_asyncio=">=1.5"),
    ),
    Example(
        "On a fixture",
        bad="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(loop_scope=⟦"Session"⟧)
async def value():
    return 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="session")
async def value():
    return 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        proof=Proof("_Session_scoped_runner", "error", pytest_asyncio=">=1.1"),
    ),
    Example(
        "The loop of a class, without a class",
        bad="""\
import pytest


@pytest.mark.asyncio(loop_scope=⟦"class"⟧)
async def test_value():
    assert True
""",
        good="""\
import pytest


@pytest.mark.asyncio(loop_scope="function")
async def test_value():
    assert True
""",
        proof=Proof("but is not part of any class", "error", pytest_asyncio=">=0.24,<1.0"),
    ),
    Example(
        "As an option",
        bad="# file: pytest.ini\n[pytest]\nasyncio_default_fixture_loop_scope = function\n"
        "asyncio_default_test_loop_scope = ⟦sesion⟧\n"
        "# file: test_example.py\ndef test_value():\n    assert True\n",
        good="# file: pytest.ini\n[pytest]\nasyncio_default_fixture_loop_scope = function\n"
        "asyncio_default_test_loop_scope = session\n"
        "# file: test_example.py\ndef test_value():\n    assert True\n",
        proof=Proof("'sesion' is not a valid asyncio_default_test_loop_scope", "usage", pytest_asyncio=">=1.2"),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a class scope without a class, since pytest-asyncio 1.0",
        'import pytest\n\n\n@pytest.mark.asyncio(loop_scope="class")\nasync def test_value():\n    pass\n',
    ),
    NearMiss(
        "a class scope in a class",
        'import pytest\n\n\nclass TestValue:\n    @pytest.mark.asyncio(loop_scope="class")\n'
        "    async def test_value(self):\n        pass\n",
        pytest_asyncio=">=0.24,<1.0",
    ),
    NearMiss(
        "computed",
        'import pytest\n\nSCOPE = "mo" + "dule"\n\n\n'
        "@pytest.mark.asyncio(loop_scope=SCOPE)\nasync def test_value():\n    pass\n",
    ),
    NearMiss(
        "another mark",
        'import pytest\n\n\n@pytest.mark.filterwarnings("default")\n@pytest.mark.asyncio(loop_scope="class")\n'
        "async def test_value():\n    pass\n",
    ),
    NearMiss("the option's own word", "", config="[pytest]\nasyncio_default_fixture_loop_scope = fixture-scope\n"),
)

_OPTIONS = ("asyncio_default_fixture_loop_scope", "asyncio_default_test_loop_scope")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the values."""
    for problem in problems_of(ctx, *_OPTIONS):
        yield ctx.finding(META, ctx.problem_span(problem), problem.message, data=problem)
    yield from _newer(ctx)
    if not ctx.environment.at_least("pytest-asyncio", 0, 24):
        return
    if not ctx.environment.at_least("pytest-asyncio", 1, 0):
        yield from _without_class(ctx)
    for call in (*mark_calls(ctx, "asyncio"), *fixture_calls(ctx)):
        found = call.call.keyword("loop_scope")
        if not isinstance(found, Const) or found.value in LOOP_SCOPES or found.value is None:
            continue
        suggestion = closest(str(found.value), LOOP_SCOPES)
        message = f"{found.value!r} is no loop scope. Valid: {', '.join(LOOP_SCOPES)}.{did_you_mean(suggestion)}"
        yield ctx.finding(META, call.value_span("loop_scope"), message, data=(call, suggestion))


def _newer(ctx: Context) -> Iterator[Finding]:
    """`fixture-scope`, with a pytest-asyncio that does not know it."""
    found = ctx.config.options.get(_OPTIONS[0]) if ctx.facts is None else None
    if found is None or found.value != FIXTURE_SCOPE or found.origin.path != ctx.path or found.origin.span is None:
        return
    release = ctx.environment.effective("pytest-asyncio")
    if release is not None and not ctx.environment.at_least("pytest-asyncio", 1, 5):
        version = ".".join(map(str, release.version))
        message = f"`{FIXTURE_SCOPE}` exists since pytest-asyncio 1.5, and {version} is installed."
        yield ctx.finding(META, found.origin.span, message)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The nearest valid scope."""
    match finding.data:
        case ConfigProblem():
            return problem_fix(ctx, finding)
        case (CallUse(), str() as suggestion):
            return ctx.fix(f'Use "{suggestion}"', Safety.SAFE, [Edit(finding.span, f'"{suggestion}"')])
        case _:
            return None


def _without_class(ctx: Context) -> Iterator[Finding]:
    """Tests outside of classes whose own mark asks for the loop of a class, which pytest-asyncio < 1.0 refuses."""
    wanted = {test.id: test for test in ctx.own_tests if test.function.is_async and not test.class_path}
    for mark in marks_of(ctx):
        if mark.name != "asyncio" or mark.owner not in wanted or not isinstance(mark.expr, Call):
            continue
        use = next((use for use in mark_calls(ctx, "asyncio") if use.node is mark.node), None)
        if use is not None and use.call.keyword("loop_scope") == Const("class"):
            message = "This test is not part of a class, so there is no loop of a class: pytest stops at collection."
            yield ctx.finding(META, use.value_span("loop_scope"), message, data=(use, "function"))


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
