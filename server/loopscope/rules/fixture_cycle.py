"""Fixtures request each other in a circle.

## What it does
Reports fixtures that need themselves, directly or through other fixtures. An override that requests the fixture that
it overrides is no circle.

## Why is this bad
None of them can be set up: "recursive dependency involving fixture 'app' detected".

## When not to fix
Never: no test that uses one of them can run. Fixtures that no test uses are not reported.

## Fix safety
There is no fix: which request is wrong only you can say.

## Versions
All.

## References
- [pytest: fixtures can request other fixtures](https://docs.pytest.org/en/stable/how-to/fixtures.html#fixtures-can-request-other-fixtures)

"""

from collections.abc import Callable, Iterator
from pathlib import PurePath

from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.fixtures import users
from loopscope.rules.support.related import definition_related
from loopscope.workspace.model import FixtureDef, Unknown

META = Meta("fixture-cycle", Group.FIXTURES, Severity.ERROR)

_DEEPEST = 100

EXAMPLES = (
    Example(
        "Two fixtures need each other",
        bad="""\
import pytest


@pytest.fixture
def app(⟦database⟧):
    return {"database": database}


@pytest.fixture
def database(app):
    return app


def test_app(app):
    assert app
""",
        good="""\
import pytest


@pytest.fixture
def app(database):
    return {"database": database}


@pytest.fixture
def database():
    return {}


def test_app(app):
    assert app == {"database": {}}
""",
        fixed="",
        proof=Proof("recursive dependency involving fixture 'app' detected", "error"),
    ),
    Example(
        "A fixture needs itself, and overrides nothing",
        bad="""\
import pytest


@pytest.fixture
def app(⟦app⟧):
    return app


def test_app(app):
    assert app
""",
        good="""\
import pytest


@pytest.fixture
def app():
    return {"debug": True}


def test_app(app):
    assert app
""",
        fixed="",
        proof=Proof("recursive dependency involving fixture 'app' detected", "error"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "an override requests what it overrides",
        """\
import pytest


@pytest.fixture
def tmp_path(tmp_path):
    return tmp_path / "below"


def test_path(tmp_path):
    assert tmp_path.name == "below"
""",
    ),
    NearMiss(
        "the circle ends in the overridden fixture",
        """\
import pytest


@pytest.fixture
def app(database):
    return database


@pytest.fixture
def database(app):
    return app


def test_app(app):
    assert app == 1
# file: conftest.py
import pytest


@pytest.fixture
def app():
    return 1
""",
    ),
    NearMiss(
        "parametrize gives the value",
        """\
import pytest


class Base:
    @pytest.fixture
    def block(self):
        return None

    def test_block(self, block):
        assert block


@pytest.mark.parametrize("block", [1, 2])
class TestBlock(Base):
    @pytest.fixture
    def block(self, block):
        return block
""",
    ),
    NearMiss(
        "the same fixture needed on two ways",
        """\
import pytest


@pytest.fixture
def settings():
    return {}


@pytest.fixture
def database(settings):
    return settings


@pytest.fixture
def app(settings, database):
    return settings is database


def test_app(app):
    assert app
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the parameter that closes the circle, of the first fixture of each circle in this file."""
    reported: set[tuple[PurePath, FactId]] = set()
    for fixture in ctx.own_fixtures:
        circle = None if (fixture.path, fixture.id) in reported else _circle(ctx, fixture)
        if circle is None or not _is_closed(ctx, circle):
            continue
        reported.update((each.path, each.id) for each in circle)
        name = circle[1].name if len(circle) > 1 else fixture.name
        span = ctx.param_span(fixture.id, name)
        if span is not None:
            words = " → ".join(f"`{each.name}`" for each in (*circle, fixture))
            related = tuple(place for each in circle[1:] for place in definition_related(ctx, each))
            yield ctx.finding(META, span, f"The fixture `{fixture.name}` needs itself: {words}.", related=related)


def _circle(ctx: Context, start: FixtureDef) -> tuple[FixtureDef, ...] | None:
    """The fixtures on a way from a fixture of this file back to itself.

    Only those count that are the one definition of their name: a name that is overridden stands for one definition
    further up each time that the way comes by (`FixtureRequest._get_active_fixturedef`).
    """
    class_path = tuple(start.baseid.split("::")[1:])

    def only(name: str) -> FixtureDef | None:
        chain = ctx.view.chain(name, class_path)
        return None if isinstance(chain, Unknown) or len(chain) != 1 else chain[0]

    return _way_back((start,), only, set()) if start.argnames and only(start.name) == start else None


def _way_back(
    way: tuple[FixtureDef, ...], only: Callable[[str], FixtureDef | None], done: set[tuple[PurePath, FactId]]
) -> tuple[FixtureDef, ...] | None:
    """The way goes on from its last fixture until that requests the first one; `done` are those that do not lead on."""
    for name in way[-1].argnames:
        if name == way[0].name:
            return way
        needed = only(name)
        if needed is None or (needed.path, needed.id) in done or len(way) >= _DEEPEST:
            continue
        done.add((needed.path, needed.id))
        found = _way_back((*way, needed), only, done)
        if found is not None:
            return found
    return None


def _is_closed(ctx: Context, circle: tuple[FixtureDef, ...]) -> bool:
    """Whether some test uses the fixtures of a circle, and gives none of them a value itself by parametrize."""
    names = {each.name for each in circle}
    for other, test in users(ctx, circle[0]):
        closure = other.closure(test)
        if not isinstance(closure, Unknown) and not names & closure.direct and not names & set(closure.unknown):
            return True
    return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
