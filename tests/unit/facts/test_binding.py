"""How often, and to what, functions bind their names; what lambdas and asserts do with them."""

import pytest

from .dump import facts

FUNCTION = """
def function(once, twice, *rest, **more):
    twice = 1
    first = second = call()
    plain = call()
    annotated: int = 2
    declared: int
    plain_later = [item for item in once if (walrus := item)]
    for step in rest:
        twice: int = step
    with call() as target, call() as (left, [right]):
        import os.path, json as data
    try:
        from a import b as c
    except Error as error:
        del step
    match once:
        case [1, *others] | {"a": whole as part}:
            pass
    lambda own: (inner := 1)
    def nested():
        hidden = 1
    class Held:
        member = 1
    global outside
    outside = 1
"""

TIMES = {
    "once": 1, "twice": 3, "rest": 1, "more": 1, "first": 1, "second": 1, "plain": 1, "annotated": 1, "declared": 1,
    "plain_later": 1, "item": 1, "walrus": 1, "step": 2, "target": 1, "left": 1, "right": 1, "os": 1, "data": 1,
    "c": 1, "error": 1, "others": 1, "whole": 1, "part": 1, "nested": 1, "Held": 1, "member": 1, "outside": 3,
}  # fmt: skip


def body(text):
    return facts(text).bodies[0]


def test_every_binding_is_counted_in_the_own_body_only():
    assert dict(body(FUNCTION).times_bound) == TIMES


def test_the_first_plain_assignment_counts():
    found = body("def f():\n  a = 1\n  a = 2\n  b: int = 3\n  b: int\n  c = d = 4\n  e, g = 5\n  h += 6\n").assigned
    assert {name: value.value for name, value in found.items()} == {"a": 1, "b": 3}


def test_reads_of_inner_functions_and_lambdas():
    found = body("def f(a, b, c, d):\n  a\n  lambda: b\n  def g():\n    c\n    lambda: d\n")
    assert found.inner_reads == {"b", "c", "d"}
    assert {name: len(loads) for name, loads in found.reads.items()} == {"a": 1, "b": 1}
    own = body("def f(a, b, c):\n  def g(a):\n    a\n    b = 1\n    def h():\n      a, b, c\n")
    assert own.inner_reads == {"c"}
    assert "a" in body("def f(a):\n  def g():\n    nonlocal a\n    a = a + 1\n").inner_reads


@pytest.mark.parametrize(
    ("statement", "count"),
    [("assert a == 1", 2), ("assert a < b <= c", 3), ("assert a is b", 0), ("assert a in b", 0), ("a == b", 0)],
)
def test_operands_that_asserts_compare_by_value(statement, count):
    assert len(body(f"def f(a, b, c):\n  {statement}\n").asserted_operands) == count
