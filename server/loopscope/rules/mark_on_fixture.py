"""A mark on a fixture: pytest refuses it, or ignores it.

## What it does
Reports `pytest.mark` decorators on functions that are fixtures, above or below the fixture decorator.

## Why is this bad
Marks select and configure tests; on a fixture they never had an effect. pytest 9 stops the collection of the module
with "Marks cannot be applied to fixtures", so none of its tests run.

## When not to fix
Never.

## Fix safety
Deleting the mark is safe: it had no effect. To run an asynchronous fixture, use `@pytest_asyncio.fixture`.

## Versions
Error since pytest 9, `PytestRemovedIn9Warning` in 7.4 to 8.4.

## References
- [pytest: applying a mark to a fixture function](https://docs.pytest.org/en/stable/deprecations.html#applying-a-mark-to-a-fixture-function)

"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.marks import MarkUse, delete_mark, marks_of

META = Meta(
    "mark-on-fixture",
    Group.FIXTURES,
    Severity.ERROR,
    overlaps=("ruff: PT024", "ruff: PT025"),
    words=("mark",),
    texts=("fixture",),
)

EXAMPLES = (
    Example(
        "Above the decorator",
        bad="""\
import pytest
import pytest_asyncio


@⟦pytest.mark.asyncio⟧
@pytest_asyncio.fixture
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
        proof=Proof("Marks cannot be applied to fixtures", "error", ">=9.1"),
    ),
    Example(
        "Below the decorator",
        bad="""\
import pytest


@pytest.fixture
@⟦pytest.mark.usefixtures("tmp_path")⟧
def value():
    return 1


def test_value(value):
    assert value == 1
""",
        good="""\
import pytest


@pytest.fixture
def value():
    return 1


def test_value(value):
    assert value == 1
""",
        proof=Proof("Marks cannot be applied to fixtures", "error", ">=9.1"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a mark inside of params",
        """\
import pytest


@pytest.fixture(params=[1, pytest.param(2, marks=pytest.mark.filterwarnings("default"))])
def value(request):
    return request.param
""",
    ),
    NearMiss(
        "the mark is the test's",
        "import pytest\n\n\n@pytest.fixture\ndef value():\n    return 1\n\n\n"
        '@pytest.mark.usefixtures("value")\ndef test_value():\n    pass\n',
    ),
    NearMiss(
        "a decorator of the project's own",
        """\
import pytest


class testing:
    fixture = staticmethod(lambda function: function)


@pytest.mark.usefixtures("tmp_path")
@testing.fixture
def value():
    return 1
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the marks."""
    fixtures = {fixture.id: fixture for fixture in ctx.own_fixtures}
    refused = ctx.environment.at_least("pytest", 9)
    for mark in marks_of(ctx):
        if not mark.on_function or mark.owner is None or mark.owner not in fixtures:
            continue
        effect = "pytest stops collecting this module" if refused else "it has no effect"
        message = f"A mark cannot be applied to the fixture `{fixtures[mark.owner].name}`: {effect}."
        yield ctx.finding(META, mark.span, message, data=mark)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the mark."""
    edits = delete_mark(finding.data) if isinstance(finding.data, MarkUse) else None
    return None if edits is None else ctx.fix("Delete the mark", Safety.SAFE, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
