"""The mark `asyncio_event_loop` does nothing: it existed in pytest-asyncio 0.22 only.

## What it does
Reports `@pytest.mark.asyncio_event_loop` on classes, functions and modules, where nobody registered such a mark.

## Why is this bad
The mark was to give all tests below it one event loop. Every version but 0.22, which was withdrawn, ignores it: pytest
warns of an unknown mark, and each test has its own loop.

## When not to fix
If the project registers a mark of this name for something else; that is not reported.

## Fix safety
Unsafe: with `asyncio(loop_scope="class")` on a class, or `"module"` on a module, tests share a loop, which they do not
at present. Marks without arguments on the tests below go: each would keep its test on a loop of its own.

## Versions
`loop_scope=` exists since pytest-asyncio 0.24; with 0.23 the fix writes `scope=`.

## References
- [pytest-asyncio: changelog of 0.23](https://pytest-asyncio.readthedocs.io/en/stable/reference/changelog.html)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.marks import MarkUse, delete_mark, marks_of
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("asyncio-event-loop-mark", Group.VERSIONS, Severity.WARNING, words=("asyncio_event_loop",))

NAME = "asyncio_event_loop"
_SYMPTOM = "Unknown pytest.mark.asyncio_event_loop"

EXAMPLES = (
    Example(
        "On a class",
        bad="""\
import pytest


@⟦pytest.mark.asyncio_event_loop⟧
class TestValue:
    @pytest.mark.asyncio
    async def test_value(self):
        assert 1 + 1 == 2
""",
        good="""\
import pytest


@pytest.mark.asyncio(loop_scope="class")
class TestValue:
    async def test_value(self):
        assert 1 + 1 == 2
""",
        proof=Proof(_SYMPTOM, "warning", pytest_asyncio=">=0.24"),
    ),
    Example(
        "With pytest-asyncio 0.23",
        bad="""\
import pytest


@⟦pytest.mark.asyncio_event_loop⟧
class TestValue:
    @pytest.mark.asyncio
    async def test_value(self):
        assert 1 + 1 == 2
""",
        good="""\
import pytest


@pytest.mark.asyncio(scope="class")
class TestValue:
    async def test_value(self):
        assert 1 + 1 == 2
""",
        proof=Proof(_SYMPTOM, "warning", pytest_asyncio=">=0.23,<0.24"),
        config="[pytest]\nasyncio_mode = strict\n",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a mark of the project",
        """\
import pytest


@pytest.mark.asyncio_event_loop
def test_value():
    assert True
""",
        config="[pytest]\nmarkers =\n    asyncio_event_loop: on our loop\n",
    ),
    NearMiss(
        "the mark of today",
        'import pytest\n\n\n@pytest.mark.asyncio(loop_scope="module")\nasync def test_value():\n    assert True\n',
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the marks."""
    if any(marker.name == NAME for marker in ctx.config.markers):
        return
    for mark in marks_of(ctx):
        if mark.name == NAME:
            message = (
                "This mark existed in pytest-asyncio 0.22 only: it has no effect, each test has its own event loop."
            )
            yield ctx.finding(META, mark.span, message, tags=(Tag.DEPRECATED,), data=mark)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Writes the asyncio mark with the loop scope of what is marked."""
    mark = finding.data
    if not isinstance(mark, MarkUse) or mark.on_function or mark.has_arguments:
        return None
    scope = "module" if mark.owner is None else "class"
    key = "loop_scope" if ctx.environment.at_least("pytest-asyncio", 0, 24) else "scope"
    start = ctx.text.rfind(NAME, mark.span.start, mark.span.end)
    edits = [Edit(Span(start, mark.span.end), f'asyncio({key}="{scope}")')]
    holder = "" if mark.owner is None else f"{mark.owner.qualname}."
    for inner in marks_of(ctx):
        below = inner.owner is not None and inner.owner.qualname.startswith(holder)
        if inner.name == "asyncio" and inner.on_function and below and not inner.has_arguments:
            edits += delete_mark(inner) or []
    return ctx.fix(f'Use `asyncio({key}="{scope}")`', Safety.UNSAFE, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
