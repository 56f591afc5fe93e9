"""loopscope says of small projects exactly what pytest says, which is asked in the same test."""

import os
from pathlib import PurePath

import pytest

from support.oracle import judge, snapshot_of, write_tree
from unit.workspace import snippets
from unit.workspace.agreement import answers, differences

GROUPS = {
    "fixtures": ("[pytest]\nasyncio_mode = strict\n", snippets.FIXTURES),
    "collection": ("[pytest]\nasyncio_mode = strict\n", snippets.COLLECTION),
    "strict": ("[pytest]\nasyncio_mode = strict\nmarkers =\n    slow\n", snippets.LOOPS),
    "auto": (
        "[pytest]\nasyncio_mode = auto\nasyncio_default_test_loop_scope = module\nmarkers =\n    slow\n",
        snippets.LOOPS,
    ),
    "anyio_auto": (
        "[pytest]\nanyio_mode = auto\naddopts = -p no:asyncio\nmarkers =\n    slow\n    asyncio\n",
        snippets.ANYIO,
    ),
    "used_everywhere": (
        "[pytest]\nusefixtures = monkeypatch tmp_path\naddopts = -p no:cacheprovider\n",
        snippets.FIXTURES,
    ),
    "named_otherwise": (
        "[pytest]\npython_files = check_*.py\npython_classes = Check *Suite\npython_functions = check *_works\n",
        snippets.NAMED_OTHERWISE,
    ),
    "importlib": ("[pytest]\naddopts = --import-mode=importlib\npythonpath = lib\n", snippets.IMPORTLIB),
    "only_own_tests": ("[pytest]\ncollect_imported_tests = false\n", snippets.COLLECTION),
}


@pytest.fixture(scope="module", params=GROUPS)
def group(request, tmp_path_factory):
    ini, cases = GROUPS[request.param]
    root = tmp_path_factory.mktemp(request.param)
    (root / "pytest.ini").write_text(ini)
    for name, text in cases.items():
        write_tree(root / name, _files(text))
    real = PurePath(os.path.realpath(root))
    return cases, judge(root), answers(snapshot_of(root), real)


def test_every_test_gets_the_fixtures_that_pytest_gives_it(group):
    _, judged, said = group
    found = {nodeid: differences(said[nodeid], record) for nodeid, record in judged["tests"].items() if nodeid in said}
    assert {nodeid: lines for nodeid, lines in found.items() if lines} == {}


def test_the_tests_are_those_that_pytest_collects_in_its_order(group):
    _, judged, said = group
    assert judged["errors"] == []
    assert list(said) == judged["order"]


def test_only_what_running_tells_is_unknown(group):
    cases, _, said = group
    expected = {name: _unknown(text) for name, text in cases.items()}
    found = {name: set() for name in cases}
    for nodeid, record in said.items():
        found[nodeid.partition("/")[0]] |= set(record["unknown"])
    assert found == expected


def _files(text):
    return text[text.index("--- ") :]


def _unknown(text):
    first = text.strip().splitlines()[0]
    return set(first.removeprefix("# unknown:").split()) if first.startswith("# unknown:") else set()


def test_the_function_that_a_decorator_returns_says_what_is_requested(tmp_path):
    write_tree(tmp_path, snippets.REPLACED)
    judged = judge(tmp_path)
    said = answers(snapshot_of(tmp_path), PurePath(os.path.realpath(tmp_path)))
    assert list(said) == judged["order"]
    for nodeid, record in judged["tests"].items():
        assert said[nodeid]["unknown"] == {}
        assert differences({**said[nodeid], "place": record["place"]}, record) == []


SEARCHED = """
--- conftest.py
def pytest_configure(config):
    config.getini("norecursedirs").remove("build")
    if config.getini("norecursedirs") == []:
        config.getini("norecursedirs").remove("dist")

def helper(config):
    config.getini("norecursedirs").remove("venv")
--- build/test_build.py
def test_it(): pass
--- dist/test_dist.py
def test_it(): pass
--- inner/build/test_inner.py
def test_it(): pass
--- venv/test_venv.py
def test_it(): pass
"""


def test_a_conftest_has_folders_searched_that_are_left_out_otherwise(tmp_path):
    write_tree(tmp_path, SEARCHED)
    said = answers(snapshot_of(tmp_path), PurePath(os.path.realpath(tmp_path)))
    assert (
        list(said) == judge(tmp_path)["order"] == ["build/test_build.py::test_it", "inner/build/test_inner.py::test_it"]
    )
