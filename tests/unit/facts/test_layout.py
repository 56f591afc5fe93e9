"""The layout says where the outline's facts stand, in code points of the whole file."""

import pytest

from loopscope.facts.extract import file_facts
from loopscope.facts.outline import FactId
from loopscope.syntax.parse import parse, parse_whole

TEXT = '''# 🦜
import os.path, xml.dom as dom
from a import b as c, d
e = f = 1
@pytest.fixture(
    scope="module",
)
# between
@ other
async  def  client(first: "é", /, *rest, kw=1, **more):
    """One é.

       Two.
    """
def plain(a, b): pass
class Test(Base):

    """Doc of the class."""

    attr = 1

    @mark
    def method(self): pass

    class Inner:
        def deep(self):
            x = 1
            return x

# after
try: pass
except E as err: pass
match x:
    case {"k": v, **others}: pass
    case [*many, C(p)] as whole: pass
def last():
    global  g, h
'''


@pytest.fixture(params=["whole", "chunks", "split class", "crlf", "bom"])
def layout(request):
    text = {
        "split class": TEXT.replace("attr = 1\n", "attr = 1\n" + "    # padding\n" * 300),
        "crlf": TEXT.replace("\n", "\r\n"),
        "bom": "\ufeff" + TEXT,
    }.get(request.param, TEXT)
    return text, file_facts((parse_whole if request.param == "whole" else parse)(text))


def test_definitions(layout):
    text, facts = layout
    defs = facts.layout.defs
    lines = text.replace("\r\n", "\n").split("\n")
    for id_, spans in defs.items():
        assert text[slice(*spans.name)] == id_.qualname.rpartition(".")[2]
        assert f" {text[slice(*spans.name)]}" in lines[spans.line - 1]
    client = defs[FactId("client")]
    assert [text[slice(*span)] for span in client.params] == ["first", "rest", "kw", "more"]
    assert [text[slice(*span)].split("(")[0] for span in client.decorators] == ["pytest.fixture", "other"]
    assert text[slice(*client.whole)].startswith("@pytest.fixture(")
    assert text[slice(*client.whole)].endswith('"""')
    assert client.docstring == "One é.\n\nTwo."
    assert defs[FactId("plain")].docstring is None
    test = defs[FactId("Test")]
    assert test.docstring == "Doc of the class."
    assert text[slice(*test.whole)].startswith("class Test(Base)")
    assert text[slice(*test.whole)].endswith("return x")
    assert (
        text[slice(*defs[FactId("Test.method")].whole)]
        == "@mark" + text.partition("@mark")[2].partition(" pass")[0] + " pass"
    )


def test_bindings(layout):
    text, facts = layout
    names = [binding.name for binding in facts.outline.bindings]
    assert [text[slice(*span)] for span in facts.layout.bindings[:-2]] == names[:-2]
    assert names[-2:] == ["g", "h"]
    assert {text[slice(*span)] for span in facts.layout.bindings[-2:]} == {"global  g, h"}
    inside = facts.layout.class_bindings
    assert [text[slice(*span)] for span in inside[FactId("Test")]] == ["attr", "method", "Inner"]
    assert [text[slice(*span)] for span in inside[FactId("Test.Inner")]] == ["deep"]


@pytest.mark.parametrize(
    ("before", "qualname"),
    [
        ("# 🦜", None),
        ("@pytest.fix", "client"),
        ("Two.", "client"),
        ("class Test(", "Test"),
        ("attr = 1", "Test"),
        ("@ma", "Test.method"),
        ("class Inn", "Test.Inner"),
        ("x = 1\n            re", "Test.Inner.deep"),
        ("# after", None),
    ],
)
def test_at(layout, before, qualname):
    text, facts = layout
    before = before.replace("\n", "\r\n") if "\r" in text else before
    found = facts.layout.at(text.index(before) + len(before))
    assert found == (FactId(qualname) if qualname else None)
