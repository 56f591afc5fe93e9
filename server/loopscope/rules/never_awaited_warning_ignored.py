"""A warning filter keeps a forgotten `await` from being seen.

## What it does
Reports filters of `filterwarnings` and `-W` that silence `RuntimeWarning: coroutine … was never awaited`, and
`error::RuntimeWarning` without `error::pytest.PytestUnraisableExceptionWarning`.

## Why is this bad
The warning is all that tells of a test like `assert is_valid(user)`, which passes since a coroutine is true. With
`error::RuntimeWarning` alone the test still passes: the error is raised where a coroutine is deleted, from where no
exception gets out, and pytest makes another warning of it.

## When not to fix
If missing awaits are found by other means.

## Fix safety
Unsafe: the filters that are added make tests fail whose mistakes nobody saw before.

## Versions
All.

## References
- [pytest: unraisable exceptions](https://docs.pytest.org/en/stable/how-to/failures.html#warning-about-unraisable-exceptions-and-unhandled-thread-exceptions)
- [Python: the warnings filter](https://docs.python.org/3/library/warnings.html#the-warnings-filter)

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
from loopscope.rules.support.text import indentation, line_end, line_start
from loopscope.rules.support.warning_filters import NEVER_AWAITED, UNRAISABLE, WarningFilter, filter_for
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("never-awaited-warning-ignored", Group.CONFIGURATION, Severity.WARNING, files=CheckedFiles.CONFIGURATION)

_RAISE = "error:coroutine '.*' was never awaited:RuntimeWarning"
_REPORT = "error::pytest.PytestUnraisableExceptionWarning"
_INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
_TOML = '[tool.pytest.ini_options]\nasyncio_mode = "auto"\nasyncio_default_fixture_loop_scope = "function"\n'
_BAD = """\
# file: test_example.py
async def is_valid():
    return False


async def test_valid():
    assert is_valid()
"""
_GOOD = _BAD.replace("assert is_valid()", "assert not await is_valid()")

EXAMPLES = (
    Example(
        "Ignored",
        bad=f"# file: pytest.ini\n{_INI}filterwarnings =\n    ⟦ignore::RuntimeWarning⟧\n{_BAD}",
        good=f"# file: pytest.ini\n{_INI}filterwarnings =\n    ignore::RuntimeWarning\n"
        f"    {_RAISE}\n    {_REPORT}\n{_GOOD}",
        proof=Proof("1 passed", "passed"),
        config="",
    ),
    Example(
        "All warnings ignored",
        bad=f'# file: pyproject.toml\n{_TOML}filterwarnings = [⟦"ignore"⟧]\n{_BAD}',
        good=f'# file: pyproject.toml\n{_TOML}filterwarnings = ["ignore", "{_RAISE}", "{_REPORT}"]\n{_GOOD}',
        proof=Proof("1 passed", "passed"),
        config="",
    ),
    Example(
        "An error that nobody sees",
        bad=f"# file: pytest.ini\n{_INI}filterwarnings =\n    ⟦error::RuntimeWarning⟧\n{_BAD}",
        good=f"# file: pytest.ini\n{_INI}filterwarnings =\n    error::RuntimeWarning\n    {_REPORT}\n{_GOOD}",
        proof=Proof("PytestUnraisableExceptionWarning: Exception ignored in: <coroutine object", "passed"),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss("all warnings are errors", "", config=f"{_INI}filterwarnings = error\n"),
    NearMiss("both are errors", "", config=f"{_INI}filterwarnings =\n    error::RuntimeWarning\n    {_REPORT}\n"),
    NearMiss("another category", "", config=f"{_INI}filterwarnings = ignore::DeprecationWarning\n"),
    NearMiss("one message", "", config=f"{_INI}filterwarnings = ignore:overflow encountered:RuntimeWarning\n"),
    NearMiss(
        "one message of it",
        "",
        config=f"{_INI}filterwarnings = ignore:coroutine 'Queue.get' was never:RuntimeWarning\n",
    ),
    NearMiss("one module", "", config=f"{_INI}filterwarnings = ignore::RuntimeWarning:numpy\n"),
    NearMiss(
        "shown again by a later filter", "", config=f"{_INI}filterwarnings =\n    ignore\n    default::RuntimeWarning\n"
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """A finding at the filter that decides."""
    if ctx.facts is not None or ctx.config.inipath != ctx.path:
        return
    deciding = filter_for(ctx, NEVER_AWAITED)
    if deciding is None or deciding.message or not _is_here(ctx, deciding):
        return
    span = deciding.source.origin.span
    assert span is not None
    if deciding.action == "ignore":
        message = "This filter hides `coroutine … was never awaited`: a test that lacks an `await` passes in silence."
        yield ctx.finding(META, span, message, data=deciding.action)
    elif deciding.action == "error" and deciding.category == "RuntimeWarning":
        other = filter_for(ctx, UNRAISABLE)
        if other is None:
            message = f"Tests that lack an `await` still pass: `{_REPORT}` must stand beside this filter."
            yield ctx.finding(META, span, message, data=deciding.action)


def fix(ctx: Context, finding: Finding) -> Fix:
    """The filters that make a test fail, below this one."""
    added = (_RAISE, _REPORT) if finding.data == "ignore" else (_REPORT,)
    start, stop = finding.span
    line = line_start(ctx.text, start)
    alone = not ctx.text[line:start].strip()
    indent = (indentation(ctx.text, start) if alone else None) or "    "
    if ctx.path.suffix == ".toml":
        quote = ctx.text[start]
        text = "".join(
            f",{line_end(ctx.text)}{indent}{_quoted(each, quote)}" if alone else f", {_quoted(each, quote)}"
            for each in added
        )
    else:
        text = "".join(f"{line_end(ctx.text)}{indent}{each}" for each in added)
    return ctx.fix("Let tests that lack an `await` fail", Safety.UNSAFE, [Edit(Span(stop, stop), text)])


def _quoted(text: str, quote: str) -> str:
    return f'"{text}"' if "'" in text else f"{quote}{text}{quote}"


def _is_here(ctx: Context, each: WarningFilter) -> bool:
    """Whether a filter stands in a list of this file, where another can be put beside it."""
    origin = each.source.origin
    return origin.path == ctx.path and origin.span is not None and each.source in ctx.config.filterwarnings


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
