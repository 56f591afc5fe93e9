"""An `async def` test that no plugin awaits never runs.

## What it does
Reports `async def` tests that nobody awaits: pytest-asyncio in strict mode without the `asyncio` mark (or with a
misspelt one, on the test, its class or its module), tests of hypothesis included, and projects in which no plugin for
asynchronous tests is installed or enabled.

## Why is this bad
pytest 8.4 and newer fails such a test with "async def functions are not natively supported". Older ones skip it with
a warning and exit with 0: the suite is green and the test has not run.

## When not to fix
Never, if the test is meant to run. Tests that another plugin takes (anyio, trio, tornado, twisted, a hook of the
project, `unittest.IsolatedAsyncioTestCase`) are not reported, and neither is anything whose runner is not certain. Nor
are files outside `testpaths` in which no plugin runs anything: they are read by type checkers, or run as programs.

## Fix safety
Adding or correcting the mark is safe: the test begins to run, so it may begin to fail. No fix is offered when
pytest-asyncio is missing, when its mark would not help, or when a mark is there that another one replaces.

## Versions
pytest >= 8.4 fails the test, pytest <= 8.3 skips it. With `strict_markers` a misspelt mark is an error at collection.
The mark `asyncio_event_loop` existed in pytest-asyncio 0.22 only.

## References
- [pytest: async functions without a plugin](https://docs.pytest.org/en/stable/changelog.html#pytest-8-4-0-2025-06-02)
- [pytest-asyncio: test discovery modes](https://pytest-asyncio.readthedocs.io/en/stable/concepts.html#test-discovery-modes)

"""

from collections.abc import Iterator

from loopscope.config.model import closest
from loopscope.facts.expr import Const, Expr, Ref, dotted
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.decorators import add_decorator
from loopscope.rules.support.marks import MarkUse, mark_name_span, marks_of
from loopscope.text.edit import Edit
from loopscope.workspace.folders import is_left_out
from loopscope.workspace.marks import Mark
from loopscope.workspace.model import TestItem, Unknown
from loopscope.workspace.namespace import dereference
from loopscope.workspace.values import Expression

META = Meta("async-test-never-runs", Group.MARKS, Severity.ERROR, words=("async",))

EXAMPLES, NEAR_MISSES = examples_of(__name__)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of tests that nobody awaits."""
    tests = [test for test in ctx.own_tests if test.function.is_async and not test.is_unittest]
    if not tests or _is_no_test_file(ctx, tests):
        return
    for test in tests:
        decision = ctx.runner(test)
        if test.function.yields or isinstance(decision, Unknown) or decision.value is not None:
            continue
        if _is_skipped(ctx, test):
            continue
        misspelt = _misspelt(ctx, test)
        consequence = _consequence(ctx, test, registered=misspelt is None)
        message = f"Nothing awaits this async test ({decision.reason}): {consequence}."
        if ctx.plugin_enabled("aiohttp"):
            message += " pytest-aiohttp expects `asyncio_mode = auto`."
        if misspelt is not None:
            message += f" Did you mean `asyncio` instead of `{misspelt.name}`?"
        yield ctx.finding(META, ctx.name_span(test.id), message, data=test)


def _is_no_test_file(ctx: Context, tests: list[TestItem]) -> bool:
    """Whether pytest passes by the file, and no plugin runs a test in it: something else reads or runs such files."""
    decisions = (ctx.runner(test) for test in tests)
    return is_left_out(ctx.queries, ctx.path) and all(
        isinstance(each, Unknown) or each.value is None for each in decisions
    )


def _is_skipped(ctx: Context, test: TestItem) -> bool:
    """Whether pytest skips a test anyway, or may: by a condition in a string, which means the module's own names."""
    return any(_skips(ctx, mark) for mark in ctx.view.marks(test))


def _skips(ctx: Context, mark: Mark) -> bool:
    match mark.name:
        case "skip":
            return True
        case "skipif":
            return any(_holds(ctx, mark, each) for each in (*mark.args, mark.keyword("condition")))
        case "xfail":
            return mark.keyword("run") == Const(False)
        case _:
            return False


def _holds(ctx: Context, mark: Mark, condition: Expr | None) -> bool:
    if isinstance(condition, Ref):
        found = dereference(ctx.queries, mark.path, condition.name)
        condition = found.expr if isinstance(found, Expression) else None
    return isinstance(condition, Const) and bool(condition.value)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Corrects the misspelt mark, or adds `@pytest.mark.asyncio`."""
    test = finding.data
    if not isinstance(test, TestItem) or not ctx.plugin_enabled("asyncio"):
        return None
    misspelt = _misspelt(ctx, test)
    if misspelt is not None:
        span = mark_name_span(misspelt)
        return None if span is None else ctx.fix("Correct the mark", Safety.SAFE, [Edit(span, "asyncio")])
    if any(mark.name == "asyncio" and _is_over(mark, test) for mark in marks_of(ctx)):
        return None
    edits = add_decorator(ctx, test.id, ("pytest", "mark.asyncio"))
    return None if edits is None else ctx.fix("Add `@pytest.mark.asyncio`", Safety.SAFE, edits)


def _consequence(ctx: Context, test: TestItem, *, registered: bool) -> str:
    if not registered and ctx.config.strict_markers.value:
        return "pytest stops collecting the module, since marks must be registered"
    if any((dotted(each) or "").startswith("hypothesis.") for each in test.function.decorators):
        return "hypothesis fails it"
    fails = ctx.environment.at_least("pytest", 8, 4)
    return "pytest fails it" if fails else "pytest skips it and the run stays green"


def _misspelt(ctx: Context, test: TestItem) -> MarkUse | None:
    """A mark of the test, its class or module whose name is nearly `asyncio`, and that nobody registered."""
    for mark in marks_of(ctx):
        known = mark.name == "asyncio" or any(marker.name == mark.name for marker in ctx.config.markers)
        if not known and _is_over(mark, test) and closest(mark.name, ["asyncio", "asyncio_event_loop"], 0.75):
            return mark
    return None


def _is_over(mark: MarkUse, test: TestItem) -> bool:
    """Whether a mark stands on the test, a class around it or its module."""
    if mark.on_function or mark.owner is None:
        return mark.owner in (None, test.id)
    return test.id.qualname.startswith(f"{mark.owner.qualname}.")


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
