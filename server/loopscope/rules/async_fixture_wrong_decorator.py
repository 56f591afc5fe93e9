"""An `async def` fixture under `@pytest.fixture` that no plugin runs.

## What it does
Reports asynchronous fixtures made with `@pytest.fixture` where nothing awaits them: pytest-asyncio in strict mode runs
only what `@pytest_asyncio.fixture` made. Judged by the closures of the tests that use the fixture, since anyio and
other plugins do run plain fixtures.

## Why is this bad
pytest 9 stops each test that requests the fixture with an error; an autouse one breaks every synchronous test in its
reach as well. pytest <= 8.4 hands the test the coroutine or generator object instead of the value.

## When not to fix
If the fixture belongs to tests that anyio, trio or aiomisc run. Such fixtures are not reported when that is visible.

## Fix safety
Safe: with `@pytest_asyncio.fixture` both asynchronous and synchronous tests get the value. A fixture that lives longer
than the event loop of the configuration gets a `loop_scope` as well.

## Versions
Error since pytest 9, `PytestRemovedIn9Warning` in 8.4, a warning of pytest-asyncio >= 0.25 before.
`pytest_asyncio.fixture` exists since 0.17.

## References
- [pytest: sync test depending on async fixture](https://docs.pytest.org/en/stable/deprecations.html#sync-test-depending-on-async-fixture)
- [pytest-asyncio: fixtures](https://pytest-asyncio.readthedocs.io/en/stable/reference/decorators/index.html)

"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.fixtures import decorator_span, set_loop_scope, to_pytest_asyncio, unhandled_use
from loopscope.workspace.model import Decision, Decorator, FixtureDef, Scope

META = Meta("async-fixture-wrong-decorator", Group.FIXTURES, Severity.ERROR, words=("async",))

EXAMPLES = (
    Example(
        "In strict mode",
        bad="""\
import pytest


@⟦pytest.fixture⟧
async def value():
    return 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    return 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        proof=Proof("requested an async fixture 'value', with no plugin or hook that handled it", "error", ">=9"),
    ),
    Example(
        "An autouse fixture breaks synchronous tests",
        bad="""\
import pytest


@⟦pytest.fixture(autouse=True)⟧
async def clean_state():
    yield


def test_value():
    assert 1 + 1 == 2
""",
        good="""\
import pytest_asyncio


@pytest_asyncio.fixture(autouse=True)
async def clean_state():
    yield


def test_value():
    assert 1 + 1 == 2
""",
        fixed="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(autouse=True)
async def clean_state():
    yield


def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof("requested an async fixture 'clean_state' with autouse=True", "error", ">=9"),
    ),
    Example(
        "A wide one in a conftest",
        bad="""\
def test_value():
    assert 1 + 1 == 2
# file: conftest.py
import pytest


@⟦pytest.fixture(scope="session", autouse=True)⟧
async def database():
    yield
""",
        good="""\
def test_value():
    assert 1 + 1 == 2
# file: conftest.py
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def database():
    yield
""",
        proof=Proof("requested an async fixture 'database' with autouse=True", "error", ">=9", pytest_asyncio=">=0.24"),
    ),
    Example(
        "With pytest 8.4, where tests get the coroutine",
        bad="""\
import pytest


@⟦pytest.fixture⟧
async def value():
    return 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    return 1


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        proof=Proof("assert <coroutine object value", pytest=">=8.4,<9"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a plugin that a conftest imports",
        """\
# file: inner/conftest.py
import pytest


def pytest_addoption(parser, pluginmanager):
    pluginmanager.import_plugin("own")


@pytest.fixture(autouse=True)
async def clean_state():
    yield
# file: inner/test_inner.py
def test_value():
    assert 1 + 1 == 2
# file: own.py
import asyncio
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    given = yield
    return asyncio.run(anext(given)) if hasattr(given, "__anext__") else given
""",
    ),
    NearMiss(
        "pytest-trio runs it",
        "import pytest\nimport trio\n\n@pytest.fixture\nasync def value():\n    await trio.sleep(0)\n    return 1\n\n"
        "@pytest.mark.trio\nasync def test_value(value):\n    assert value == 1\n",
        requires=("pytest-trio",),
    ),
    NearMiss(
        "auto mode runs plain async fixtures",
        "import pytest\n\n\n@pytest.fixture\nasync def value():\n    return 1\n\n\n"
        "async def test_value(value):\n    pass\n",
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
    ),
    NearMiss(
        "anyio runs it for anyio tests",
        """\
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def value():
    return 1


async def test_value(value):
    assert value == 1
""",
    ),
    NearMiss(
        "the fixture asks for anyio's backend itself",
        """\
import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def value(anyio_backend):
    return 1


def test_value(value):
    assert value == 1
""",
    ),
    NearMiss(
        "a wrapper below the decorator",
        """\
import asyncio
import functools

import pytest


def blocking(function):
    @functools.wraps(function)
    def wrapper():
        return asyncio.run(function())

    return wrapper


@pytest.fixture
@blocking
async def value():
    return 1


def test_value(value):
    assert value == 1
""",
    ),
    NearMiss(
        "nothing uses it",
        "import pytest\n\n\n@pytest.fixture\nasync def value():\n    return 1\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the decorators of plain async fixtures that some test cannot use, and none can."""
    for fixture in ctx.own_fixtures:
        if fixture.decorator is not Decorator.PYTEST or not fixture.kind.is_async:
            continue
        use = unhandled_use(ctx, fixture)
        if use is None:
            continue
        gets = "pytest stops with an error" if ctx.environment.at_least("pytest", 9) else "tests get the bare coroutine"
        message = f"Nothing runs the async fixture `{fixture.name}` ({use.reason}): {gets}."
        yield ctx.finding(META, decorator_span(ctx, fixture), message, related=use.related(ctx), data=fixture)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`@pytest.fixture` becomes `@pytest_asyncio.fixture`, with its import."""
    fixture = finding.data
    if not isinstance(fixture, FixtureDef) or not ctx.plugin_enabled("asyncio"):
        return None
    loop = ctx.fixture_loop_scope(fixture)
    scope = fixture.scope
    if isinstance(loop, Decision) and isinstance(scope, Scope) and scope.wider_than(loop.value):
        # With the loop scope of the configuration it would be the next error.
        edits = set_loop_scope(ctx, fixture, scope)
    else:
        edits = to_pytest_asyncio(ctx, fixture)
    return None if edits is None else ctx.fix("Use `@pytest_asyncio.fixture`", Safety.SAFE, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
