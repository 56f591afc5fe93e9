"""Who runs tests that other libraries than pytest's plugins take over."""

from loopscope.workspace.loops import runner
from loopscope.workspace.model import Decision, Runner, Unknown
from rules.world import ROOT, snapshot_of

TORNADO = """\
import unittest

class AsyncTestCase(unittest.TestCase):
    def run(self, result=None): ...

def gen_test(func=None, timeout=None): ...
"""
TESTS = """\
from tornado.testing import AsyncTestCase, gen_test
from tornado import testing

class TestLoop(AsyncTestCase):
    @gen_test
    async def test_bare(self): ...

    @testing.gen_test(timeout=10)
    async def test_called(self): ...

    async def test_not_run(self): ...
"""


def test_gen_test_of_tornado_runs_methods_of_its_test_case() -> None:
    snapshot = snapshot_of({"tornado/__init__.py": "", "tornado/testing.py": TORNADO, "test_it.py": TESTS})
    view = snapshot.module(ROOT / "test_it.py")
    found = {test.name: runner(snapshot, view, test) for test in view.tests}
    run = {name for name, each in found.items() if isinstance(each, Decision) and each.value is Runner.UNITTEST}
    assert run == {"test_bare", "test_called"}
    assert isinstance(found["test_not_run"], Unknown)


def test_a_mode_that_is_computed_in_a_conftest_is_not_known() -> None:
    conftest = "import os\n\ndef pytest_configure(config):\n    config.option.asyncio_mode = os.environ['MODE']\n"
    snapshot = snapshot_of({"inner/conftest.py": conftest, "inner/test_it.py": "async def test_it(): ...\n"})
    view = snapshot.module(ROOT / "inner" / "test_it.py")
    assert runner(snapshot, view, view.tests[0]) == Unknown("inner/conftest.py sets the asyncio mode")
