"""A function read apart from its file is what it is in the facts of the whole file."""

import ast
import asyncio
import dataclasses
import logging
from pathlib import Path

import pytest

from loopscope.facts.apart import Apart
from loopscope.facts.extract import FileFacts, file_facts
from loopscope.facts.outline import FactId
from loopscope.syntax.build import SPLIT
from loopscope.syntax.parse import parse, parse_whole

TEXT = """\
import os
import shutil as files
from asyncio import sleep, wait
from json import dumps
try:
    from yaml import load
except ImportError:
    load = None


def dumps(value):
    return str(value)


@decorated(
    by=dumps,
)
async def plain(value):
    def inner():
        return sleep(value)

    await inner()
    return wait


class Small:
    files = 1

    def method(self):
        return files.copy(load)


class Large(Small):
    \"\"\"
def not_one(self): a line of a string
    \"\"\"

    sleep = None

    @property
    def attribute(self):
        return sleep

    async def method(self):
        global rebound
        rebound = await os.wait()
        return rebound
# a comment at the margin

    def last(self): return dumps(wait)


if os.name:
    def conditional(): ...


def twice(value): return sleep(value)


def twice(value):
    def inner(): ...
    return inner


def mixed(): ...
mixed = dumps(mixed)


class Large2:
    def twice(self): ...
    def twice(self): ...
    class Inner:
        def method(self): ...
"""
APART = [
    "plain",
    "Small.method",
    "Large.attribute",
    "Large.method",
    "Large.last",
    "twice",
    "Large2.twice",
]
AS_A_WHOLE = [
    "dumps",
    "conditional",
    "mixed",
    "Large2.Inner.method",
    "missing",
    "Small.missing",
    "Small.files",
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "text",
    [TEXT, TEXT.replace("# a comment", "# a comment" * SPLIT), TEXT.replace("sleep, wait", "sleep, wait, rebound")],
)
def test_the_same_as_in_the_whole(text: str, mark: str, end: str) -> None:
    text = mark + text.replace("\n", end)
    whole = file_facts(parse_whole(text))
    same(text, whole, APART)
    reader = Apart(text, whole.outline)
    assert [reader.facts(name) for name in AS_A_WHOLE] == [None] * len(AS_A_WHOLE)


@pytest.mark.parametrize("module", [asyncio.tasks, dataclasses, logging])
def test_the_same_in_real_modules(module: object) -> None:
    text = Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8")
    whole = file_facts(parse_whole(text))
    names = [each.id.qualname for each in whole.bodies]
    read = [name for name in dict.fromkeys(names) if Apart(text, whole.outline).facts(name) is not None]
    assert len(read) > len(names) // 3
    same(text, whole, read)


def test_only_the_header_of_a_large_class() -> None:
    text = TEXT.replace("# a comment", "# a comment" * SPLIT)
    facts = Apart(text, file_facts(parse_whole(text)).outline).facts("Large")
    assert facts is not None
    (_, node), *others = facts.parts[0].defs
    assert not others
    assert isinstance(node, ast.ClassDef)
    assert ast.unparse(node) == "class Large(Small):\n    pass"


def test_nothing_of_a_file_with_syntax_errors() -> None:
    text = f"{TEXT}\ndef broken(:\n"
    assert Apart(text, file_facts(parse_whole(text)).outline).facts("plain") is None


def same(text: str, whole: FileFacts, names: list[str]) -> None:
    reader = Apart(text, whole.outline)
    for name in names:
        facts = reader.facts(name)
        assert facts is not None, name
        assert facts.names == whole.names
    for here in whole.bodies:
        if here.id.qualname not in names:
            continue
        facts = reader.facts(here.id.qualname)
        apart = facts.body(here.id) if facts is not None else None
        assert facts is not None
        assert apart is not None
        assert ast.dump(apart.node) == ast.dump(here.node)
        assert [each.id for each in apart.nested] == [each.id for each in here.nested]
        assert apart.bound == here.bound
        assert [each._replace(node=None, parent=None, statement=None) for each in apart.calls] == [
            each._replace(node=None, parent=None, statement=None) for each in here.calls
        ]
        assert facts.span(apart, apart.node) == whole.span(here, here.node)
        assert facts.layout.defs[here.id] == whole.layout.defs[here.id]


def test_the_text_of_a_function_or_method() -> None:
    text = (
        "import a\n\n@a.b\ndef one():\n    pass\n\nclass C:\n    x = 1\n    def two(self):\n        self.x = 2\n\n"
        "    @a.c\n    def three(self): pass\n\n"
        "    @three.setter\n    def three(self, y): pass\n\ndef four(): pass\ndef four(): pass\n"
    )
    apart = Apart(text, file_facts(parse_whole(text)).outline)
    found = {name: apart.source(name) for name in ("one", "C.two", "C.three", "four", "five", "C.six", "one.two")}
    assert {name: source and " ".join(source.split()) for name, source in found.items()} == {
        "one": "@a.b def one(): pass",
        "C.two": "def two(self): self.x = 2",
        "C.three": "@a.c def three(self): pass @three.setter def three(self, y): pass",
        **dict.fromkeys(("four", "five", "C.six", "one.two")),
    }


def test_the_text_of_a_function_of_a_file_at_hand() -> None:
    text = "def é(): 'é'; self.é = 1\n\nclass C:\n    @a\n    async def two(self):\n        self.x = 2\n\ndef é(): 2\n"
    for facts in (file_facts(parse_whole(text)), file_facts(parse(text, None))):
        names = (("é", 0), ("é", 1), ("C.two", 0), ("C", 0), ("é", 2))
        assert [facts.text_of(FactId(*name)) for name in names] == [
            "def é(): 'é'; self.é = 1",
            "def é(): 2",
            "async def two(self):\n        self.x = 2",
            None,
            None,
        ]
