"""Answers about functions stay from edit to edit, as far as they do not depend on what was edited."""

import ast
from collections.abc import Sequence
from pathlib import PurePath

import pytest

from loopscope.facts.bodies import Body
from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import FactId
from loopscope.host.files import OverlayFiles
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot
from rules.world import ROOT, snapshot_of

PATH = ROOT / "module.py"
TEXT = """\
def helper():
    return 1


def plain():
    pass


def first():
    def inner():
        return helper()

    return inner


def second():
    return helper()
"""


def asks(q: Queries, path: PurePath, id_: FactId, log: list[str]) -> tuple[str, ...]:
    """What the helper returns, asked for each function that calls it."""
    log.append(id_.qualname)
    function = q.function(path, id_)
    if function is None or not _calling(function[1]):
        return ()
    helper = q.function(path, FactId("helper"))
    return () if helper is None else tuple(ast.unparse(each) for each in helper[1].returns)


def _calling(body: Body) -> list[object]:
    return [call for call in body.calls if call.name == "helper"]


class Log(list[str]):
    """A list that is one argument of a query."""

    __hash__ = object.__hash__


def found(snapshot: Snapshot, log: Log) -> list[tuple[str, Sequence[str]]]:
    facts = snapshot.facts(PATH)
    assert isinstance(facts, FileFacts)
    among = facts.picked("calling", _calling)
    return [(body.id.qualname, each) for body, each in snapshot.gather(PATH, facts, among, asks, log)]


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("pass", "pass  # nothing", []),
        ("return inner", "return inner  # it", ["first.<locals>.inner"]),
        ("    return helper()\n", "    return helper()  # it\n", ["second"]),
        ("return 1", "return 2", ["first.<locals>.inner", "second"]),
    ],
)
def test_asked_again_where_the_answer_may_differ(old: str, new: str, again: list[str]) -> None:
    log = Log()
    first = snapshot_of({PATH.name: TEXT}).after([PATH])
    assert [name for name, _ in found(first, log)] == ["first.<locals>.inner", "second"]
    log.clear()
    head, _, tail = TEXT.rpartition(old)
    text = head + new + tail
    edited = first.after([PATH], OverlayFiles(first.files, {PATH: text}))
    # What is not looked at between two edits is no less stale.
    second = edited.after([PATH], OverlayFiles(first.files, {PATH: text}))
    expected = found(snapshot_of({PATH.name: text}), Log())
    assert found(second, log) == expected
    assert sorted(log) == again
    assert found(second, log) == expected
    assert sorted(log) == again
