"""An async fixture sets a context variable that tests do not see in the installed pytest-asyncio.

## What it does
Reports `variable.set(...)` before the `yield` or `return` of async fixtures, where `variable` is a
`contextvars.ContextVar` and the installed pytest-asyncio runs the fixture in a context of its own.

## Why is this bad
The test sees the old value, and `variable.reset(token)` at teardown ends in an error: "was created in a different
Context".

## When not to fix
If nothing but the fixture itself reads the variable. Nothing is reported when the versions are not known.

## Fix safety
There is no fix: upgrade pytest-asyncio, or set the variable in the test or in a synchronous fixture.

## Versions
pytest-asyncio <= 0.24, and 0.25 to 1.0 with Python 3.10 and older. Since then tests see what async fixtures set.

## References
- [pytest-asyncio: changelog](https://pytest-asyncio.readthedocs.io/en/stable/reference/changelog.html)
"""

from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.expr import Call, dotted
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.calls import noted
from loopscope.rules.support.fixture_bodies import plain_fixtures
from loopscope.workspace.model import Runner, Unknown
from loopscope.workspace.namespace import dereference
from loopscope.workspace.values import Expression

META = Meta("contextvar-set-in-fixture", Group.VERSIONS, Severity.ERROR, texts=(".set(",))

_AUTO = "[pytest]\nasyncio_mode = auto\n"
_VARIABLE = """\
import contextvars

import pytest_asyncio

tenant = contextvars.ContextVar("tenant", default="none")

"""

EXAMPLES = (
    Example(
        "Set and reset around the test",
        bad=f"""\
{_VARIABLE}
@pytest_asyncio.fixture
async def acme():
    token = ⟦tenant.set("acme")⟧
    yield
    tenant.reset(token)


async def test_tenant(acme):
    assert tenant.get() == "acme"
""",
        good="""\
import contextvars

import pytest

tenant = contextvars.ContextVar("tenant", default="none")


@pytest.fixture
def acme():
    token = tenant.set("acme")
    yield
    tenant.reset(token)


async def test_tenant(acme):
    assert tenant.get() == "acme"
""",
        fixed="",
        proof=Proof("was created in a different Context", "error", pytest_asyncio=">=0.23,<0.25"),
        config=_AUTO,
    ),
    Example(
        "Only set",
        bad=f"""\
{_VARIABLE}
@pytest_asyncio.fixture
async def acme():
    ⟦tenant.set("acme")⟧
    return "acme"


async def test_tenant(acme):
    assert tenant.get() == acme
""",
        good=f"""\
{_VARIABLE}
@pytest_asyncio.fixture
async def acme():
    return "acme"


async def test_tenant(acme):
    tenant.set(acme)
    assert tenant.get() == acme
""",
        fixed="",
        proof=Proof("assert 'none' == 'acme'", pytest_asyncio=">=0.23,<0.25"),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "tests see it since pytest-asyncio 0.25",
        f"""\
{_VARIABLE}
@pytest_asyncio.fixture
async def acme():
    token = tenant.set("acme")
    yield
    tenant.reset(token)
""",
        config=_AUTO,
    ),
    NearMiss(
        "another `set`, and one after the yield",
        f"""\
{_VARIABLE}
class Registry:
    def set(self, value):
        self.value = value


registry = Registry()


@pytest_asyncio.fixture
async def acme():
    registry.set("acme")
    yield
    tenant.set("none")
""",
        config=_AUTO,
        pytest_asyncio=">=0.23,<0.25",
    ),
    NearMiss(
        "a synchronous fixture",
        """\
import contextvars

import pytest

tenant = contextvars.ContextVar("tenant", default="none")


@pytest.fixture
def acme():
    token = tenant.set("acme")
    yield
    tenant.reset(token)
""",
        config=_AUTO,
        pytest_asyncio=">=0.23,<0.25",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    if not _loses_context(ctx):
        return
    for fixture, body in plain_fixtures(ctx):
        if not fixture.kind.is_async:
            continue
        found = [call for call in noted(body, "sets", _sets) if _is_context_variable(ctx, call)]
        runner = ctx.fixture_runner(fixture) if found else None
        if runner is None or isinstance(runner, Unknown) or runner.value is not Runner.PYTEST_ASYNCIO:
            continue
        version = ".".join(map(str, ctx.environment.version_of("pytest-asyncio") or ()))
        for call in found:
            message = (
                f"pytest-asyncio {version} runs async fixtures in a context of their own: tests do not see this value, "
                "and resetting it at teardown is an error."
            )
            yield ctx.finding(META, ctx.span(body, call.node), message)


def _loses_context(ctx: Context) -> bool:
    """Whether the installed pytest-asyncio runs fixtures in contexts that tests do not share."""
    if not ctx.environment.has("pytest-asyncio") or ctx.environment.at_least("pytest-asyncio", 1, 1):
        return False
    python = ctx.environment.python_version
    return not ctx.environment.at_least("pytest-asyncio", 0, 25) or (python is not None and python < (3, 11, 0))


def _sets(body: Body) -> list[CallSite]:
    """The calls of `set` of module-level names, as statements or for a token, before the first yield."""
    end = min((node.lineno for node in body.yields), default=None)
    return [
        call
        for call in body.calls
        if (call.name or "").endswith(".set")
        and not call.local_root
        and not call.in_lambda
        and (end is None or call.node.lineno < end)
    ]


def _is_context_variable(ctx: Context, call: CallSite) -> bool:
    match dereference(ctx.queries, ctx.path, (call.name or "").removesuffix(".set")):
        case Expression(_, Call(func)):
            return dotted(func) == "contextvars.ContextVar"
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
