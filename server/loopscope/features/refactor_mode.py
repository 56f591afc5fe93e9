"""Whole files made ready for another mode of pytest-asyncio."""

from collections.abc import Iterator

from loopscope.rules import by_name
from loopscope.rules.context import Context
from loopscope.rules.model import Fix, Safety
from loopscope.rules.support.decorators import add_decorator
from loopscope.rules.support.fixtures import to_pytest_asyncio
from loopscope.text.edit import Edit
from loopscope.workspace.model import Decorator, Runner, TestItem, Unknown


def ready_for_strict(ctx: Context) -> Iterator[Fix]:
    """Marks and `pytest_asyncio.fixture` where a file relies on auto mode; it runs the same in both modes then.

    Nothing where one of its async tests or fixtures is not surely run by pytest-asyncio, or cannot be edited.
    """
    if not _is_auto(ctx):
        return
    edits: list[Edit] = []
    for test in ctx.own_tests:
        if not test.function.is_async or test.is_unittest:
            continue
        more = None if ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO else _marked(ctx, test)
        if more is None:
            return
        edits += [edit for edit in more if edit not in edits]
    for fixture in ctx.own_fixtures:
        if not fixture.kind.is_async or fixture.decorator is Decorator.PYTEST_ASYNCIO:
            continue
        runner = ctx.fixture_runner(fixture)
        surely = not isinstance(runner, Unknown) and runner.value is Runner.PYTEST_ASYNCIO
        more = to_pytest_asyncio(ctx, fixture) if surely else None
        if more is None:
            return
        edits += [edit for edit in more if edit not in edits]
    if edits:
        yield ctx.fix("Write the marks and decorators that strict mode needs", Safety.UNSAFE, edits)


def less_in_auto(ctx: Context) -> Iterator[Fix]:
    """The file without the asyncio marks that say nothing in auto mode."""
    rule = by_name["redundant-asyncio-mark"]
    if rule.fix is None or not _is_auto(ctx):
        return
    edits: list[Edit] = []
    for finding in rule.check(ctx):
        fix = rule.fix(ctx, finding)
        edits += () if fix is None else fix.edits.get(ctx.path, ())
    if edits:
        yield ctx.fix("Delete the marks that auto mode makes redundant", Safety.UNSAFE, edits)


def _is_auto(ctx: Context) -> bool:
    mode = ctx.mode()
    return ctx.plugin_enabled("asyncio") and not isinstance(mode, Unknown) and mode.value == "auto"


def _marked(ctx: Context, test: TestItem) -> list[Edit] | None:
    """Edits that give a test its mark; none when it has one, or when its class or module has."""
    marks = [mark for mark in ctx.view.marks(test) if mark.name == "asyncio"]
    if any(not mark.fixed for mark in marks):
        return None
    return [] if marks else add_decorator(ctx, test.id, ("pytest", "mark.asyncio"))
