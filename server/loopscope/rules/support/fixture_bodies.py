"""Fixtures together with what their functions do."""

from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.facts.questions import fixture_decorator
from loopscope.rules.context import Context
from loopscope.rules.support.callees import keeps_asyncness
from loopscope.workspace.model import Decorator, FixtureDef


def plain_fixtures(ctx: Context) -> Iterator[tuple[FixtureDef, Body]]:
    """The fixtures of this file with their bodies, where pytest calls the `def` as it stands.

    Left out are those of other plugins' decorators, and those whose further decorators may change what is called.
    """
    if ctx.facts is None:
        return
    for fixture in ctx.own_fixtures:
        body = ctx.facts.body(fixture.id)
        if body is not None and fixture.decorator is not Decorator.OTHER and is_plain(fixture):
            yield fixture, body


def is_plain(fixture: FixtureDef) -> bool:
    """Whether a fixture's function is called as its `def` stands, as far as its decorators tell."""
    index = decorator_index(fixture)
    others = [expr for place, expr in enumerate(fixture.function.decorators) if place != index]
    return keeps_asyncness(fixture.function._replace(decorators=tuple(others)))


def decorator_index(fixture: FixtureDef) -> int | None:
    """Which of its decorators makes a fixture; None when that is none that is known by name."""
    for index, expr in enumerate(fixture.function.decorators):
        if fixture_decorator(expr) is not None:
            return index
    return None
