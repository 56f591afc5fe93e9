"""An override is synchronous where the fixture that it overrides is asynchronous, or the other way round.

## What it does
Reports overrides of a fixture of the same project whose function is `async` while the overridden one is not, or the
reverse, and async overrides that run in another event loop than what they override.

## Why is this bad
Nothing fails by it alone: tests get a value either way. But the override runs in no event loop, or in another one: what
it makes may not fit to fixtures and tests that use both, and whoever reads the one definition is misled about the
other.

## When not to fix
If the override replaces a real resource by a plain value, as overrides often do.

## Fix safety
There is no fix.

## Versions
All.

## References
- [pytest: overriding fixtures](https://docs.pytest.org/en/stable/how-to/fixtures.html#overriding-fixtures-on-various-levels)

"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.related import definition_related
from loopscope.workspace.model import Decorator, FixtureDef, Unknown, Where

META = Meta("override-changes-async", Group.FIXTURES, Severity.INFORMATION, default=False, preset="strict")

_ASYNC = """\
import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    return "real"
"""

_CONFTEST = f"# file: conftest.py\n{_ASYNC}"

EXAMPLES = (
    Example(
        "A synchronous override",
        bad=f"""\
import pytest


@pytest.fixture
def ⟦client⟧():
    return "fake"


def test_client(client):
    assert client == "fake"
{_CONFTEST}""",
        good=f"""\
import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    return "fake"


def test_client(client):
    assert client == "fake"
{_CONFTEST}""",
        fixed="",
        proof=Proof("1 passed", "passed", invisible="a matter of style, until a value depends on its event loop"),
    ),
    Example(
        "An override in another event loop",
        bad=f"""\
import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="module")
async def ⟦client⟧():
    return "fake"


def test_client(client):
    assert client == "fake"
{_CONFTEST}""",
        good=f"""\
import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    return "fake"


def test_client(client):
    assert client == "fake"
{_CONFTEST}""",
        fixed="",
        proof=Proof(
            "1 passed",
            "passed",
            pytest_asyncio=">=0.24",
            invisible="a matter of style, until a value depends on its event loop",
        ),
    ),
)

NEAR_MISSES = (
    NearMiss("both are async", f"{_ASYNC}\n\ndef test_client(client):\n    assert client\n{_CONFTEST}"),
    NearMiss(
        "a fixture of pytest is overridden",
        "import pytest_asyncio\n\n\n@pytest_asyncio.fixture\nasync def tmp_path():\n    return 1\n\n\n"
        "def test_path(tmp_path):\n    assert tmp_path == 1\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the overrides."""
    for fixture in ctx.own_fixtures:
        found = ctx.requested(fixture, fixture.name)
        if isinstance(found, Unknown) or not found or found[-1].where in (Where.PYTEST, Where.PLUGIN):
            continue
        message = _difference(ctx, fixture, found[-1])
        if message is not None:
            related = definition_related(ctx, found[-1])
            yield ctx.finding(META, ctx.name_span(fixture.id), message, related=related)


def _difference(ctx: Context, fixture: FixtureDef, overridden: FixtureDef) -> str | None:
    if fixture.kind.is_async != overridden.kind.is_async:
        kinds = ("an async", "a synchronous")
        own, other = kinds if fixture.kind.is_async else reversed(kinds)
        return f"`{fixture.name}` overrides {other} fixture by {own} one."
    if any(each.decorator is not Decorator.PYTEST_ASYNCIO or not each.kind.is_async for each in (fixture, overridden)):
        return None
    mine, theirs = ctx.fixture_loop_scope(fixture), ctx.fixture_loop_scope(overridden)
    if isinstance(mine, Unknown) or isinstance(theirs, Unknown) or mine.value is theirs.value:
        return None
    return (
        f"`{fixture.name}` runs in the {mine.value.value}'s event loop ({mine.reason}), the fixture that it overrides "
        f"in the {theirs.value.value}'s ({theirs.reason})."
    )


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
