"""The outline of a skimmed text is that of the whole text."""

import asyncio
import dataclasses
import inspect
import logging
import typing
from pathlib import Path

import _pytest.capture
import _pytest.fixtures
import _pytest.logging
import _pytest.python
import pytest
import pytest_asyncio.plugin

from loopscope.facts.extract import file_facts
from loopscope.facts.skimmed import outline_of
from loopscope.syntax.parse import parse_whole
from loopscope.syntax.skim import skim

TEXTS = {
    "bodies": "def f(a, b=(1,\n2)):\n    x = 1\n\n    return x\n\n\n# end\ny = f\n",
    "on the header's line": "def f(): return 1\n\nasync def g(): ...\n\nx = 1\n",
    "a generator": "def f():\n    x = 1\n    yield x\n\ndef g():\n    def h():\n        yield 1\n    return h\n",
    "a global": "x = None\n\ndef f():\n    global x\n    x = 1\n",
    "globals": "def f():\n    globals()['x'] = 1\n\ndef g():\n    sys.modules[__name__].y = 2\n",
    "strings with code": 'X = """\ndef f():\n    pass\n"""\n\ndef g():\n    """\ndef h():\n    """\n    return 1\n',
    "quotes": "def f():\n    return \"'\" + '\"' + f'{1}' + r'\\\\' + '''it's'''\n\ny = 'a'\n",
    "brackets over lines": "def f():\n    return [\n1,\n]\n\ny = (\n    1,\ndef_,\n)\n",
    "backslashes": "def f():\n    x = 1 + \\\n2\n    return x\n\ny = 1\n",
    "comments to the left": "def f():\n    x = 1\n# a comment (\n    return x\n#\n\ny = 1\n",
    "methods": "class A:\n    x = 1\n\n    def f(self):\n        return 1\n\n    @property\n    def g(self): ...\n",
    "conditions": "if TYPE_CHECKING:\n    def f():\n        return 1\nelse:\n    def f():\n        return 2\n",
    "tabs": "class A:\n\tdef f(self):\n\t\treturn 1\n\n\tdef g(self):\n\t\tpass\n\tx = 1\n",
    "carriage returns": "def f():\r\n    return 1\r\n\r\nx = 1\r\n",
    "a form feed": "def f():\n    return 1\n\f\ndef g():\n    x = 1\n\f\n    return x\n",
    "no line end": "def f():\n    return 1",
    "a header that nothing follows": "def f():\n",
    "only a comment below": "def f():\n    # nothing\nx = 1\n",
    "brackets that end at the margin": "def f():\n    return [\n1,\n]\n\ndef g():\n    x = (\n)\n    return 2\n",
    "brackets in brackets": f"def f():\n    return {'[' * 50}{']' * 50}\n\nx = {'(' * 20}1{')' * 20}\n",
    "plain generators": 'def f():\n    """\n    yield\n    """\n    x: int = yield\n\nasync def g():\n    yield 1\n',
    "no generators": "def f():\n    '''\n    yield\n    '''\n    # yield\n    return 'a\\\n    yield'\n",
    "generators inside": "def f():\n    def g():\n        yield\n\ndef f():\n    x = lambda: (\n        yield)\n",
    "bodies in bodies": "def f():\n    def g():\n        yield\n    yield\n\ndef h():\n    class A:\n        yield\n",
    "a string without end": 'def f():\n    return """\n\ndef g():\n    return 2\n',
    "nested too deep": f"def f(a={'(' * 9}1{')' * 9}):\n    return 1\n\ndef g():\n    return 2\n",
    "a mistake in a header": "def f(a b):\n    return 1\n\ndef g(a):\n    return 2\n",
    "nothing": "",
    "a byte order mark": "\ufeffdef f():\n    return 1\n",
    "names like it": "define = 1\ndef_ = 2\nasync_def = 3\n",
    "decorators": "@a(b=1,\n   c=2)\n@d\ndef f(x: 'int' = 1) -> list[\n    int\n]:\n    x += 1\n    return [x]\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_skimmed_text_says_what_the_whole_says(text: str) -> None:
    assert outline_of(text) == file_facts(parse_whole(text)).outline


@pytest.mark.parametrize(
    "module",
    [
        *(_pytest.capture, _pytest.fixtures, _pytest.logging, _pytest.python, pytest_asyncio.plugin),
        *(asyncio.base_events, dataclasses, inspect, logging, typing),
    ],
    ids=lambda module: module.__name__,
)
def test_real_files_say_the_same_and_are_far_shorter(module: object) -> None:
    text = Path(inspect.getfile(module)).read_text(encoding="utf-8")
    assert outline_of(text) == file_facts(parse_whole(text)).outline
    assert len(skim(text, ("global", "modules"))) < len(text) * 4 / 5


def test_a_mistake_in_a_body_is_not_looked_at() -> None:
    outline = outline_of("def f():\n    return (1 +\n\ndef g(a):\n    return 2\n")
    assert [each.name for each in outline.bindings] == ["f", "g"]
    assert not outline.has_syntax_errors


def test_a_mistake_outside_of_bodies_is_told_and_hides_nothing() -> None:
    outline = outline_of(TEXTS["a mistake in a header"])
    assert outline.has_syntax_errors
    assert outline == file_facts(parse_whole(TEXTS["a mistake in a header"])).outline


def test_what_the_outline_tells_of_bodies_stays() -> None:
    text = "def f():\n    x = 1\n    yield x\n\ndef g():\n    return 1\n\ndef h():\n    global x\n"
    assert skim(text, ("global",)) == "def f():\n yield\ndef g():\n pass\ndef h():\n    global x\n"
