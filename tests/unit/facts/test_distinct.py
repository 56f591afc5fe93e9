"""What says different things is never equal: an edit must not be taken for none."""

from itertools import combinations

from loopscope.facts.expr import Const, Opaque, Ref

from .dump import facts

TEXTS = [
    "import x",
    "from x import x",
    "x = a",
    "x = 'a'",
    "x = b'a'",
    "x = 1",
    "x = True",
    "x = 1.0",
    "x = [1, 2]",
    "x = (1, 2)",
    "x = {1, 2}",
    "x = {1: 2}",
    "x = 1 + 2",
    "x = f(1, 2)",
    "x = f(1, a=2)",
    "x += 1",
    "del x",
    "def x(): ...",
    "async def x(): ...",
    "def x(): yield",
    "def x(a): ...",
    "def x(a=1): ...",
    "def x(*, a): ...",
    "def x() -> a: ...",
    "@a\ndef x(): ...",
    "@'a'\ndef x(): ...",
    "class x: ...",
    "class x(a): ...",
    "class x('a'): ...",
    "class x:\n  a = b",
    "class x:\n  a = 'b'",
    "if c: x = 1",
    "try: x = 1\nfinally: pass",
]


def test_outlines_of_different_code_differ():
    outlines = [(text, facts(text).outline) for text in TEXTS]
    same = [(one, other) for (one, first), (other, second) in combinations(outlines, 2) if first == second]
    assert same == []


def test_equal_means_the_same_type():
    assert Ref("a") == Ref("a")
    assert (Ref("a") != Ref("a")) is False
    assert hash(Ref("a")) == hash(Ref("a"))
    assert Ref("a") != Const("a")
    assert Ref("a") != Opaque("a")
    assert Const(1) != Const(True)
