"""Which attributes a text sets: asked by inference, and asked again only when that changes."""

from pathlib import PurePath

from loopscope.workspace.queries import Queries
from rules.world import ROOT, snapshot_of

PATH = ROOT / "module.py"


def is_set(q: Queries, path: PurePath, name: str) -> bool:
    return q.sets(path, name)


def test_names_of_attributes_that_are_set() -> None:
    text = "self.one = 1\nself.two: int = 2\nself.three, self.four = 3, 4\nwith x as self.five: 1\nself.six()\n"
    sets = snapshot_of({"module.py": text}).text_sets(PATH)
    assert sets == {"one", "two", "three", "four", "five"}
    assert snapshot_of({}).text_sets(PATH) == frozenset()


def test_an_answer_goes_when_the_name_comes_or_goes() -> None:
    first = snapshot_of({"module.py": "self.a = 1\n"})
    assert first.queries.get(is_set, PATH, "a")
    assert not first.queries.get(is_set, PATH, "b")
    second = first.after([PATH], snapshot_of({"module.py": "self.a = 2\nself.b = 3\n"}).files)
    assert second.queries.get(is_set, PATH, "a")
    assert second.queries.get(is_set, PATH, "b")
