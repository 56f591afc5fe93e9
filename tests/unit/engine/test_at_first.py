"""What is published before values are looked into is among what is found then, and is found without other files."""

import pytest

from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection, at_first, select, without_values
from loopscope.rules import RULES, by_name
from loopscope.rules.model import Finding
from rules.world import ROOT, snapshot_of

PATH = ROOT / "test_example.py"
OF_IT = by_name["missing-await"]
TEXTS = [
    text.replace("⟦", "").replace("⟧", "")
    for text in (*(each.bad for each in OF_IT.examples), *(each.text for each in OF_IT.near_misses))
    if not text.startswith("# file:")
]
PLAIN = """\
import asyncio
from asyncio import sleep


async def helper():
    return 1


async def test_a():
    asyncio.sleep(1)
    sleep(1)
    helper()
    asyncio.Queue().put(1)


async def test_b(helper):
    helper()


def test_c():
    asyncio.run(helper())
"""


def found(text: str, selection: Selection) -> list[Finding]:
    return list(check_file(snapshot_of({"test_example.py": text}), PATH, selection).findings)


@pytest.mark.parametrize("choose", [at_first, without_values])
def test_nothing_is_taken_back(choose) -> None:
    every = Selection(RULES)
    assert len(TEXTS) > 20
    early = 0
    for text in TEXTS:
        shown = [(each.rule, each.span, each.message) for each in found(text, every)]
        for each in found(text, choose(every)):
            assert (each.rule, each.span, each.message) in shown
            early += 1
    assert early


def test_what_is_plain_is_found_at_first() -> None:
    lines = [PLAIN[: each.span.start].count("\n") + 1 for each in found(PLAIN, at_first(select()))]
    assert lines == [10, 11, 12]
    both = [each.span for each in found(PLAIN, Selection((by_name["missing-await"],)))]
    assert len(both) == 4
