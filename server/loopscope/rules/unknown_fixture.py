"""A test or fixture requests a fixture that does not exist.

## What it does
Reports parameters and `usefixtures` names of collected tests, and parameters of the fixtures that these use, for which
pytest finds no fixture.

## Why is this bad
The test ends in an error before it starts: "fixture 'databse' not found".

## When not to fix
If a plugin makes the fixture at run time in a way that cannot be read. Tests with a `skip`, `skipif` or `xfail` mark
are not reported, nor are names that a decorator or `pytest_generate_tests` may supply, nor modules that are programs:
with an `if __name__ == "__main__"` that does not run tests. Fixtures of well-known plugins that are not installed are
warnings only.

## Fix safety
Unsafe: the most similar name among the visible fixtures may not be the one that was meant.

## Versions
All.

## References
- [pytest: fixture availability](https://docs.pytest.org/en/stable/reference/fixtures.html#fixture-availability)
"""

import ast
from collections.abc import Iterator

from loopscope.config.model import closest, did_you_mean
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.event_loop import NAME as EVENT_LOOP
from loopscope.rules.support.fixtures import users
from loopscope.rules.support.guessed import is_of_another_project
from loopscope.rules.support.marks import marks_of
from loopscope.rules.support.names import rename_parameter
from loopscope.rules.support.plugin_fixtures import absent_plugin_of
from loopscope.rules.support.scripts import is_script
from loopscope.rules.support.skips import may_be_skipped
from loopscope.text.edit import Edit
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef, TestItem, Unknown

META = Meta("unknown-fixture", Group.FIXTURES, Severity.ERROR)


EXAMPLES, NEAR_MISSES = examples_of(__name__)


@frozen
class _Request:
    """A name that has no fixture: where it stands, the parameter's function (None in a mark), a name that is near."""

    name: str
    span: Span
    owner: FactId | None
    near: str | None


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the parameters and at the names in marks."""
    for request in _missing(ctx):
        plugin = absent_plugin_of(request.name, ctx.environment)
        message = f"There is no fixture `{request.name}` here."
        if plugin is not None:
            # The code may be right, and the environment incomplete.
            message += f" It comes with {plugin}, which is not installed."
            yield ctx.finding(META, request.span, message, severity=Severity.WARNING, data=request)
        else:
            yield ctx.finding(META, request.span, message + did_you_mean(request.near), data=request)


def _missing(ctx: Context) -> list[_Request]:
    found = [*_of_tests(ctx), *_of_fixtures(ctx)]
    # The project's own environment, wherever that is, may well have the plugin.
    return [] if found and (is_script(ctx) or is_of_another_project(ctx)) else found


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Requests the fixture of the most similar name."""
    request = finding.data
    if not isinstance(request, _Request) or request.near is None:
        return None
    if absent_plugin_of(request.name, ctx.environment) is not None:
        return None
    if request.owner is None:
        text = ctx.source(request.span)
        edits: list[Edit] | None = [Edit(request.span, text.replace(request.name, request.near))]
    else:
        edits = rename_parameter(ctx, request.owner, request.name, request.near)
    return None if edits is None else ctx.fix(f"Request `{request.near}`", Safety.UNSAFE, edits)


def missing_name(finding: Finding) -> str | None:
    """The name of the fixture that a finding of this rule misses; None for findings of others."""
    return finding.data.name if isinstance(finding.data, _Request) else None


def _of_tests(ctx: Context) -> Iterator[_Request]:
    in_marks = {test.id for test in ctx.own_tests}
    with_marks = "usefixtures" in ctx.text
    seen: set[Span] = set()
    for test in ctx.tests:
        if test.code_path != ctx.path or test.id not in in_marks or not (with_marks or _has_parameters(test)):
            continue
        closure = ctx.closure(test)
        missing = closure.missing.intersection(closure.initial) - {EVENT_LOOP}
        for name in () if not missing or may_be_skipped(ctx, test) else sorted(missing):
            asked = ctx.view.asked(test)
            span = ctx.param_span(test.id, name) if name in asked.argnames else None
            owner: FactId | None = test.id
            if span is None:
                span, owner = _in_mark(ctx, test, name), None
            if span is not None and span not in seen:
                seen.add(span)
                yield _Request(name, span, owner, _near(ctx, name, test.class_path, test.function.params))


def _has_parameters(test: TestItem) -> bool:
    """Whether a test may request a fixture by a parameter: most methods have none but `self`."""
    return any(param.name != "self" and not param.has_default for param in test.function.params)


def _in_mark(ctx: Context, test: TestItem, name: str) -> Span | None:
    """Where `usefixtures` of the test, its class or its module names a fixture."""
    for mark in marks_of(ctx):
        if mark.name != "usefixtures" or not isinstance(mark.node, ast.Call):
            continue
        if mark.owner not in (None, test.id) and not test.id.qualname.startswith(f"{mark.owner.qualname}."):
            continue
        for argument in mark.node.args:
            if isinstance(argument, ast.Constant) and argument.value == name:
                return mark.placed.span(argument)
    return None


def _of_fixtures(ctx: Context) -> Iterator[_Request]:
    for fixture in ctx.own_fixtures:
        for name in fixture.argnames:
            if name in (EVENT_LOOP, "request", fixture.name) or fixture.supplied is not None:
                continue
            # Seen from where it is defined there must be none, and none for a test that does use it.
            if ctx.requested(fixture, name) != ():
                continue
            span = ctx.param_span(fixture.id, name)
            if span is not None and _is_missed(ctx, fixture, name):
                class_path = tuple(fixture.baseid.split("::")[1:])
                yield _Request(name, span, fixture.id, _near(ctx, name, class_path, fixture.function.params))


def _is_missed(ctx: Context, fixture: FixtureDef, name: str) -> bool:
    return any(
        not isinstance(closure := other.closure(test), Unknown)
        and name in closure.missing
        and not may_be_skipped(other, test)
        for other, test in users(ctx, fixture)
    )


def _near(ctx: Context, name: str, class_path: tuple[str, ...], params: tuple[object, ...]) -> str | None:
    """The most similar visible name that the function does not request already."""
    taken = {getattr(param, "name", None) for param in params}
    return closest(name, [each for each in ctx.view.visible(class_path) if each[0] != "_" and each not in taken], 0.7)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
