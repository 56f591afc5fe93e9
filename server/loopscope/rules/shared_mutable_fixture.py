"""Tests change a list, dict or set that a wide fixture gives to all of them.

## What it does
Reports fixtures of the scope class or wider that return a literal list, dict or set, where one test changes the value
in place, a test asserts on it, and at least two tests use it.

## Why is this bad
All tests of the scope get the same object. What one test adds the next one finds, so that the outcome depends on which
tests run, and in which order.

## When not to fix
If the tests of a class are steps that pass something on on purpose.

## Fix safety
Unsafe: the fixture loses its scope, so that each test gets an object of its own.

## Versions
All.

## References
- [pytest: fixture scopes](https://docs.pytest.org/en/stable/how-to/fixtures.html#fixture-scopes)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Related, Rule, Safety, Severity
from loopscope.rules.support.calls import bound_value
from loopscope.rules.support.decorators import CallUse
from loopscope.rules.support.fixture_bodies import decorator_index, plain_fixtures
from loopscope.rules.support.fixtures import users
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef, Scope

META = Meta("shared-mutable-fixture", Group.FIXTURES, Severity.WARNING, default=False, texts=("fixture",))

_CHANGES = frozenset({"append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"}) | frozenset(
    {"add", "discard", "update", "setdefault", "popitem"}
)
_SEVERAL = 2
_TESTS = """

def test_ann(users):
    users.append("ann")
    assert len(users) == 1


def test_bob(users):
    users.append("bob")
    assert len(users) == 1
"""

EXAMPLES = (
    Example(
        "A list for the whole session",
        bad=f"""\
import pytest


@pytest.fixture(scope="session")
def users():
    return ⟦[]⟧
{_TESTS}""",
        good=f"""\
import pytest


@pytest.fixture
def users():
    return []
{_TESTS}""",
        proof=Proof("assert 2 == 1"),
    ),
    Example(
        "A dict of a module",
        bad="""\
import pytest


@pytest.fixture(name="settings", scope="module")
def make_settings():
    values = ⟦{"debug": False}⟧
    yield values


def test_debug(settings):
    settings["debug"] = True
    assert settings["debug"]


def test_default(settings):
    assert not settings["debug"]
""",
        good="""\
import pytest


@pytest.fixture(name="settings")
def make_settings():
    values = {"debug": False}
    yield values


def test_debug(settings):
    settings["debug"] = True
    assert settings["debug"]


def test_default(settings):
    assert not settings["debug"]
""",
        proof=Proof("assert not True"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "only read",
        """\
import pytest


@pytest.fixture(scope="session")
def users():
    return ["ann", "bob"]


def test_first(users):
    assert users[0] == "ann"


def test_copy(users):
    mine = [*users]
    mine.append("eve")
    assert len(users) == 2
""",
    ),
    NearMiss(
        "for each test",
        """\
import pytest


@pytest.fixture
def users():
    return []


def test_ann(users):
    users.append("ann")
    assert users


def test_bob(users):
    assert not users
""",
    ),
    NearMiss(
        "collected for later",
        """\
import pytest


@pytest.fixture(scope="session")
def timings():
    found = []
    yield found
    print(found)


def test_one(timings):
    timings.append(1)


def test_two(timings):
    timings.append(2)
""",
    ),
    NearMiss(
        "one test",
        """\
import pytest


@pytest.fixture(scope="module")
def users():
    return []


def test_ann(users):
    users.append("ann")
    assert users == ["ann"]
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the shared objects."""
    for fixture, body in plain_fixtures(ctx):
        if not isinstance(fixture.scope, Scope) or fixture.scope is Scope.FUNCTION or fixture.has_params:
            continue
        value = _shared(body)
        changed = None if value is None else _change(ctx, fixture)
        if value is None or changed is None:
            continue
        message = (
            f"All tests of the {fixture.scope.value} share this object as `{fixture.name}`, and one of them changes "
            "it: their outcome depends on their order."
        )
        yield ctx.finding(META, ctx.span(body, value), message, related=(changed,), data=fixture)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the scope."""
    fixture = finding.data
    index = decorator_index(fixture) if isinstance(fixture, FixtureDef) else None
    definition = ctx.definition(fixture.id) if isinstance(fixture, FixtureDef) else None
    if index is None or definition is None:
        return None
    expr, node = definition.decorators[index]
    if not isinstance(expr, Call) or not isinstance(node, ast.Call) or expr.keyword("scope") is None or node.args:
        return None
    if len(node.keywords) == 1:
        span = Span(definition.placed.span(node.func).end, definition.placed.span(node).end)
    else:
        span = CallUse(expr, node, definition.placed, ctx.text).keyword_removal("scope")
    return ctx.fix("Make it anew for each test", Safety.UNSAFE, [Edit(span, "")])


def _shared(body: Body) -> ast.expr | None:
    """The literal list, dict or set that a fixture hands over."""
    values = [node.value for node in (*body.yields, *body.returns) if node.value is not None]
    if len(values) != 1:
        return None
    value = bound_value(body, values[0].id) if isinstance(values[0], ast.Name) else values[0]
    match value:
        case ast.List() | ast.Dict() | ast.Set() | ast.Call(ast.Name("list" | "dict" | "set"), [], []):
            return value
        case _:
            return None


def _change(ctx: Context, fixture: FixtureDef) -> Related | None:
    """Where a test changes the value, when others use it, too, and one asserts on it."""
    change: Related | None = None
    tests: set[object] = set()
    asserted = False
    for _, test in users(ctx, fixture):
        facts = ctx.snapshot.facts(test.code_path)
        body = None if isinstance(facts, Unreadable) else facts.body(test.id)
        if body is None or isinstance(facts, Unreadable) or not body.reads.get(fixture.name):
            continue
        if any(param.name == fixture.name for param in test.function.params):
            tests.add((test.code_path, test.id))
            asserted = asserted or _asserts(body, fixture.name)
            place = _changes(body, fixture.name) if change is None else None
            if place is not None:
                change = Related(test.code_path, facts.span(body, place), f"`{test.name}` changes it here")
    return change if asserted and len(tests) >= _SEVERAL else None


def _changes(body: Body, name: str) -> ast.stmt | None:
    for statement in body.statements:
        match statement:
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(owner), method))) if owner == name and method in _CHANGES:
                return statement
            case ast.Assign([ast.Subscript(ast.Name(owner))]) | ast.Delete([ast.Subscript(ast.Name(owner))]):
                if owner == name:
                    return statement
            case _:
                pass
    return None


def _asserts(body: Body, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name
        for statement in body.statements
        if isinstance(statement, ast.Assert)
        for node in ast.walk(statement)
    )


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
