"""Names mean what Python's scoping makes of them; what is unsure means nothing."""

import ast

import pytest

from loopscope.syntax.names import Scope, bound, imported, merge


def module(source: str) -> Scope:
    return Scope(merge(bound(ast.parse(source).body)))


def meaning(source: str, name: str) -> str | None:
    return module(source).resolve(ast.parse(name, mode="eval").body)


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("import pytest", "pytest.mark.asyncio", "pytest.mark.asyncio"),
        ("import pytest as pt", "pt.mark.asyncio", "pytest.mark.asyncio"),
        ("import pytest as pt", "pytest.mark", None),
        ("from pytest import fixture as fx", "fx", "pytest.fixture"),
        ("import os.path", "os.getcwd", "os.getcwd"),
        ("import os.path as p", "p.join", "os.path.join"),
        ("import xml.dom, xml.sax", "xml.sax.parse", "xml.sax.parse"),
        ("from . import helpers", "helpers.make", ".helpers.make"),
        ("from ..pkg.mod import make", "make", "..pkg.mod.make"),
        ("import pytest\nfixture = pytest.fixture", "fixture", "pytest.fixture"),
        ("import pytest\nm = pytest.mark\na = m.asyncio", "a", "pytest.mark.asyncio"),
        ("import pytest\nm: object = pytest.mark", "m.x", "pytest.mark.x"),
        ("import pytest\nm = pytest.mark\nm = 1", "m", None),
        ("import pytest\npytest += 1", "pytest", None),
        ("import a\nfor a in x: pass", "a", None),
        ("import a\nwith x as (b, [*a]): pass", "a", None),
        ("import a\nmatch x:\n    case {'k': [*a]}: pass", "a", None),
        ("import a\nmatch x:\n    case {**a}: pass", "a", None),
        ("import a\ndel a", "a", None),
        ("import a\ndef a(): pass", "a", None),
        ("try:\n    import a\nexcept ImportError:\n    a = None", "a.b", "a.b"),
        ("try:\n    from a import c\nexcept ImportError:\n    from b import c", "c", "a.c"),
        ("try:\n    pass\nexcept E:\n    import a", "a", "a"),
        ("if x:\n    from a import c\nelse:\n    from b import c", "c", None),
        ("if x:\n    from a import c\nelse:\n    from a import c", "c", "a.c"),
        ("x = y\ny = x", "x", None),
        ("x = x", "x", None),
        ("import a\na.b = 1", "a.c", "a.c"),
        ("", "print", "builtins.print"),
        ("", "open.x", "builtins.open.x"),
        ("", "unknown", None),
        ("def print(): pass", "print", None),
        ("print = print", "print", "builtins.print"),
        ("from x import *", "print", None),
        ("from x import *\nimport a", "a.b", "a.b"),
        ("import a", "a().b", None),
        ("import a", "a[0]", None),
    ],
)
def test_module_names(source: str, name: str, expected: str | None) -> None:
    assert meaning(source, name) == expected


FUNCTION = """
import time, asyncio

class K:
    time = 1
    def method(self): return time

def f(asyncio, *, key=time):
    import time as t
    from os import time
    global g
    def inner(): pass
"""


def test_functions_shadow_and_import() -> None:
    outer = module(FUNCTION)
    _, class_, function = ast.parse(FUNCTION).body
    assert isinstance(class_, ast.ClassDef)
    assert isinstance(function, ast.FunctionDef)
    inside = outer.inside(function)
    assert inside.resolve_name("asyncio.run") is None
    assert inside.resolve_name("t.sleep") == "time.sleep"
    assert inside.resolve_name("time") == "os.time"
    assert inside.resolve_name("inner") is None
    assert inside.resolve_name("g") is None
    assert outer.resolve_name("time.sleep") == "time.sleep"

    in_class = outer.inside(class_)
    method = class_.body[1]
    assert isinstance(method, ast.FunctionDef)
    assert in_class.resolve_name("time") is None
    assert in_class.inside(method).resolve_name("time.sleep") == "time.sleep", "a method does not see the class's names"
    nested = ast.parse("class N: pass").body[0]
    assert isinstance(nested, ast.ClassDef)
    assert in_class.inside(nested).resolve_name("time.sleep") == "time.sleep", "nor does a class in a class"


def test_arguments_of_every_kind_shadow() -> None:
    function = ast.parse("def f(a, /, b, *c, d, **e): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    inside = module("import a, b, c, d, e, g").inside(function)
    assert [inside.resolve_name(name) for name in "abcdeg"] == [None] * 5 + ["g"]
    shadowing = ast.parse("lambda a: a", mode="eval").body
    assert isinstance(shadowing, ast.Lambda)
    assert module("import a").inside(shadowing).resolve_name("a") is None


def test_global_means_the_module() -> None:
    function = ast.parse("def f():\n    global a\n    a.x()").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert module("import a").inside(function).resolve_name("a.x") == "a.x"


def test_star_imports_are_told() -> None:
    statement = ast.parse("from .conftest import *").body[0]
    assert isinstance(statement, ast.ImportFrom)
    ((_, star),) = imported(statement)
    assert (star.name, star.target) == ("*", ".conftest")
    assert module("from .conftest import *").bindings.stars == (".conftest",)
