"""Answers about functions: an edit of another function leaves them, an edit of what they came from does not."""

from pathlib import PurePath

import pytest

from loopscope.facts.outline import FactId
from loopscope.workspace.inference.calls import call_at
from loopscope.workspace.inference.model import Coroutine, Plain
from loopscope.workspace.queries import Queries
from rules.world import ROOT, snapshot_of

PATH = ROOT / "module.py"
TEXT = """
from elsewhere import go

async def asked():
    return 1

def one():
    def inner():
        return go()
    value = asked()
    return value.close()

def two():
    return 2

def two():
    return 3
"""


def returned(q: Queries, path: PurePath, id_: FactId, log: list[str]) -> str | None:
    log.append(id_.qualname)
    found = q.function(path, id_)
    return None if found is None else str(found[1].returns[0].lineno)


class Log(list[str]):
    """Equal to itself only, so that it can be part of a question."""

    __hash__ = object.__hash__


@pytest.mark.parametrize(
    ("old", "new", "anew"),
    [
        ("return 2", "return 20", ["two", "two"]),
        ("return 3", "return 30", ["two", "two"]),
        ("value = asked()", "value = asked(1)", ["one", "one.<locals>.inner"]),
        ("return go()", "return go(1)", ["one", "one.<locals>.inner"]),
        ("return 1", "return 10", ["asked"]),
        ("import go", "import go, gone", ["asked", "one", "one.<locals>.inner", "two", "two"]),
        ("async def asked", "# A comment.\nasync def asked", []),
        ("def two():\n    return 2\n\n", "", ["two", "two"]),
    ],
)
def test_functions_that_are_looked_at_again(old: str, new: str, anew: list[str]) -> None:
    ids = [FactId("asked"), FactId("one"), FactId("one.<locals>.inner"), FactId("two"), FactId("two", 1)]
    log = Log()
    first = snapshot_of({"module.py": TEXT})
    first = first.after([PATH], first.files)
    for id_ in ids:
        first.queries.get(returned, PATH, id_, log)
    log.clear()
    second = first.after([PATH], snapshot_of({"module.py": TEXT.replace(old, new, 1)}).files)
    for id_ in ids:
        second.queries.get(returned, PATH, id_, log)
    assert log == anew
    log.clear()
    # And back: nothing of the first version is taken for one of the third that went through a second.
    third = second.after([PATH], first.files)
    for id_ in ids:
        third.queries.get(returned, PATH, id_, log)
    assert log == anew


def test_what_a_call_gives_follows_from_the_function_that_is_called() -> None:
    first = snapshot_of({"module.py": TEXT})
    call = (PATH, FactId("one"), 0)
    assert first.queries.get(call_at, *call) == Coroutine(Plain("int"))
    second = first.after([PATH], snapshot_of({"module.py": TEXT.replace("return 1", "return ''")}).files)
    assert second.queries.get(call_at, *call) == Coroutine(Plain("str"))
    third = second.after([PATH], snapshot_of({"module.py": TEXT.replace("async def asked", "def asked")}).files)
    assert third.queries.get(call_at, *call) == Plain("int")
