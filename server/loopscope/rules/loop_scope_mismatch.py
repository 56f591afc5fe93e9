"""A test or fixture and the fixture that it uses run in different event loops.

## What it does
Reports async tests and fixtures whose loop is another one than that of a requested async fixture, when that hands over
an object that belongs to its loop: a task, a future, a lock or queue of asyncio, a server, a stream, a client session.
The message says what decided either loop: a mark, an argument, or an option such as
`asyncio_default_fixture_loop_scope`.

## Why is this bad
Such an object works in its own loop only. The test fails with "attached to a different loop" or "bound to a different
event loop", or hangs, because the loop in which the server or the task lives does not run.

## When not to fix
If the object is never used in a way that involves its loop. Fixtures that hand over other values are not reported.

## Fix safety
Unsafe: with the `loop_scope` of the fixture that it uses, a test or fixture shares its loop with others. Where the
defaults differ, `asyncio_default_test_loop_scope` and `asyncio_default_fixture_loop_scope` of the same value mend all.

## Versions
pytest-asyncio >= 0.24. Until 0.26 pytest-asyncio refuses tests whose fixtures need several loops:
"MultipleEventLoopsRequestedError".

## References
- [pytest-asyncio: event loop scopes](https://pytest-asyncio.readthedocs.io/en/stable/concepts.html#asyncio-event-loops)
"""

from collections.abc import Iterator, Mapping

from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.fixtures import set_loop_scope
from loopscope.rules.support.loop_bound import loop_bound_value
from loopscope.rules.support.marks import set_mark_loop_scope
from loopscope.rules.support.related import definition_related, origin_related
from loopscope.workspace.model import Decision, FixtureDef, Runner, Scope, TestItem, Unknown

META = Meta("loop-scope-mismatch", Group.LOOPS, Severity.WARNING, words=("async",))


EXAMPLES, NEAR_MISSES = examples_of(__name__)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the parameters."""
    for test in ctx.own_tests:
        if not test.function.is_async or ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO:
            continue
        closure = ctx.closure(test)
        chains = {param.name: closure.chains.get(param.name, ()) for param in test.function.params}
        for name in chains.keys() & closure.direct:
            del chains[name]
        yield from _mismatches(ctx, test, ctx.test_loop_scope(test), chains)
    for fixture in ctx.own_fixtures:
        if fixture.kind.is_async and _runs_in_loop(ctx, fixture):
            found = ((name, ctx.requested(fixture, name)) for name in fixture.argnames)
            known = {name: chain for name, chain in found if not isinstance(chain, Unknown)}
            yield from _mismatches(ctx, fixture, ctx.fixture_loop_scope(fixture), known)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Gives the test's mark, or the fixture's decorator, the loop scope of the fixture that is used."""
    match finding.data:
        case (TestItem() as test, Scope() as scope):
            edits, what = set_mark_loop_scope(ctx, test, scope), "test"
        case (FixtureDef() as fixture, Scope() as scope):
            edits, what = set_loop_scope(ctx, fixture, scope), "fixture"
        case _:
            return None
    title = f'Run the {what} in the {scope.value}\'s loop (`loop_scope="{scope.value}"`)'
    return None if edits is None else ctx.fix(title, Safety.UNSAFE, edits)


def _mismatches(
    ctx: Context,
    owner: TestItem | FixtureDef,
    mine: Decision[Scope] | Unknown,
    chains: Mapping[str, tuple[FixtureDef, ...]],
) -> Iterator[Finding]:
    for name, chain in chains.items():
        if isinstance(mine, Unknown) or not chain or not chain[-1].kind.is_async or not _runs_in_loop(ctx, chain[-1]):
            continue
        fixture = chain[-1]
        what = loop_bound_value(ctx, fixture)
        theirs = ctx.fixture_loop_scope(fixture)
        if what is None or isinstance(theirs, Unknown) or theirs.value is mine.value:
            continue
        span = ctx.param_span(owner.id, name)
        if span is None:
            continue
        message = (
            f"`{fixture.name}` hands over {what} of the {theirs.value.value}'s event loop ({theirs.reason}), but this "
            f"{'test' if isinstance(owner, TestItem) else 'fixture'} runs in the {mine.value.value}'s loop "
            f"({mine.reason})."
        )
        related = (
            *definition_related(ctx, fixture),
            *origin_related(theirs.origin, "The fixture's loop scope is decided here"),
        )
        yield ctx.finding(META, span, message, related=related, data=(owner, theirs.value))


def _runs_in_loop(ctx: Context, fixture: FixtureDef) -> bool:
    runner = ctx.fixture_runner(fixture)
    return not isinstance(runner, Unknown) and runner.value is Runner.PYTEST_ASYNCIO


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
