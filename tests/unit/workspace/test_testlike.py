"""Which functions may be tests by their names: all that pytest collects, and few others."""

import pytest

from loopscope.facts.outline import FactId
from loopscope.workspace.index import index_of
from loopscope.workspace.testlike import may_be_test
from rules.world import ROOT, snapshot_of

PATH = ROOT / "test_module.py"
CASE = "import unittest\nclass Case(unittest.TestCase):\n"


@pytest.mark.parametrize(
    "text",
    [
        "def test_one(): pass\n",
        "class TestGroup:\n    class TestInner:\n        def test_one(self): pass\n",
        f"{CASE}    def testOne(self): pass\n",
        f"{CASE}    def runTest(self): pass\n",
        "def check(): pass\ntest_one = check\n",
        "def check(): pass\ncheck.__test__ = True\n",
        "import functools\ndef check(): pass\ntest_one = functools.partial(check)\n",
        "class TestGroup:\n    def check(self): pass\n    test_one = check\n",
        f"{CASE}    def check(self): pass\n    test_one = check\n",
    ],
)
def test_all_that_pytest_collects(text: str) -> None:
    snapshot = snapshot_of({"test_module.py": text})
    tests = snapshot.module(PATH).tests
    assert tests
    assert all(may_be_test(snapshot.queries, PATH, test.id) for test in tests)


def test_as_the_configuration_names_them() -> None:
    snapshot = snapshot_of(
        {"pytest.ini": "[pytest]\npython_functions = check *_spec\n", "test_module.py": "def check(): pass\n"}
    )
    found = [may_be_test(snapshot.queries, PATH, FactId(name)) for name in ("check_it", "some_spec", "other")]
    assert found == [True, True, False]


def test_helpers_of_ordinary_tests_are_none() -> None:
    text = (
        "from library import test_data\nLIMIT = 3\n"
        "def helper(): pass\n"
        "class TestGroup:\n    value = 1\n    def helper(self): pass\n    def test_one(self): pass\n"
    )
    snapshot = snapshot_of({"test_module.py": text})
    ids = snapshot.queries.get(index_of, PATH).functions
    assert [id_.qualname for id_ in ids if may_be_test(snapshot.queries, PATH, id_)] == ["TestGroup.test_one"]


def test_nested_functions_are_none() -> None:
    snapshot = snapshot_of({"test_module.py": "def test_one():\n    def test_inner(): pass\n"})
    assert not may_be_test(snapshot.queries, PATH, FactId("test_one.<locals>.test_inner"))
