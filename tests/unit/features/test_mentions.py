"""Mentions: never wrong about a place, whatever the text."""

import symtable
from pathlib import PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopscope.features.mention import NOWHERE, Role
from loopscope.features.mentions import mentions_in
from rules.world import ROOT, snapshot_of

PATH = ROOT / "test_a.py"
TEXT = '''\
import pytest
from app import app as app2, other as app

@pytest.fixture(name="app")
async def app(app, x=app):
    """app"""
    with app as app: pass
    try: app()
    except app as app: del app
    f"{app}{app=}{app!r} {x:{app}} {{app}}"
    match app:
        case {"app": app, **app2}: app
        case [*app]: ...
        case app.app: ...
    [app for app in app if app]
    (app := app)
    def inner():
        nonlocal app
        app = 1
    def app(): return app
    class app(app): app = app
    import app, app.x as app, os as app
    lambda app=app: app

@pytest.mark.parametrize("app, app2", [], indirect=["app"])
@pytest.mark.usefixtures(*["app"], "app")
class TestApp:
    app: int = app
    def test(self, app, *, request): request.getfixturevalue("app")
'''


def places(text: str) -> list[tuple[Role, str]]:
    found = snapshot_of({"test_a.py": text}).queries.get(mentions_in, PurePath(PATH), "app")
    return [(one.role, text[slice(*one.span)]) for one in found if one.span != NOWHERE]


@settings(max_examples=150)
@given(st.integers(0, len(TEXT)), st.integers(0, 40), st.sampled_from(["", "\r\n", "😀", "(", '"""', "\f"]))
def test_every_place_holds_the_name_in_any_broken_text(start: int, length: int, new: str) -> None:
    text = TEXT[:start] + new + TEXT[start + length :]
    assert {word for _, word in places(text)} <= {"app"}
    assert {word for _, word in places(text.replace("\n", "\r\n"))} <= {"app"}


def test_nothing_is_nowhere_that_python_tells_of() -> None:
    found = snapshot_of({"test_a.py": TEXT}).queries.get(mentions_in, PurePath(PATH), "app")
    assert not [one for one in found if one.span == NOWHERE]


def test_a_walrus_in_a_comprehension_binds_around_it() -> None:
    assert places("def f():\n    [(app := x) for x in ()]\n    return app\n") == []
    assert places("def f():\n    [app for app in ()]\n    return app\n") == [(Role.GLOBAL, "app")]


SNIPPETS = {
    "parameter": "def f(app): app",
    "assigned": "def f(): app = 1; app",
    "closure": "def f(app):\n def g(): return app\n return g",
    "own in nested": "def f(app):\n def g():\n  app = 1\n  return app\n return g",
    "comprehension": "def f(app): return [app for app in ()]",
    "walrus in comprehension": "def f(app): return [(app := x) for x in ()]",
    "lambda": "def f(app): return lambda app: app",
    "global": "def f():\n global app\n app = 1",
    "class in function": "def f(app):\n class C:\n  x = app\n return C",
    "import": "def f():\n import app\n return app",
    "dotted import": "def f(app):\n import app2.app\n return app",
    "handler": "def f():\n try: pass\n except E as app: app",
    "for": "def f():\n for app in (): app",
    "with": "def f():\n with x as (app, y): app",
    "match": "def f():\n match x:\n  case {**app}: app",
    "annotated": "def f():\n app: int\n return app",
    "default": "def f(x=app): return x",
    "nested default": "def f(app):\n def g(app=app): return app\n return g",
}


@pytest.mark.parametrize("text", SNIPPETS.values(), ids=SNIPPETS.keys())
def test_a_function_has_the_parameter_where_python_says_so(text: str) -> None:
    inner = symtable.symtable(text, "test_a.py", "exec").get_children()
    # From Python 3.14 on annotations have scopes, too.
    table = next(each for each in inner if each.get_type() in ("function", "class"))
    is_parameter = isinstance(table, symtable.Function) and "app" in table.get_parameters()
    found = {role for role, _ in places(text)}
    assert (Role.PARAMETER in found) == is_parameter
    # `app` is read in `f` itself or through closures of it: what Python calls free in those.
    reads_it = is_parameter and _reads(table)
    assert (Role.READ in found or Role.WRITE in found) == reads_it


def _reads(table: symtable.SymbolTable) -> bool:
    symbol = table.lookup("app")
    return symbol.is_referenced() or symbol.is_assigned() or any(map(_is_free, table.get_children()))


def _is_free(table: symtable.SymbolTable) -> bool:
    own = "app" in table.get_identifiers() and table.lookup("app").is_free()
    return own or any(map(_is_free, table.get_children()))
