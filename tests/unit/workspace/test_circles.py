"""Queries that ask for each other in circles: what they say does not depend on which of them was asked first."""

import random
from collections.abc import Callable
from pathlib import PurePath

import pytest

from loopscope.facts.outline import FactId
from loopscope.host.files import OverlayFiles
from loopscope.workspace.circles import Cycle
from loopscope.workspace.inference.calls import call_at
from loopscope.workspace.inference.model import Coroutine
from loopscope.workspace.queries import Memory, Once, Queries
from loopscope.workspace.snapshot import Snapshot
from rules.world import ROOT, snapshot_of

PATH = ROOT / "module.py"
Graph = tuple[tuple[int, ...], ...]


def node(q: Queries, graph: Graph, number: int) -> str:
    """What is found from a node on; of nodes that lead back every other one cannot do without an answer."""
    found = []
    for each in graph[number]:
        try:
            found.append(q.get(node, graph, each))
        except Cycle:
            if number % 2:
                raise
            found.append("back")
    return f"{number}({' '.join(found)})"


def asked(q: Queries, graph: Graph, number: int) -> str:
    try:
        return q.get(node, graph, number)
    except Cycle:
        return "nothing"


@pytest.mark.parametrize("kind", [Queries, Once])
@pytest.mark.parametrize("seed", range(40))
def test_who_is_asked_first_does_not_matter(kind, seed) -> None:
    rng = random.Random(seed)
    size = rng.randrange(2, 8)
    graph = tuple(tuple(rng.sample(range(size), rng.choice((1, 1, 2)))) for _ in range(size))
    snapshot = snapshot_of({})
    alone = [asked(kind(snapshot, Memory()), graph, number) for number in range(size)]
    memory = Memory()
    for _ in range(3):
        order = rng.sample(range(size), size)
        together = {number: asked(kind(snapshot, memory), graph, number) for number in order}
        assert [together[number] for number in range(size)] == alone


@pytest.mark.parametrize("first", ["wait", "start"])
@pytest.mark.parametrize("whole", [False, True])
def test_functions_that_call_each_other(first, whole) -> None:
    text = """
async def wait():
    return start()

def start():
    return wait()

def both():
    wait()
    start()
"""
    snapshot = snapshot_of({PATH.name: text})
    q = Snapshot(snapshot.files, [ROOT], whole=whole).queries
    calls = {"wait": 0, "start": 1}
    found = {
        name: q.get(call_at, PATH, FactId("both"), calls[name]) for name in sorted(calls, key=lambda n: n != first)
    }
    assert found == {"wait": Coroutine(None), "start": Coroutine(None)}


def outer(q: Queries, path: PurePath) -> str:
    try:
        return q.get(inner, path)
    except Cycle:
        return "nothing"


def inner(q: Queries, path: PurePath) -> str:
    text = q.files.read(path)
    assert isinstance(text, str)
    return q.get(outer, path) if text == "back" else text


@pytest.mark.parametrize("between", [outer, inner])
def test_an_edit_that_ends_a_circle_is_noticed(between) -> None:
    snapshot = snapshot_of({PATH.name: "back"})
    assert asked_of(snapshot, outer) == "nothing"
    assert asked_of(snapshot, between) == "nothing"
    edited = snapshot.after([PATH], OverlayFiles(snapshot.files, {PATH: "found"}))
    assert asked_of(edited, outer) == asked_of(edited, inner) == "found"
    again = edited.after([PATH], OverlayFiles(snapshot.files, {PATH: "back"}))
    assert asked_of(again, inner) == asked_of(again, outer) == "nothing"


def asked_of(snapshot: Snapshot, query: Callable[[Queries, PurePath], str]) -> str:
    return snapshot.queries.get(query, PATH)
