"""Fixtures of a wide scope that need one of a narrower scope, for the tests that use them."""

from loopscope.rules.context import Context
from loopscope.rules.support.fixtures import users
from loopscope.rules.support.skips import may_be_skipped
from loopscope.workspace.model import Closure, FixtureDef, Runner, Scope, TestItem, Unknown


def too_narrow(ctx: Context, fixture: FixtureDef, name: str) -> FixtureDef | None:
    """The narrower fixture that a parameter is: seen from where the fixture is defined, and for a test that uses it."""
    found = ctx.requested(fixture, name)
    if isinstance(found, Unknown) or not _is_narrower(fixture, found):
        return None
    for other, test in users(ctx, fixture):
        closure = other.closure(test)
        chain = None if isinstance(closure, Unknown) else _chain_for(closure, fixture, name)
        if chain is not None and not may_be_skipped(other, test) and _is_narrower(fixture, chain):
            return chain[-1]
    return None


def narrow_backend(ctx: Context, fixture: FixtureDef) -> FixtureDef | None:
    """The narrower `anyio_backend` with which anyio runs a fixture for some test of this file."""
    for test in ctx.tests:
        if may_be_skipped(ctx, test):
            continue
        closure = ctx.closure(test)
        chain = closure.chains.get(fixture.name, ())
        backend = closure.chains.get("anyio_backend", ())
        if "anyio_backend" in closure.direct or not chain or chain[-1] != fixture or not _is_narrower(fixture, backend):
            continue
        if _is_run_by_anyio(ctx, fixture, test):
            return backend[-1]
    return None


def _chain_for(closure: Closure, fixture: FixtureDef, name: str) -> tuple[FixtureDef, ...] | None:
    """What a parameter of a fixture is for a test; None when that is not known."""
    if name in closure.direct or name in closure.unknown:
        return None
    chain = closure.chains.get(name, ())
    if name != fixture.name:
        return chain
    places = [place for place, each in enumerate(chain) if each.path == fixture.path and each.id == fixture.id]
    return chain[: places[-1]] if places else None


def _is_narrower(fixture: FixtureDef, chain: tuple[FixtureDef, ...]) -> bool:
    scope = chain[-1].scope if chain else None
    return isinstance(fixture.scope, Scope) and isinstance(scope, Scope) and fixture.scope.wider_than(scope)


def _is_run_by_anyio(ctx: Context, fixture: FixtureDef, test: TestItem) -> bool:
    decision = ctx.fixture_runner(fixture, test)
    return not isinstance(decision, Unknown) and decision.value is Runner.ANYIO
