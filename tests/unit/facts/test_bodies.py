"""Bodies say what each function does: which calls, under what name, and what becomes of their values."""

import pytest

from loopscope.facts.outline import FactId

from .dump import calls, facts

USES = {
    "STATEMENT": ["c()", "(c())", "a and c()", "not c()", "(yield) or c()"],
    "AWAITED": ["await c()", "x = await (c())", "await (a or c())", "assert await c()", "f(await c())"],
    "ASSERTED": ["assert c()", "assert not c(), m", "assert a and (b or not c())", "assert (x := c())"],
    "TESTED": [
        "if c(): pass",
        "while not c(): pass",
        "x = 1 if c() else 2",
        "[x for x in y if c()]",
        "if a: pass\n  elif c(): pass",
        "if (x := c()): pass",
        "match a:\n    case 1 if c(): pass",
    ],
    "COMPARED": ["assert c() == 1", "assert 1 < c() < 2", "x = a in c()"],
    "RETURNED": ["return c()", "return a or c()", "return (c() if a else b)", "lambda: c()"],
    "YIELDED": ["yield c()", "x = yield c()", "yield from c()"],
    "ARGUMENT": ["d(c())", "d(*c())", "d(a=c())", "d(**c())", "d(x := c())"],
    "ASSIGNED": ["x = c()", "x: int = c()", "x += c()", "x.y = c()", "x = y = (c())", "(x := c())"],
    "WITH": ["with c(): pass", "with a, c() as x: pass"],
    "ASYNC_WITH": ["async with c(): pass", "async with (a, c() as x): pass"],
    "ITERATED": ["for x in c(): pass", "[x for x in c()]", "{x: y for y in z for x in c()}"],
    "ASYNC_ITERATED": ["async for x in c(): pass", "[x async for x in c()]"],
    "ATTRIBUTE": ["c().x", "c().x.y()", "x = c()[0]", "c().x = 1", "del c().x"],
    "OTHER": [
        "x = [c()]",
        "x = c(), 1",
        "x = {1: c()}",
        "x = {c(): 1}",
        "f'{c()}'",
        "f'{a:{c()}}'",
        "-c()",
        "c() + 1",
        "1 + c()",
        "raise c()",
        "raise a from c()",
        "assert a, c()",
        "x[c()]",
        "x[c():]",
        "x[c()] = 1",
        "[c() for x in y]",
        "c()()",
        "match c():\n    case 1: pass",
        "try: pass\n  except c(): pass",
        "@c()\n  def g(): pass",
        "def g(x=c()): pass",
        "def g(x: c()): pass",
        "class G(c()): pass",
        "class G(a=c()): pass",
        "lambda x=c(): x",
    ],
}


@pytest.mark.parametrize(("use", "statement"), [(use, text) for use, texts in USES.items() for text in texts])
def test_use(use, statement):
    found = facts(f"async def f():\n  {statement}\n")
    (call,) = [call for call in found.bodies[0].calls if call.name == "c"]
    assert call.use.name == use


def test_every_statement_and_expression_is_reached():
    text = """
async def f():
    {a1(): a2(), **a3()}, {a4()}, [*a5()], x[a6():a7():a8()]
    for i in a9(): a10()
    else: a11()
    while a12(): a13()
    else: a14()
    try: a15()
    except a16() as e: a17()
    else: a18()
    finally: a19()
    try: a20()
    except* a21(): a22()
    with a23() as b[a24()]: a25()
    match a26():
        case a.b if a27(): a28()
        case _: a29()
    if a30(): a31()
    elif a32(): a33()
    else: a34()
    {k: v for k, v in a35() for w in a36() if a37()}, {a38() for _ in y}, (a39() for _ in y)
    raise a40() from a41()
    async for i in a42(): a43()
    async with a44(): a45()
    class C(a46(), m=a47()): a48()
    del x[a49()]
    (lambda p=a50(): a51())
    x: a.b = a52()
    x.y += f"{a53()!r:{a54()}}"
"""
    found = facts(text).bodies[0]
    assert sorted(int(call.name[1:]) for call in found.calls) == list(range(1, 55))


def test_names_of_calls():
    text = """
import asyncio as aio, time
from unittest.mock import AsyncMock as Mock
from .util import helper

async def f(client, *args, **kw):
    import trio as t
    from httpx import AsyncClient
    own = 1
    aio.sleep(1)
    Mock(); helper(); print()
    client.get.it(); own(); args.x(); kw.y()
    t.run(); AsyncClient().get()
    x[0].f()
    [aio.x() for aio in y]
    lambda time: time.sleep()
    def g(time):
        aio.sleep(2)
        client()
        t.sleep()
        time.sleep()
    g()
    class C:
        time = 1
        time.sleep()
        def m(self): time.sleep()
"""
    assert calls(text) == [
        "aio.sleep(1) -> asyncio.sleep STATEMENT imported",
        "Mock() -> unittest.mock.AsyncMock STATEMENT imported",
        "helper() -> .util.helper STATEMENT imported",
        "print() -> print STATEMENT",
        "client.get.it() -> client.get.it STATEMENT local_root",
        "own() -> own STATEMENT local_root",
        "args.x() -> args.x STATEMENT local_root",
        "kw.y() -> kw.y STATEMENT local_root",
        "t.run() -> trio.run STATEMENT imported",
        "AsyncClient().get() -> None STATEMENT",
        "AsyncClient() -> httpx.AsyncClient ATTRIBUTE imported",
        "x[0].f() -> None STATEMENT",
        "aio.x() -> aio.x OTHER local_root in_comprehension",
        "time.sleep() -> time.sleep RETURNED local_root in_lambda",
        "g() -> g STATEMENT local_root",
        "time.sleep() -> time.sleep STATEMENT local_root",
        "f.<locals>.g:",
        "aio.sleep(2) -> asyncio.sleep STATEMENT imported",
        "client() -> client STATEMENT local_root",
        "t.sleep() -> trio.sleep STATEMENT imported",
        "time.sleep() -> time.sleep STATEMENT local_root",
        "f.<locals>.C.m:",
        "time.sleep() -> time.sleep STATEMENT imported",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("try: import a as x\n  except ImportError: x = None\n  x()", "x() -> x STATEMENT local_root"),
        ("global x\n  x = 1\n  x()", "x() -> x STATEMENT"),
        ("from a import x\n  class x: pass\n  x()", "x() -> x STATEMENT local_root"),
        ("x = 1\n  def g():\n    import a as x\n    x()", "f.<locals>.g: x() -> a STATEMENT imported"),
        ("import a as x\n  def g():\n    x = 1\n    x()", "f.<locals>.g: x() -> x STATEMENT local_root"),
        ("for x in y: pass\n  x()", "x() -> x STATEMENT local_root"),
        ("x()\n  x = 1", "x() -> x STATEMENT local_root"),
        ("match y:\n    case [x]: x()", "x() -> x STATEMENT local_root"),
        ("if (x := 1): x()", "x() -> x STATEMENT local_root"),
        ("[x := 1 for _ in y]\n  x()", "x() -> x STATEMENT local_root"),
        ("[x for x in y]\n  x()", "x() -> x STATEMENT"),
        ("try: pass\n  except E as x: x()", "x() -> x STATEMENT local_root"),
    ],
)
def test_what_binds_a_name_in_a_function(body, expected):
    assert " ".join(calls(f"def f():\n  {body}\n")) == expected


def test_what_a_body_holds_is_its_own():
    text = """
@decorate(a)
async def f(p=default):
    async with one as x: pass
    with two: pass
    async for i in it: await b
    for j in it: yield c
    def inner():
        yield 1
        return 2
    lambda: (yield 3)
    return d
"""
    file = facts(text)
    (body,) = file.bodies
    assert body.is_async
    assert (len(body.withs), len(body.fors), len(body.awaits), len(body.yields), len(body.returns)) == (2, 2, 1, 1, 1)
    assert [name.id for name in body.loads] == ["one", "two", "it", "b", "it", "c", "d"]
    assert body.bound == {"p", "x", "i", "j", "inner"}
    assert [type(statement).__name__ for statement in body.statements] == (
        ["AsyncWith", "Pass", "With", "Pass", "AsyncFor", "Expr", "For", "Expr", "FunctionDef", "Expr", "Return"]
    )
    (inner,) = body.nested
    assert file.around(inner) is body
    assert file.around(body) is None
    assert inner.outermost == body.id
    assert (len(inner.yields), len(inner.returns), inner.bound) == (1, 1, frozenset())


def test_bodies_are_found_by_id_and_ids_differ():
    text = """
def f():
    def g(): one()
    def g(): two()
def f():
    def g(): three()
class A:
    def f(self):
        class B:
            def g(self): four()
"""
    found = facts(text)
    ids = [("f.<locals>.g", 0), ("f.<locals>.g", 1), ("f.<locals>.g", 2), ("A.f.<locals>.B.g", 0)]
    names = [[call.name for call in found.body(FactId(*id_)).calls] for id_ in ids]
    assert names == [["one"], ["two"], ["three"], ["four"]]
    assert [body.id for body in found.bodies] == [FactId("f"), FactId("f", 1), FactId("A.f")]
    assert all(found.body(body.id) is body for body in found.bodies)
    assert found.body(FactId("f.<locals>.g", 3)) is None
    assert found.body(FactId("A")) is None
    assert found.body(FactId("missing.<locals>.g")) is None


@pytest.mark.parametrize("padding", ["", "    # long enough to split the class\n" * 100])
def test_module_calls(padding):
    text = f"""
import asyncio as aio, pytest
lock = aio.Lock()
@pytest.mark.parametrize("x", [fetch(1)])
def test(x=default()):
    inside()
class A(base()):
    queue = aio.Queue()
    queue.put()
{padding}    @mark()
    def m(self): inside()
    x = [y() for y in z()]
if __name__ == "__main__":
    main()
elif other():
    pass
"""
    found = facts(text)
    shown = [
        f"{text[slice(*found.span(call, call.node))]} -> {call.name} {call.use.name} {type(call.statement).__name__}"
        + " local_root" * call.local_root
        for call in found.module_calls
    ]
    assert shown == [
        "aio.Lock() -> asyncio.Lock ASSIGNED Assign",
        'pytest.mark.parametrize("x", [fetch(1)]) -> pytest.mark.parametrize OTHER FunctionDef',
        "fetch(1) -> fetch OTHER FunctionDef",
        "default() -> default OTHER FunctionDef",
        "base() -> base OTHER ClassDef",
        "aio.Queue() -> asyncio.Queue ASSIGNED Assign",
        "queue.put() -> queue.put STATEMENT Expr local_root",
        "mark() -> mark OTHER FunctionDef",
        "z() -> z ITERATED Assign",
        "y() -> y OTHER Assign local_root",
        "other() -> other TESTED If",
    ]


def test_spans_are_code_points_of_the_file():
    text = "# 🦜 start\nx = 'é'\n\n\ndef f():\n\t'🦜é'; call('🦜', 1)\r\n"
    found = facts(text)
    (body,) = found.bodies
    assert text[slice(*found.span(body, body.calls[0].node))] == "call('🦜', 1)"
    assert text[slice(*found.span(FactId("f"), body.calls[0].node.args[1]))] == "1"
    with pytest.raises(KeyError):
        found.span(FactId("g"), body.node)
