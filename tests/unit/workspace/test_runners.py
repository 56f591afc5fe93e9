"""Who runs tests that other libraries than pytest's plugins take over, and what old versions of plugins run."""

from loopscope.text.frozen import replace
from loopscope.workspace.environment import Pin
from loopscope.workspace.loops import fixture_loop_scope, fixture_runner, runner
from loopscope.workspace.model import Decision, Runner, Scope, Unknown
from rules.world import ROOT, environment, snapshot_of

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


def test_before_there_were_modes_an_async_fixture_of_any_kind_ran() -> None:
    tests = "import pytest\n\n@pytest.fixture\nasync def value(): ...\n\ndef test_it(value): ...\n"
    found = {}
    for version in ((0, 16), (0, 18), (0, 19), (0, 21)):
        pins = {"pytest-asyncio": Pin(version, "pytest-asyncio", ROOT / "setup.cfg", 1)}
        snapshot = snapshot_of({"test_it.py": tests}, installed=replace(environment(), pins=pins))
        view = snapshot.module(ROOT / "test_it.py")
        found[version] = fixture_runner(snapshot, view, view.fixtures[0], view.tests[0])
    assert [version for version, each in found.items() if isinstance(each, Decision)] == [(0, 19), (0, 21)]


def test_before_there_were_loops_of_other_scopes_a_fixture_ran_on_the_event_loop_of_the_project() -> None:
    conftest = "import pytest\n\n@pytest.fixture(scope='session')\ndef event_loop(): ...\n"
    tests = "import pytest\n\n@pytest.fixture\nasync def value(): ...\n"
    found = {}
    for version in ((0, 21), (0, 23)):
        pins = {"pytest-asyncio": Pin(version, "pytest-asyncio", ROOT / "setup.cfg", 1)}
        files = {"conftest.py": conftest, "test_it.py": tests}
        snapshot = snapshot_of(files, installed=replace(environment(), pins=pins))
        view = snapshot.module(ROOT / "test_it.py")
        scope = fixture_loop_scope(snapshot, view, view.fixtures[0])
        found[version] = scope.value if isinstance(scope, Decision) else scope
    assert found == {(0, 21): Scope.SESSION, (0, 23): Scope.FUNCTION}
