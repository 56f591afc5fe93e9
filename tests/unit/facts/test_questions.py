"""Small questions about marks, decorators and literals."""

import pytest

from loopscope.facts.expr import Expr
from loopscope.facts.outline import Assigned, FunctionFact
from loopscope.facts.questions import (
    NOTHING,
    canonical,
    decorator_call_parts,
    fixture_decorator,
    literal,
    marks_of,
)

from .dump import facts, show

HEAD = "import functools, pytest, pytest_asyncio\nfrom pytest import fixture as fix, mark\n"


def value(source: str) -> Expr:
    target = facts(f"{HEAD}value = {source}\n").outline.bindings[-1].target
    assert isinstance(target, Assigned)
    return target.value


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("pytest.fixture", "pytest.fixture"),
        ("fix()", "pytest.fixture"),
        ("pytest.yield_fixture", "pytest.yield_fixture"),
        ("pytest_asyncio.fixture(loop_scope='module')", "pytest_asyncio.fixture"),
        ("pytest.fixture.x", None),
        ("other.fixture()", None),
        ("fix()()", None),
        ("'pytest.fixture'", None),
    ],
)
def test_fixture_decorators(source, name):
    assert fixture_decorator(value(source)) == name


def test_decorator_call_parts():
    name, args, keywords, called = decorator_call_parts(value("fix(1, scope='module')"))
    assert (name, list(map(show, args)), [(key, show(item)) for key, item in keywords], called) == (
        "pytest.fixture",
        ["1"],
        [("scope", "'module'")],
        True,
    )
    assert decorator_call_parts(value("fix")) == ("pytest.fixture", (), (), False)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pytest.mark.asyncio", ["0 asyncio()"]),
        ("mark.asyncio(loop_scope='module')", ["0 asyncio(loop_scope='module')"]),
        ("[mark.slow, mark.asyncio]", ["0 slow()", "1 asyncio()"]),
        ("(mark.slow, *others, mark.asyncio)", ["0 slow()", "2 asyncio()"]),
        ("[mark.slow] + [mark.x(1)]", ["0 slow()", "1 x(1)"]),
        ("[mark.slow] + others", ["0 slow()"]),
        ("mark", []),
        ("mark.a.b", []),
        ("f()", []),
        ("[]", []),
    ],
)
def test_marks_of_a_value(source, expected):
    shown = [f"{mark.index} {_shown(mark)}" for mark in marks_of(value(source))]
    assert shown == expected


def _shown(mark):
    given = [*map(show, mark.args), *(f"{key}={show(item)}" for key, item in mark.keywords)]
    return f"{mark.name}({', '.join(given)})"


def test_marks_of_a_function_count_its_decorators():
    text = f"{HEAD}slow = mark.slow\n@mark.a\n@fix\n@slow('why')\n@mark.b(x=1)\ndef test(): ...\n"
    outline = facts(text).outline
    function = outline.bindings[-1].target
    assert isinstance(function, FunctionFact)
    assert [f"{mark.index} {_shown(mark)}" for mark in marks_of(function)] == ["0 a()", "3 b(x=1)"]
    assert [f"{mark.index} {_shown(mark)}" for mark in marks_of(function, outline)] == [
        "0 a()",
        "2 slow('why')",
        "3 b(x=1)",
    ]
    assert show(marks_of(function)[1].keyword("x")) == "1"
    assert marks_of(function)[1].keyword("y") is None


@pytest.mark.parametrize(
    ("before", "source", "expected"),
    [
        ("fixture = pytest.fixture", "fixture", "pytest.fixture"),
        ("fixture = pytest.fixture", "fixture(scope='module')", "pytest.fixture(scope='module')"),
        ("m = mark\na = m.asyncio", "a(x=1)", "pytest.mark.asyncio(x=1)"),
        ("m = mark.slow('x')", "m", "pytest.mark.slow('x')"),
        ("m = mark.slow('x')", "m(y=1)", "pytest.mark.slow('x', y=1)"),
        ("f = functools.partial(fix, scope='a', x=1)", "f(scope='b')", "pytest.fixture(x=1, scope='b')"),
        ("f = make()", "f(1)", "f(1)"),
        ("f = make()", "f.x", "f.x"),
        ("f = a\nf = b", "f", "f"),
        ("if x: f = a", "f", "f"),
        ("def f(): ...", "f", "f"),
        ("f = f", "f", "f"),
        ("f = g\ng = f", "f(1)", None),
    ],
)
def test_aliases_are_followed(before, source, expected):
    outline = facts(f"{HEAD}{before}\nvalue = {source}\n").outline
    found = canonical(outline, outline.bindings[-1].target.value)
    assert show(found) == expected if expected else found


@pytest.mark.parametrize(
    "source",
    [
        "1",
        "-1.5",
        "True",
        "None",
        "...",
        "'a'",
        "b'a'",
        "['a', (1, 2)]",
        "{'a': [1]}",
        "{1, 2}",
        "[1] + [2]",
        "'a' + 'b'",
        "()",
    ],
)
def test_literals(source):
    found = literal(value(source))
    assert found == eval(source)
    assert type(found) is type(eval(source))


@pytest.mark.parametrize(
    "source", ["a", "[a]", "{a: 1}", "{'a': b}", "{**a}", "1 + 2", "[1] + (2,)", "{[1]: 2}", "f()"]
)
def test_no_literals(source):
    assert literal(value(source)) is NOTHING
