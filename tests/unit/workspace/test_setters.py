"""The statements of methods that set an attribute: a look at texts leaves out none of them."""

import pytest

from loopscope.facts.outline import FactId
from loopscope.workspace.inference.instances import setters
from loopscope.workspace.snapshot import Snapshot
from rules.world import ROOT, environment, snapshot_of

PATH = ROOT / "module.py"


@pytest.mark.parametrize(
    "statement",
    [
        "self.value = 1",
        "self.value=1",
        "self.value: int = 1",
        "self.value : int",
        "self.value += 1",
        "self.value |= {1}",
        "(self.value) = 1",
        "self.value, other = 1, 2",
        "[other, self.value] = 1, 2",
        "(other, (self.value)) = 1, (2)",
        "other = self.value = 1",
        "self.value \\\n            = 1",
        "(self.value  # of course\n         ) = 1",
        "for self.value in (): pass",
        "with open('x') as self.value: pass",
        "with open('x') as (self.value): pass",
    ],
)
@pytest.mark.parametrize("whole", [False, True])
def test_each_way_to_set_an_attribute(statement: str, whole: bool) -> None:
    text = f"class Thing:\n    def set(self):\n        {statement}\n\n    def get(self):\n        return self.value\n"
    edited = snapshot_of({"module.py": text})
    snapshot = Snapshot(edited.files, [ROOT], lambda _: environment(), whole=True) if whole else edited
    found = [frame.body.id for frame, _, _ in setters(snapshot.queries, PATH, FactId("Thing"), "value")]
    assert found == [FactId("Thing.set")]
