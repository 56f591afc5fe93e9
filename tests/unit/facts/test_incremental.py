"""Facts survive typing: what an edit does not touch is the same object, and the result is that of a fresh reading."""

import pickle
import random

import pytest

from loopscope.facts.extract import FileFacts, file_facts
from loopscope.facts.outline import FactId
from loopscope.syntax.parse import parse

from .dump import dump

METHODS = "".join(
    f'''
    async def test_{n}(self, client):
        """Doc {n}."""
        value = await client.get({n})
        assert value == {n}
'''
    for n in range(40)
)
TEXT = f'''"""Module."""
import asyncio
import pytest

pytestmark = pytest.mark.asyncio

@pytest.fixture
async def client():
    yield make()

async def test_first(client):
    """Doc."""
    await asyncio.sleep(1)

class TestBig:
{METHODS}
    class TestInner:
        def test(self): helper()
'''


def edited(before: FileFacts, old: str, new: str) -> FileFacts:
    text = before.tree.text
    assert text.count(old) == 1
    return file_facts(parse(text.replace(old, new), before.tree), before)


@pytest.fixture
def facts() -> FileFacts:
    return file_facts(parse(TEXT))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("yield make()", "value = 1\n    yield make(value)"),
        ("    yield make()", "    # comment\n\n    yield make()"),
        ('"""Module."""', '"""Another\ntext."""'),
        ('"""Doc."""', '"""Something else."""\n'),
        ("await client.get(7)", "await client.post(7, await other())"),
        ("helper()", "other()"),
        ("class TestBig:", "# comment\n\n\nclass TestBig:  # comment"),
        ("import pytest\n", "import pytest  # why\n"),
    ],
)
def test_an_edit_in_a_body_keeps_the_outline(facts, old, new):
    after = edited(facts, old, new)
    assert after.outline is facts.outline
    assert after.layout != facts.layout or len(old) == len(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("yield make()", "return make()"),
        ("def client():", "def client(a):"),
        ("pytest.mark.asyncio", "pytest.mark.slow"),
        ("    yield make()", "    global x\n    yield make()"),
        ("yield make()", "yield globals().update(x=1)"),
        ("def test_7(self, client)", "def test_7(self)"),
        ("async def test_first(client):", "async def test_first(client:"),
        ("import pytest\n", "from pytest import pytest\n"),
    ],
)
def test_an_edit_outside_of_bodies_changes_the_outline(facts, old, new):
    assert edited(facts, old, new).outline != facts.outline


def test_bodies_that_an_edit_does_not_touch_are_kept(facts):
    kept = {body.id: body for body in facts.bodies}
    after = edited(facts, "client.get(7)", "client.get(7, 7)")
    changed = {body.id.qualname for body in after.bodies if kept[body.id] is not body}
    assert changed == {"TestBig.test_7"}
    assert (
        "get(7, 7)"
        in after.tree.text[slice(*after.span(FactId("TestBig.test_7"), after.body(FactId("TestBig.test_7")).node))]
    )


def test_an_edit_of_imports_reaches_unchanged_bodies(facts):
    assert [call.name for call in facts.body(FactId("test_first")).calls] == ["asyncio.sleep"]
    after = edited(facts, "import asyncio\n", "import trio as asyncio\n")
    assert [call.name for call in after.body(FactId("test_first")).calls] == ["trio.sleep"]


def test_an_edit_of_imports_reaches_methods_of_a_class_that_hides_them():
    before = file_facts(parse(f"import time as t\nclass A:\n    t = None\n{METHODS}\n    def last(self): t.sleep()\n"))
    assert before.body(FactId("A.last")).calls[0].name == "time.sleep"
    assert edited(before, "import time", "import trio").body(FactId("A.last")).calls[0].name == "trio.sleep"


def test_a_definition_above_counts_into_ids_below(facts):
    after = edited(facts, "@pytest.fixture\n", "async def test_first(): ...\n@pytest.fixture\n")
    assert after.body(FactId("test_first", 1)).calls[0].name == "asyncio.sleep"
    assert edited(after, "async def test_first(): ...\n", "").outline == facts.outline


def test_equal_chunks_in_two_places():
    one = "def f():\n    def g(): call()\n" + "# padding\n" * 200
    facts = file_facts(parse(one + "x = 1\nreal()\n" + one))
    again = file_facts(parse("y = 1\n" + facts.tree.text, facts.tree), facts)
    for found in (facts, again):
        spans = [found.layout.defs[FactId("f", nth)].whole.start for nth in (0, 1)]
        assert spans == sorted(set(spans))
        starts = [found.span(body, body.node).start for body in found.bodies]
        assert starts == spans
        inner = [found.body(FactId("f.<locals>.g", nth)) for nth in (0, 1)]
        assert [found.span(body, body.node).start for body in inner] == [start + 13 for start in spans]


def test_equal_calls_of_the_module_in_two_places():
    one = "call()\n" + "# padding\n" * 200
    before = file_facts(parse(f"{one}def f(): ...\n{one}def g(): ...\n"))
    # Changed at both ends, so that every piece is looked up by its text and both calls are in one chunk object.
    after = file_facts(parse(f"def h(): ...\n{before.tree.text}x = 1\n", before.tree), before)
    for found in (before, after):
        text = found.tree.text
        starts = [found.span(call, call.node).start for call in found.module_calls]
        assert starts == [text.index("call"), text.rindex("call")]


@pytest.mark.parametrize("seed", range(6))
def test_any_edits_give_the_facts_of_a_fresh_reading(seed, facts):
    rng = random.Random(seed)
    pieces = [
        "\n",
        "    ",
        "x = 1\n",
        "def f(",
        "):",
        '"""',
        "import a as pytest\n",
        "class A:\n",
        "yield ",
        "global z\n",
        "(",
    ]
    for _ in range(60):
        text = facts.tree.text
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.choice([0, 0, 1, 5, 40]))
        text = text[:at] + rng.choice(pieces) + text[end:]
        before = facts
        facts = file_facts(parse(text, before.tree), before)
        fresh = file_facts(parse(text))
        assert dump(facts.outline) == dump(fresh.outline)
        assert facts.outline == fresh.outline
        assert (facts.outline is before.outline) == (before.outline == fresh.outline)
        assert facts.layout == fresh.layout
        shapes = [
            [
                [
                    (body.id, [(call.name, call.use, found.span(body, call.node)) for call in body.calls])
                    for body in found.bodies
                ]
            ]
            for found in (facts, fresh)
        ]
        assert shapes[0] == shapes[1]
        assert [call.name for call in facts.module_calls] == [call.name for call in fresh.module_calls]


def test_outline_and_layout_pickle(facts):
    assert facts.outline.by_name["client"]
    for value in (facts.outline, facts.layout):
        data = pickle.dumps(value, protocol=5)
        assert pickle.loads(data) == value
        assert len(data) < 3 * len(TEXT)
    assert b"by_name" not in pickle.dumps(facts.outline)
    assert dump(pickle.loads(pickle.dumps(facts.outline))) == dump(facts.outline)
