"""`@pytest.yield_fixture` is deprecated: `@pytest.fixture` does the same.

## What it does
Reports fixtures made by `pytest.yield_fixture`.

## Why is this bad
pytest warns of it at each run, and pytest 10 will not have it.

## When not to fix
Never.

## Fix safety
Safe: both decorators are the same.

## Versions
Deprecated since pytest 6.2, to be removed in pytest 10.

## References
- [pytest: deprecations](https://docs.pytest.org/en/stable/deprecations.html#the-yield-fixture-function-decorator)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.references import Reference, references
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta(
    "yield-fixture-decorator",
    Group.VERSIONS,
    Severity.WARNING,
    overlaps=("ruff: PT020", "ty: deprecated"),
    texts=("pytest.yield_fixture",),
)

NAME = "pytest.yield_fixture"

EXAMPLES = (
    Example(
        "On an asynchronous fixture",
        bad="""\
import pytest


@⟦pytest.yield_fixture⟧
async def connection():
    yield 1


async def test_value(connection):
    assert connection == 1
""",
        good="""\
import pytest


@pytest.fixture
async def connection():
    yield 1


async def test_value(connection):
    assert connection == 1
""",
        proof=Proof("@pytest.yield_fixture is deprecated", "warning"),
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the fixture of today",
        "import pytest\n\n\n@pytest.fixture\ndef value():\n    yield 1\n\n\ndef test_value(value):\n    assert value\n",
    ),
    NearMiss(
        "a function of that name",
        "def yield_fixture(function):\n    return function\n\n\n@yield_fixture\ndef test_value():\n    assert True\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names."""
    for found in references(ctx, (NAME,)):
        message = "`pytest.yield_fixture` is deprecated, and gone in pytest 10: `pytest.fixture` does the same."
        yield ctx.finding(META, found.span, message, tags=(Tag.DEPRECATED,), data=found)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Uses `pytest.fixture`, where the module is written out."""
    if not isinstance(finding.data, Reference) or not ctx.source(finding.span).endswith(".yield_fixture"):
        return None
    end = finding.span.end
    return ctx.fix("Use `pytest.fixture`", Safety.SAFE, [Edit(Span(end - len("yield_fixture"), end), "fixture")])


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
