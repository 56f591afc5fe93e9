"""After edits the engine finds what it finds in the same text read for the first time."""

import random

import pytest

from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.host.files import OverlayFiles
from loopscope.rules import RULES
from rules.world import ROOT, snapshot_of

PATH = ROOT / "test_example.py"
CONFIG = "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
EXAMPLES = [example.bad.partition("# file:")[0] for rule in RULES for example in rule.examples]
PYTHON = [text.replace("⟦", "").replace("⟧", "") for text in EXAMPLES if "def " in text]


def edited(text: str, choose: random.Random) -> str:
    """A text with lines deleted, repeated, moved or taken from another example, or with a name in it changed."""
    lines = text.splitlines(keepends=True)
    at = choose.randrange(len(lines) + 1)
    match choose.randrange(6):
        case 0:
            del lines[at : at + choose.randint(1, 3)]
        case 1:
            lines[at:at] = lines[at - 2 : at]
        case 2:
            block = choose.choice(PYTHON).split("\n\n\n")
            lines.insert(at, f"{choose.choice(block)}\n\n\n")
        case 3:
            lines.insert(at, choose.choice(choose.choice(PYTHON).splitlines(keepends=True)))
        case 4:
            return text.replace("await ", "", choose.randint(1, 2)) if choose.random() < 0.5 else f"{text}# end\n"
        case _:
            return (
                text.replace("async def", "def", 1) if choose.random() < 0.5 else text.replace("def ", "async def ", 1)
            )
    return "".join(lines)


@pytest.mark.parametrize("seed", range(6))
def test_edits_leave_nothing_stale(seed: int) -> None:
    choose = random.Random(seed)
    text = "\n\n".join(choose.sample(PYTHON, 4))
    selection = Selection(RULES)
    snapshot = snapshot_of({"pytest.ini": CONFIG, PATH.name: text})
    check_file(snapshot, PATH, selection)
    for _ in range(10):
        text = edited(text, choose)
        snapshot = snapshot.after([PATH], OverlayFiles(snapshot.files, {PATH: text}))
        fresh = snapshot_of({"pytest.ini": CONFIG, PATH.name: text})
        now = check_file(snapshot, PATH, selection)
        assert now.errors == ()
        assert now == check_file(fresh, PATH, selection), text
