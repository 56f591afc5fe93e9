"""A comment that silences a rule which reports nothing there.

## What it does
Reports `# loopscope: ignore[...]` comments that silence nothing, and names in them that no rule has.

## Why is this bad
Such a comment hides the next mistake on its line, and a misspelt one does not do what it says.

## When not to fix
If the comment is needed with other versions of pytest or its plugins.

## Fix safety
Safe: only the comment, or the name, is deleted.

## Versions
All.

## References
- [loopscope: silencing findings](https://loopscope.readthedocs.io/en/stable/suppression.html)
"""

from collections.abc import Iterator

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
from loopscope.text.edit import Edit

META = Meta("unused-suppression", Group.CONFIGURATION, Severity.WARNING, files=CheckedFiles.NONE)

_PROOF = Proof("", "passed", invisible="pytest does not read comments")

EXAMPLES = (
    Example(
        "Nothing to silence",
        bad="def test_value():\n    assert True  ⟦# loopscope: ignore[missing-await]⟧\n",
        good="def test_value():\n    assert True\n",
        proof=_PROOF,
    ),
    Example(
        "A name that no rule has",
        bad="""\
import time

import pytest


@pytest.mark.asyncio
async def test_value():
    time.sleep(0.01)  # loopscope: ignore[blocking-call-in-async-test, ⟦missing-awaits⟧]
""",
        good="""\
import time

import pytest


@pytest.mark.asyncio
async def test_value():
    time.sleep(0.01)  # loopscope: ignore[blocking-call-in-async-test]
""",
        proof=_PROOF,
    ),
)

NEAR_MISSES = (
    NearMiss("it silences", "async def test_value():  # loopscope: ignore[async-test-never-runs]\n    assert True\n"),
    NearMiss("in a string", 'def test_value():\n    assert "# loopscope: ignore[missing-await]"\n'),
    NearMiss("another tool's", "def test_value():\n    assert True  # type: ignore[misc]  # noqa\n"),
)


def check(ctx: Context) -> Iterator[Finding]:  # noqa: ARG001  all rules are called alike
    """Nothing: the engine finds them when all other rules have run."""
    yield from ()


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the comment, or the name."""
    if not isinstance(finding.data, Edit):
        return None
    return ctx.fix("Delete the unused suppression", Safety.SAFE, [finding.data])


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
