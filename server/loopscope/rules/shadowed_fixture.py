"""Two fixtures of one module or class have the same name: the first can never be used.

## What it does
Reports fixtures that another fixture of the same module or class replaces: it is defined under the same name further
down, or gets the same name by `name=`.

## Why is this bad
Nothing says so: tests get the other fixture. Of functions with different names and the same `name=` it is not even the
last one that counts, but the one whose function's name comes last in the alphabet.

## When not to fix
Never: rename or delete one of the two. Definitions below a condition are not reported.

## Fix safety
There is no fix.

## Versions
All.

## References
- [pytest: fixture names](https://docs.pytest.org/en/stable/reference/reference.html#pytest-fixture)
"""

from collections.abc import Iterator

from loopscope.facts.outline import FactId, FunctionFact
from loopscope.facts.questions import fixture_decorator
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Related, Rule, Severity, Tag
from loopscope.rules.support.redefined import redefined
from loopscope.workspace.model import FixtureDef, Unknown

META = Meta(
    "shadowed-fixture", Group.FIXTURES, Severity.WARNING, overlaps=("ruff: F811", "pyright: reportRedeclaration")
)

EXAMPLES = (
    Example(
        "Defined twice",
        bad="""\
import pytest


@pytest.fixture
def ⟦user⟧():
    return "ann"


@pytest.fixture
def user():
    return "bob"


def test_user(user):
    assert user == "ann"
""",
        good="""\
import pytest


@pytest.fixture
def user():
    return "ann"


@pytest.fixture
def other_user():
    return "bob"


def test_user(user):
    assert user == "ann"
""",
        fixed="",
        proof=Proof("AssertionError: assert 'bob' == 'ann'"),
    ),
    Example(
        "Two functions with one `name=`",
        bad="""\
import pytest


@pytest.fixture(name="user")
def second_user():
    return "bob"


@pytest.fixture(name="user")
def ⟦first_user⟧():
    return "ann"


def test_user(user):
    assert user == "ann"
""",
        good="""\
import pytest


@pytest.fixture(name="other_user")
def second_user():
    return "bob"


@pytest.fixture(name="user")
def first_user():
    return "ann"


def test_user(user):
    assert user == "ann"
""",
        fixed="",
        proof=Proof("AssertionError: assert 'bob' == 'ann'"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "one of two, by a condition",
        """\
import sys

import pytest

if sys.platform == "win32":

    @pytest.fixture
    def path():
        return "C:"

else:

    @pytest.fixture
    def path():
        return "/"


def test_path(path):
    assert path
""",
    ),
    NearMiss(
        "the function's name is used again, the fixture has another one",
        """\
import pytest


@pytest.fixture(name="first")
def make():
    return 1


first = make


@pytest.fixture(name="second")
def make():
    return 2


def test_make(first, second):
    assert (first, second) == (1, 2)
""",
    ),
    NearMiss(
        "the second requests the first",
        """\
import pytest


@pytest.fixture(name="user")
def a_user():
    return ["ann"]


@pytest.fixture(name="user")
def b_user(user):
    return [*user, "bob"]


def test_user(user):
    assert user == ["ann", "bob"]
""",
    ),
    NearMiss(
        "in two classes",
        """\
import pytest


class TestOne:
    @pytest.fixture
    def user(self):
        return 1

    def test_user(self, user):
        assert user == 1


class TestTwo:
    @pytest.fixture
    def user(self):
        return 2

    def test_user(self, user):
        assert user == 2
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the fixtures that are gone."""
    for dead, by in redefined(ctx):
        if isinstance(dead, FunctionFact) and any(fixture_decorator(expr) is not None for expr in dead.decorators):
            message = f"The fixture `{dead.name}` is gone: `{dead.name}` is defined again below."
            yield _finding(ctx, dead.id, message, by.id)
    for fixture in ctx.own_fixtures:
        winner = _winner(ctx, fixture)
        if winner is not None:
            message = (
                f"pytest never uses this fixture: `{winner.function.name}` has the name `{fixture.name}` too, and wins."
            )
            yield _finding(ctx, fixture.id, message, winner.id)


def _finding(ctx: Context, id_: FactId, message: str, by: FactId) -> Finding:
    related = (Related(ctx.path, ctx.name_span(by), "This one counts"),)
    return ctx.finding(META, ctx.name_span(id_), message, related=related, tags=(Tag.UNNECESSARY,))


def _winner(ctx: Context, fixture: FixtureDef) -> FixtureDef | None:
    """The fixture of the same place and name that is registered later, when nothing between them asks for this one."""
    chain = ctx.view.chain(fixture.name, tuple(fixture.baseid.split("::")[1:]))
    if isinstance(chain, Unknown) or fixture.holder != ctx.path:
        return None
    same = [each for each in chain if each.baseid == fixture.baseid and each.path == ctx.path]
    places = [place for place, each in enumerate(same) if each.id == fixture.id]
    later = same[places[-1] + 1 :] if places else []
    if not later or any(fixture.name in each.argnames for each in later):
        return None
    return later[-1] if later[-1].id.holder == fixture.id.holder else None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
