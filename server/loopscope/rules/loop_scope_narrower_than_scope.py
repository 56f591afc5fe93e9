"""An async fixture lives longer than the event loop that it runs in.

## What it does
Reports async fixtures whose loop scope is narrower than their scope, whether `loop_scope=` says so or the option
`asyncio_default_fixture_loop_scope`.

## Why is this bad
The fixture would outlive its loop. pytest stops each test that requests it with a `ScopeMismatch` about a fixture that
nobody wrote (`_function_scoped_runner`); an autouse one breaks every test in its reach, synchronous ones too. With
pytest >= 9.1 only the first test says so, the later ones end in a bare `AssertionError`.

## When not to fix
Never: such a fixture cannot be set up.

## Fix safety
Giving `loop_scope=` the fixture's own scope is safe. Tests that use objects bound to that loop may need the same
loop scope (see `loop-scope-mismatch`). With pytest-asyncio >= 1.5 the option
`asyncio_default_fixture_loop_scope = fixture-scope` mends all fixtures that say nothing themselves.

## Versions
pytest-asyncio >= 0.24. In 0.23 the loop follows the fixture's scope.

## References
- [pytest-asyncio: fixture loop scopes](https://pytest-asyncio.readthedocs.io/en/stable/how-to-guides/change_fixture_loop.html)

"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.fixtures import decorator_span, set_loop_scope
from loopscope.rules.support.related import origin_related
from loopscope.workspace.model import Decorator, FixtureDef, Runner, Scope, Unknown

META = Meta("loop-scope-narrower-than-scope", Group.LOOPS, Severity.ERROR, words=("async",))

EXAMPLES = (
    Example(
        "The option makes the loop narrow",
        bad="""\
import pytest
import pytest_asyncio


@⟦pytest_asyncio.fixture(scope="module")⟧
async def value():
    return 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def value():
    return 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        proof=Proof("ScopeMismatch", "error", pytest_asyncio=">=0.24"),
    ),
    Example(
        "The fixture itself says so",
        bad="""\
import pytest
import pytest_asyncio


@⟦pytest_asyncio.fixture(scope="session", loop_scope="module")⟧
async def value():
    yield 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def value():
    yield 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        proof=Proof("ScopeMismatch", "error", pytest_asyncio=">=0.24"),
    ),
    Example(
        "An autouse fixture of a conftest breaks every test",
        bad="""\
def test_sync():
    assert True
# file: conftest.py
import pytest_asyncio


@⟦pytest_asyncio.fixture(scope="session", autouse=True)⟧
async def database():
    yield
""",
        good="""\
def test_sync():
    assert True
# file: conftest.py
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def database():
    yield
""",
        proof=Proof("ScopeMismatch", "error", pytest_asyncio=">=0.24"),
    ),
    Example(
        "What pytest-asyncio says since 1.1",
        bad="""\
import pytest


@⟦pytest.fixture(scope="package")⟧
async def value():
    return 1


async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def value():
    return 1


async def test_value(value):
    assert value == 1
""",
        proof=Proof("the function scoped fixture _function_scoped_runner", "error", pytest_asyncio=">=1.1"),
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
    ),
)

_PLAIN = """\
import pytest_asyncio


@pytest_asyncio.fixture(scope="module")
async def value():
    return 1
"""

NEAR_MISSES = (
    NearMiss("the loop follows the fixture", _PLAIN, config="[pytest]\nasyncio_mode = strict\n"),
    NearMiss(
        "the option is wide enough",
        _PLAIN,
        config="[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = session\n",
    ),
    NearMiss(
        "the option follows the fixture",
        _PLAIN,
        config="[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = fixture-scope\n",
    ),
    NearMiss(
        "not an async fixture", "import pytest\n\n\n@pytest.fixture(scope='module')\ndef value():\n    return 1\n"
    ),
    NearMiss(
        "the scope is computed",
        "import pytest_asyncio\n\n\n@pytest_asyncio.fixture(scope=lambda fixture_name, config: 'module')\n"
        "async def value():\n    return 1\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the decorators."""
    for fixture in ctx.own_fixtures:
        loop = ctx.fixture_loop_scope(fixture)
        if isinstance(loop, Unknown) or isinstance(fixture.scope, Unknown) or not _runs_in_loop(ctx, fixture):
            continue
        if not fixture.scope.wider_than(loop.value) or not ctx.environment.at_least("pytest-asyncio", 0, 24):
            continue
        message = (
            f"The {fixture.scope.value}-scoped fixture `{fixture.name}` would run in a {loop.value.value}-scoped event "
            f"loop ({loop.reason}): pytest stops with a ScopeMismatch about `{_loop_fixture(ctx, loop.value)}`."
        )
        related = origin_related(loop.origin, "The loop scope is decided here")
        yield ctx.finding(META, decorator_span(ctx, fixture), message, related=related, data=fixture)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`loop_scope=` as wide as `scope=`."""
    fixture = finding.data
    if not isinstance(fixture, FixtureDef) or not isinstance(fixture.scope, Scope):
        return None
    edits = set_loop_scope(ctx, fixture, fixture.scope)
    return None if edits is None else ctx.fix(f'Set `loop_scope="{fixture.scope.value}"`', Safety.SAFE, edits)


def _loop_fixture(ctx: Context, loop: Scope) -> str:
    """The fixture of pytest-asyncio that stands for a loop in pytest's message."""
    if ctx.environment.at_least("pytest-asyncio", 1, 1):
        return f"_{loop.value}_scoped_runner"
    return f"_{loop.value}_event_loop" if ctx.environment.at_least("pytest-asyncio", 1, 0) else "event_loop"


def _runs_in_loop(ctx: Context, fixture: FixtureDef) -> bool:
    if fixture.decorator is Decorator.PYTEST_ASYNCIO:
        return True
    runner = ctx.fixture_runner(fixture)
    return fixture.kind.is_async and not isinstance(runner, Unknown) and runner.value is Runner.PYTEST_ASYNCIO


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
