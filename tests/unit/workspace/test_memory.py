"""What a long session remembers does not grow with its edits."""

from pathlib import PurePath

from loopscope.host.files import OverlayFiles
from loopscope.workspace.queries import Memory, Queries
from rules.world import ROOT, snapshot_of

PATH = ROOT / "module.py"


def line(q: Queries, path: PurePath, text: str, number: int) -> str:
    """A question that is asked of one version of a text only."""
    return f"{q.files.read(path) == text} {number}"


def test_who_needed_what_is_forgotten_in_time() -> None:
    snapshot = snapshot_of({})
    sizes = []
    for edit in range(60):
        text = f"x = {edit}\n"
        snapshot = snapshot.after([PATH], OverlayFiles(snapshot_of({}).files, {PATH: text}))
        for number in range(100):
            assert snapshot.queries.get(line, PATH, text, number) == f"True {number}"
        memory: Memory = snapshot._memory
        sizes.append(sum(map(len, memory.users.values())))
    assert max(sizes[30:]) <= max(sizes[:30]) < 4000
    # And nothing is forgotten that counts.
    edited = snapshot.after([PATH], OverlayFiles(snapshot_of({}).files, {PATH: ""}))
    assert edited.queries.get(line, PATH, text, 0) == "False 0"
