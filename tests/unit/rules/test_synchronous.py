"""Which calls are not looked up at all, since their names say that there is nothing to await."""

import ast

import pytest

from loopscope.rules.support.synchronous import surely_synchronous
from loopscope.text.files import Unreadable
from loopscope.workspace.inference.frames import Frame
from rules.world import ROOT, snapshot_of

MODULE = """\
import logging
import time
from datetime import datetime
import queue

log = logging.getLogger("tests")
client = make_client()


{}


def test_it(given, self):
    {}
"""


def is_synchronous(body: str, above: str = "", **files: str) -> bool:
    path = ROOT / "tests/test_it.py"
    texts = {f"tests/{name}.py": text for name, text in files.items()}
    snapshot = snapshot_of({"tests/test_it.py": MODULE.format(above, body.replace("\n", "\n    ")), **texts})
    facts = snapshot.facts(path)
    assert not isinstance(facts, Unreadable)
    function = next(each for each in facts.bodies if each.id.qualname == "test_it")
    node = function.statements[-1]
    assert isinstance(node, ast.Expr)
    assert isinstance(node.value, ast.Call)
    return surely_synchronous(Frame(snapshot.queries, path, facts, function), node.value, {})


@pytest.mark.parametrize(
    "body",
    [
        "self.assertEqual(1, 1)",
        "given.startswith('a')",
        "len(given)",
        "time.sleep(1)",
        "datetime.now()",
        "datetime.now().isoformat()",
        "log.info('')",
        "found = []\nfound.pop()",
        "text = open('a').read()\ntext.find('b')",
        "with open('a') as file:\n    text = file\ntext.read()",
    ],
)
def test_nothing_to_await_by_name(body: str) -> None:
    assert is_synchronous(body)


@pytest.mark.parametrize(
    "body",
    [
        "given()",
        "given.get()",
        "given.append(1)",
        "given.extend([1])",
        "given.setdefault(1)",
        "given.skip()",
        "given.fail()",
        "self.assert_response()",
        "client.get()",
        "anext(given)",
        "found = given.pop()\nfound.get()",
        "found = []\nfound = given\nfound.get()",
        "found = found.next()\nfound.get()",
        "time = given\ntime.sleep(1)",
        "len = given\nlen()",
        "for found in []:\n    pass\nfound.get()",
        "queue.Queue().get()",
        "unknown()",
    ],
)
def test_what_may_be_anything(body: str) -> None:
    assert not is_synchronous(body)


def test_a_builtin_that_the_module_redefines() -> None:
    assert not is_synchronous("open('a')", "async def open(name): ...")
    assert not is_synchronous("open('a')", "from helpers import *", helpers="async def open(name): ...\n")


def test_a_module_of_the_project_with_a_name_of_the_standard_library() -> None:
    assert not is_synchronous("time.sleep(1)", time="async def sleep(seconds): ...\n")
