"""A snapshot that parses files whole and notes no dependencies answers as any other, also after an edit."""

import os
from pathlib import PurePath

import pytest

from loopscope.host.files import OverlayFiles
from loopscope.text.frozen import replace
from loopscope.workspace.snapshot import Snapshot
from rules.world import Outlines
from support.oracle import snapshot_of, write_tree

PROJECT = """
--- conftest.py
import pytest

@pytest.fixture
def base():
    return 1
--- test_one.py
import pytest

@pytest.fixture
def own(base):
    return base

def test_function(own): pass

def test_same(own): pass

@pytest.mark.parametrize("own", [1])
def test_given(own): pass
"""


@pytest.fixture
def snapshots(tmp_path):
    write_tree(tmp_path, PROJECT)
    traced = snapshot_of(tmp_path)
    environment = traced.environment_of(traced.roots[0])
    whole = Snapshot(traced.files, traced.roots, lambda _: environment, whole=True)
    return PurePath(os.path.realpath(tmp_path)), traced, whole


def closures(snapshot, path):
    view = snapshot.module(path)
    return [view.closure(test) for test in view.tests]


def test_the_answers_are_the_same(snapshots):
    root, traced, whole = snapshots
    path = root / "test_one.py"
    assert closures(whole, path) == closures(traced, path)
    assert whole.outline(path) == traced.outline(path)


def test_files_that_are_edited_are_parsed_in_pieces(snapshots):
    root, traced, whole = snapshots
    path = root / "test_one.py"
    edited = Snapshot(traced.files, traced.roots, edited=[path])
    for one_piece in (whole, traced):
        assert len(one_piece.facts(path).tree.chunks) == 1
    for in_pieces in (edited, traced.after([path])):
        assert len(in_pieces.facts(path).tree.chunks) > 1
        assert in_pieces.outline(path) == whole.outline(path)


def test_an_edit_is_seen(snapshots):
    root, _, whole = snapshots
    path, conftest = root / "test_one.py", root / "conftest.py"
    assert "base" in closures(whole, path)[0].chains
    edited = whole.after([conftest], OverlayFiles(whole.files, {conftest: ""}))
    assert "base" not in closures(edited, path)[0].chains


def test_tests_that_ask_for_the_same_share_a_closure(snapshots):
    root, traced, _ = snapshots
    one, same, given = closures(traced, root / "test_one.py")
    assert one is same
    assert given.direct == {"own"}


def test_what_is_installed_below_the_project_is_kept_and_read_function_by_function(tmp_path):
    site = PurePath(os.path.realpath(tmp_path)) / ".venv" / "site-packages"
    write_tree(
        tmp_path, "--- own.py\ndef a(): pass\n--- .venv/site-packages/library.py\ndef a(): pass\ndef b(): pass\n"
    )
    traced = snapshot_of(tmp_path)
    environment = replace(traced.environment_of(traced.roots[0]), site_packages=(site,))
    outlines = Outlines()
    whole = Snapshot(traced.files, traced.roots, lambda _: environment, outlines=outlines, whole=True)
    library, own = site / "library.py", site.parent.parent / "own.py"
    found = [
        [id_.qualname for part in whole.function_facts(path, "a").parts for id_ in part.functions]
        for path in (library, own, library)
    ]
    assert found == [["a"], ["a"], ["a"]]
    assert whole.outline(own) == traced.outline(own)
    assert [[each.name for each in outline.bindings] for outline in outlines.known.values()] == [["a", "b"]]
