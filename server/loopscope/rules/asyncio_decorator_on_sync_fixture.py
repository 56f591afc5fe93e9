"""A synchronous fixture under `@pytest_asyncio.fixture` that has nothing to do with asyncio.

## What it does
Reports synchronous functions under `@pytest_asyncio.fixture` whose code calls nothing but methods of its own values,
and which request no async fixture.

## Why is this bad
It works, but the decorator says that the fixture needs an event loop. With pytest-asyncio >= 1.1 pytest makes one for
it, in synchronous tests too, and the fixture can no longer be wider than that loop.

## When not to fix
If the code finds the current event loop in a way that does not show here: since pytest-asyncio 1.1 the decorator makes
the test's loop the current one.

## Fix safety
Unsafe, for the same reason: `@pytest.fixture` takes its place. There is no fix for decorators with a `loop_scope`.

## Versions
All.

## References
- [pytest-asyncio: decorators](https://pytest-asyncio.readthedocs.io/en/stable/reference/decorators/index.html)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.fixture_bodies import decorator_index, plain_fixtures
from loopscope.rules.support.fixtures import decorator_span
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.names import inner_bodies
from loopscope.text.edit import Edit
from loopscope.workspace.model import Decorator, FixtureDef, Unknown

META = Meta(
    "asyncio-decorator-on-sync-fixture",
    Group.FIXTURES,
    Severity.HINT,
    default=False,
    preset="strict",
    overlaps=("pyright: reportCallIssue", "pyright: reportArgumentType"),
    texts=("pytest_asyncio",),
)

EXAMPLES = (
    Example(
        "A plain value",
        bad="""\
import pytest_asyncio


@⟦pytest_asyncio.fixture⟧
def settings():
    return {"debug": True}


def test_settings(settings):
    assert settings["debug"]
""",
        good="""\
import pytest


@pytest.fixture
def settings():
    return {"debug": True}


def test_settings(settings):
    assert settings["debug"]
""",
        fixed="""\
import pytest
import pytest_asyncio


@pytest.fixture
def settings():
    return {"debug": True}


def test_settings(settings):
    assert settings["debug"]
""",
        proof=Proof("", "passed", invisible="the fixture works; it only has a loop that it does not need"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "it uses the current loop",
        """\
import asyncio

import pytest_asyncio


@pytest_asyncio.fixture
def future():
    return asyncio.get_event_loop().create_future()


@pytest_asyncio.fixture
def queue():
    def make():
        return asyncio.Queue()

    return make()
""",
    ),
    NearMiss(
        "it calls what may use the current loop",
        """\
import pytest_asyncio

from app import make_client


@pytest_asyncio.fixture
def client():
    return make_client()
""",
    ),
    NearMiss(
        "it builds on an async fixture",
        """\
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    return 1


@pytest_asyncio.fixture
def double(value):
    return 2 * value
""",
    ),
    NearMiss(
        "an async fixture",
        "import pytest_asyncio\n\n\n@pytest_asyncio.fixture\nasync def value():\n    return 1\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the decorators."""
    for fixture, body in plain_fixtures(ctx):
        if fixture.decorator is not Decorator.PYTEST_ASYNCIO or fixture.kind.is_async or body.is_async:
            continue
        if _calls_anything(body) or any(_may_be_async(ctx, fixture, name) for name in fixture.argnames):
            continue
        message = f"`{fixture.name}` is synchronous and uses no event loop: `pytest.fixture` is enough."
        yield ctx.finding(META, decorator_span(ctx, fixture), message, data=fixture)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Uses `@pytest.fixture`."""
    fixture = finding.data
    if not isinstance(fixture, FixtureDef) or fixture.loop_scope_argument is not None:
        return None
    index = decorator_index(fixture)
    definition = ctx.definition(fixture.id)
    if index is None or definition is None:
        return None
    node = definition.decorators[index][1]
    edits: list[Edit] = []
    name = spelled(ctx, "pytest", edits)
    func = node.func if isinstance(node, ast.Call) else node
    edits.append(Edit(ctx.span(fixture.id, func), f"{name}.fixture"))
    return ctx.fix("Use `@pytest.fixture`", Safety.UNSAFE, edits)


def _calls_anything(body: Body) -> bool:
    """Whether the code calls more than methods of its own values."""
    return any(not call.local_root for inner in inner_bodies(body) for call in inner.calls)


def _may_be_async(ctx: Context, fixture: FixtureDef, name: str) -> bool:
    found = ctx.requested(fixture, name)
    return isinstance(found, Unknown) or any(each.kind.is_async for each in found)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
