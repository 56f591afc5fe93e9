"""The outline says what a module binds, in source order and through its imports."""

import pytest

from loopscope.facts.extract import file_facts
from loopscope.syntax.parse import parse, parse_whole

from .dump import dump, facts, outline

CASES = {
    "imports": (
        """
import pytest
import pytest_asyncio as pa, os.path
import xml.dom as dom
from asyncio import sleep, timeout as t
from . import helpers
from ..util.more import *
""",
        """
pytest = import pytest
pa = import pytest_asyncio
os = import os (loads os.path)
dom = import xml.dom
sleep = from asyncio import sleep
t = from asyncio import timeout
helpers = from . import helpers
* = from ..util.more import *
""",
    ),
    "functions": (
        """
import pytest as pt
from pytest_asyncio import fixture as fix

@fix(scope="module", loop_scope=SCOPE, **options)
@pt.mark.usefixtures("a", *names)
async def client(first, /, second: "list[int]" = 1, *rest: int, only, other=None, **more) -> Iterator[
    int
]:
    yield 1

def plain(): return
def plain(x): yield
""",
        """
pt = import pytest
fix = from pytest_asyncio import fixture
@pytest_asyncio.fixture(scope='module', loop_scope=SCOPE, **options)
@pytest.mark.usefixtures('a', <Starred>)
async def client(first /, second: "list[int]" ?, *rest: int, only kw, other ? kw, **more) -> Iterator[
    int
] yields
def plain()
def plain(x) yields #1
""",
    ),
    "yields of nested functions are not its own": (
        """
def a():
    def inner(): yield
    return lambda: (yield)
def b():
    class C:
        def m(self): yield
def c():
    x = [(yield)]
def d():
    def inner(x=(yield)): ...
def e():
    "yield"
def f():
    try: ...
    finally:
        with a: await (yield from b)
""",
        """
def a()
def b()
def c() yields
def d() yields
def e()
def f() yields
""",
    ),
    "classes": (
        """
from unittest import IsolatedAsyncioTestCase as Case
import pytest

@pytest.mark.asyncio(loop_scope="class")
class TestA(Case, Base[int], metaclass=Meta):
    pytestmark = [pytest.mark.slow]
    name: str
    size: int = 3
    class Inner:
        async def test(self): ...
    async def test(self, client): ...
    if WINDOWS:
        async def test(self): ...
    from trio import sleep
    alias = sleep
class TestA: ...
""",
        """
Case = from unittest import IsolatedAsyncioTestCase
pytest = import pytest
@pytest.mark.asyncio(loop_scope='class')
class TestA(unittest.IsolatedAsyncioTestCase, Base, metaclass=Meta)
  pytestmark = list<pytest.mark.slow>
  size = 3
  class TestA.Inner()
    async def TestA.Inner.test(self)
  async def TestA.test(self, client)
  async def TestA.test(self) #1 [CONDITION]
  sleep = from trio import sleep
  alias = trio.sleep
class TestA() #1
""",
    ),
    "assignments": (
        """
import pytest
a = b = f(1, x=-2.5)
c: int = {"k": b"v", **d}
e: int
pytestmark = [pytest.mark.asyncio] + (pytest.mark.slow, ...)
pytestmark += [pytest.mark.x]
n -= 1
g, (h, *i) = 1, 2
j, *k = 1, 2
(l, m), n = (1, f), other
TestA.__test__ = False
x[0] = 1
if (walrus := f()): pass
del a
lazy = lambda: (inner := 1)
keen = lambda a, b=1, *c, d: a
""",
        """
pytest = import pytest
a = f(1, x=-2.5)
b = f(1, x=-2.5)
c = {'k': b'v', **: d}
pytestmark = list<pytest.mark.asyncio> + tuple<pytest.mark.slow, Ellipsis>
pytestmark += list<pytest.mark.x>
n by augmented
g = 1
h by unpacking
i by unpacking
j by unpacking
k by unpacking
l = 1
m = f
n = other
TestA.__test__ = False
walrus by walrus
a by del
lazy = lambda()
keen = lambda(a, b=, *c, d)
""",
    ),
    "guards": (
        """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import a
elif x:
    b = 1
else:
    c = 1
if not TYPE_CHECKING:
    try:
        import d
    except ImportError as error:
        d = None
        if x: e = 1
    else:
        f = 1
    finally:
        g = 1
for h in y:
    i = 1
while z: j = 1
with k as l:
    m = 1
match n:
    case [o, *p] if q: r = 1
    case {"a": s, **t}: pass
    case Point(u) as v: pass
""",
        """
TYPE_CHECKING = from typing import TYPE_CHECKING
a = import a [TYPE_CHECKING]
b = 1 [CONDITION]
c = 1 [CONDITION]
d = import d [TRY]
error by except [EXCEPT]
d = None [EXCEPT]
e = 1 [EXCEPT]
f = 1 [TRY]
g = 1 [NOT_TYPE_CHECKING]
h by for [CONDITION]
i = 1 [CONDITION]
j = 1 [CONDITION]
l by with
m = 1
o by match [CONDITION]
p by match [CONDITION]
r = 1 [CONDITION]
s by match [CONDITION]
t by match [CONDITION]
u by match [CONDITION]
v by match [CONDITION]
""",
    ),
    "global names of functions": (
        """
async def setup():
    global client, loop
    client = loop = 1
class A:
    def m(self):
        if x:
            global other
def text(): 'global nothing'
""",
        """
async def setup()
class A()
  def A.m(self)
def text()
client by global [CONDITION]
loop by global [CONDITION]
other by global [CONDITION]
""",
    ),
    "effects": (
        """
import pytest, sys
pytest.importorskip("trio")
if sys.platform == "win32":
    pytest.skip("posix only", allow_module_level=True)
try: setup()
except Exception: teardown()
if __name__ == "__main__":
    pytest.main()
class A: register()
""",
        """
pytest = import pytest
sys = import sys
class A()
effect pytest.importorskip('trio')
effect pytest.skip('posix only', allow_module_level=True) [CONDITION]
effect setup() [TRY]
effect teardown() [EXCEPT]
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("parser", [parse, parse_whole])
def test_outline(name, parser):
    text, expected = CASES[name]
    assert dump(file_facts(parser(text)).outline) == expected.strip()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import a as x\nx.f()", "a.f"),
        ("try: import a as x\nexcept ImportError: import b as x\nx.f()", "a.f"),
        ("try: import a as x\nexcept ImportError: x = None\nx.f()", "a.f"),
        ("try: import a as x\nexcept ImportError: x = Fake()\nx.f()", "a.f"),
        ("x = None\ntry: import a as x\nexcept ImportError: pass\nx.f()", "a.f"),
        ("import typing\nif typing.TYPE_CHECKING: import a as x\nelse: import b as x\nx.f()", "b.f"),
        ("import a as x\nx = wrap(x)\nx.f()", "x.f"),
        ("import a as x\ndef x(): ...\nx.f()", "x.f"),
        ("import a as x\ndef g():\n  global x\n  x = 1\nx.f()", "x.f"),
        ("from . import x\nx.f()", ".x.f"),
        ("from .a import x\nx.f()", ".a.x.f"),
        ("from a import *\nx.f()", "x.f"),
        ("import a.b.c\na.b.c.f()", "a.b.c.f"),
    ],
)
def test_names_are_canonical_through_imports(text, name):
    assert outline(text).endswith(f"effect {name}()")


@pytest.mark.parametrize(
    ("text", "dynamic"),
    [
        ("globals()['x'] = 1", "globals"),
        ("for n in y: globals()[n] = 1", "globals"),
        ("globals().update(x=1)", "globals"),
        ("def f():\n  g = globals()", "globals"),
        ("def f(): exec(code, globals())", "globals"),
        ("exec('x = 1')", "exec"),
        ("locals()['x'] = 1", "locals"),
        ("class A:\n  vars()['x'] = 1", "vars"),
        ("import sys\nsetattr(sys.modules[__name__], 'x', 1)", "setattr"),
        ("import sys\nsys.modules[__name__].x = 1", "setattr"),
        ("import sys\nmodule = sys.modules[__name__]", "setattr"),
        ("import sys\nsys.modules[__name__].__dict__.update(a)", "setattr"),
        ("import sys\nsys.modules[__name__] = Lazy()", "sys.modules"),
        ("if x:\n  def __getattr__(name): ...", "__getattr__"),
    ],
)
def test_names_made_at_run_time_are_noted(text, dynamic):
    assert facts(text).outline.dynamic == {dynamic}


@pytest.mark.parametrize(
    "text",
    [
        "x = globals()['y']",
        "x = 'y' in globals()",
        "x = sorted(globals())",
        "def f(): return locals()",
        "def f(): exec('1')",
        "class A:\n  def __getattr__(self, name): ...",
        "def f(monkeypatch): monkeypatch.setattr(a, 'globals', 1)",
        "import sys\nsys.modules['fake'] = x",
        "import sys\ngetattr(sys.modules[__name__], x)",
        "x = 'globals() exec() sys.modules[__name__] = 1'",
    ],
)
def test_what_makes_no_names_is_not_noted(text):
    assert facts(text).outline.dynamic == frozenset()


def test_syntax_errors_are_noted_and_hide_nothing_else():
    found = outline("import pytest\ndef test_a(x): (\ndef test_b(): ...\n")
    assert found.endswith("syntax errors")
    assert "def test_b()" in found


def test_large_values_are_cut_but_names_of_all_are_kept():
    names = ", ".join(f"'name{n}'" for n in range(600))
    table = ", ".join(f"({n}, {n}, {n})" for n in range(5000))
    found = facts(f"__all__ = [{names}]\nTABLE = [{table}]\nTEXT = '{'x' * 10_000}'\n").outline
    all_, big, text = (binding.target.value for binding in found.bindings)
    assert len(all_.items) == 600
    assert all(item.value.startswith("name") for item in all_.items)
    assert len(repr(big)) < 200_000
    assert text.kind == "too large"


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("x = " + " + ".join(["c()"] * 2500) + "\nTAIL = 1", 2500),
        ("if a: pass\n" + "elif a: c()\n" * 600 + "else: TAIL = 1", 600),
        ("x = a" + ".b()" * 900 + "\nTAIL = 1", 900),
    ],
)
def test_deep_code_is_read_to_its_end(text, calls):
    found = facts(f"{text}\nlast(a)\ndef f():\n  " + text.replace("\n", "\n  ") + "\n  last()\n")
    assert "TAIL" in [binding.name for binding in found.outline.bindings]
    (body,) = found.bodies
    assert len(body.calls) == len(found.module_calls) == calls + 1
    assert body.calls[-1].name == found.module_calls[-1].name == "last"
    assert "TAIL" in body.bound


def test_code_too_deep_to_walk_says_nothing_rather_than_something_wrong():
    deep = "x = " + "a if b else " * 900 + "time.sleep()"
    found = facts(f"import time\ndef f():\n  time.sleep()\n  {deep}\n  time = 1\n")
    (body,) = found.bodies
    assert body.calls == ()
