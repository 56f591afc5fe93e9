"""`timeout_method = thread`: the first test that hangs ends the whole run of pytest.

## What it does
Reports `timeout_method = thread` in the configuration of a project that has pytest-timeout.

## Why is this bad
The thread cannot interrupt the test, so it prints the stacks and ends the process: the tests behind are never run, and
there is no summary and no report. The method `signal` fails the one test and goes on.

## When not to fix
On Windows, which has no such signal, and for code that blocks or replaces SIGALRM.

## Fix safety
Unsafe: `signal` works only where the platform has SIGALRM.

## Versions
All versions of pytest-timeout.

## References
- [pytest-timeout: how it works](https://pypi.org/project/pytest-timeout/#how-pytest-timeout-works)
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
from loopscope.rules.support.options import set_options

META = Meta(
    "timeout-ends-whole-run",
    Group.CONFIGURATION,
    Severity.HINT,
    default=False,
    preset="strict",
    files=CheckedFiles.CONFIGURATION,
)

_TEST = "# file: test_example.py\ndef test_value():\n    assert True\n"
_NEEDS = ("pytest-timeout",)

EXAMPLES = (
    Example(
        "The method thread",
        bad=f"# file: pytest.ini\n[pytest]\ntimeout = 60\ntimeout_method = ⟦thread⟧\n{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\ntimeout = 60\ntimeout_method = signal\n{_TEST}",
        proof=Proof("timeout method: thread", "passed", requires=_NEEDS, invisible="until a test hangs"),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the method signal",
        f"# file: pytest.ini\n[pytest]\ntimeout = 60\ntimeout_method = signal\n{_TEST}",
        config="",
        requires=_NEEDS,
    ),
    NearMiss(
        "pytest-timeout is not installed",
        f"# file: pytest.ini\n[pytest]\ntimeout_method = thread\n{_TEST}",
        config="",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the value."""
    if ctx.facts is not None or not ctx.environment.has("pytest-timeout"):
        return
    raw = ctx.config.raw.get("timeout_method")
    if raw is None or raw.value != "thread" or raw.origin.path != ctx.path or raw.origin.span is None:
        return
    message = "With the method `thread` the first test that times out ends the whole run, without a summary."
    yield ctx.finding(META, raw.origin.span, message)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`signal`."""
    edits = set_options(ctx, {"timeout_method": "signal"})
    if edits is None or finding.path not in edits:
        return None
    return Fix("Use `timeout_method = signal`", Safety.UNSAFE, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
