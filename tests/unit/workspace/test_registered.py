"""Plugin objects that conftests and plugins register themselves; pytest is asked in the same test."""

import os
import sys
from pathlib import PurePath

import pytest

from loopscope.host.environment import find_environment
from loopscope.host.files import DiskFiles
from loopscope.text.frozen import replace
from loopscope.workspace.environment import EntryPointPlugin
from loopscope.workspace.snapshot import Snapshot
from rules.world import ROOT, environment
from rules.world import snapshot_of as snapshot_of_texts
from support.oracle import judge, snapshot_of, write_tree
from unit.workspace.agreement import answers, differences

SURE = """
--- pytest.ini
[pytest]
addopts = -p local_plugin
--- local_plugin.py
import pytest
from more_objects import Imported

class Objects:
    @pytest.fixture
    def from_plugin(self, also_from_plugin): pass
    @pytest.fixture
    def also_from_plugin(self, request): yield
    @pytest.fixture
    def overridden(self): pass
    @pytest.fixture(autouse=True, scope="session")
    def always_there(self): pass

def pytest_configure(config):
    manager = config.pluginmanager
    manager.register(Objects(), "objects")
    plugin = Imported(config)
    config.pluginmanager.register(plugin)
--- more_objects.py
import pytest

class Base:
    @pytest.fixture
    def inherited(self): pass

class Imported(Base):
    def __init__(self, config): pass
    @pytest.fixture(name="renamed")
    def _imported(self, inherited): pass
--- conftest.py
import sys
import pytest
import as_module

class Own:
    @pytest.fixture
    def from_conftest(self): pass

@pytest.fixture
def overridden(overridden): pass

@pytest.fixture(autouse=True, scope="session")
def of_conftest(): pass

def pytest_configure(config):
    config.pluginmanager.register(Own(), name="own")
    config.pluginmanager.register(as_module)
--- as_module.py
import pytest

@pytest.fixture
def of_module(): pass
--- inner/conftest.py
import pytest

class Inner:
    @pytest.fixture
    def from_inner(self): pass

def pytest_configure(config):
    config.pluginmanager.register(Inner())
--- inner/test_inner.py
def test_inner(from_inner, from_conftest, nowhere): pass
--- test_root.py
def test_root(from_plugin, overridden, renamed, from_conftest, of_module, nowhere): pass
"""

UNSURE = """
--- pytest.ini
[pytest]
--- conftest.py
import pytest

class Maybe:
    @pytest.fixture
    def maybe(self): pass

def pytest_configure(config):
    if config.getoption("verbose"):
        config.pluginmanager.register(Maybe())
--- test_unsure.py
def test_unsure(maybe, nowhere): pass
"""

MADE = """
--- pytest.ini
[pytest]
--- conftest.py
import pytest

def make():
    class Hidden:
        @pytest.fixture
        def hidden(self): pass
    return Hidden()

def pytest_configure(config):
    config.pluginmanager.register(make())
--- test_made.py
def test_made(hidden, tmp_path): pass
"""

RUNS = """
--- pytest.ini
[pytest]
addopts = -p no:asyncio -p no:anyio
--- conftest.py
import asyncio, inspect

class Runs:
    def pytest_pyfunc_call(self, pyfuncitem):
        if inspect.iscoroutinefunction(pyfuncitem.obj):
            asyncio.run(pyfuncitem.obj())
            return True

    def pytest_generate_tests(self, metafunc):
        if "given" in metafunc.fixturenames:
            metafunc.parametrize("given", [1])

def pytest_configure(config):
    config.pluginmanager.register(Runs())
--- test_runs.py
async def test_runs(): pass
def test_given(given): pass
"""


@pytest.fixture
def both(tmp_path):
    def both(text):
        write_tree(tmp_path, text)
        root = PurePath(os.path.realpath(tmp_path))
        return judge(tmp_path)["tests"], answers(snapshot_of(tmp_path), root)

    return both


def test_their_fixtures_are_those_that_pytest_finds(both):
    judged, said = both(SURE)
    assert said.keys() == judged.keys()
    assert [line for nodeid in judged for line in differences(said[nodeid], judged[nodeid])] == []
    assert [name for record in said.values() for name in record["unknown"]] == []
    assert {name for record in said.values() for name in record["missing"]} == {"nowhere"}


def test_a_registration_below_a_condition_is_unknown_and_nothing_else(both):
    _, said = both(UNSURE)
    [record] = said.values()
    assert list(record["unknown"]) == ["maybe"]
    assert record["missing"] == ["nowhere"]


def test_an_object_that_is_not_found_silences_missing_names(both):
    judged, said = both(MADE)
    [(nodeid, record)] = said.items()
    assert record["unknown"] == {"hidden": "`pytest_configure` of conftest.py registers a plugin object"}
    assert differences(record, judged[nodeid]) == []


def test_their_hooks_count(both):
    judged, said = both(RUNS)
    assert judged.keys() == said.keys()
    assert said["test_runs.py::test_runs"]["runner"].value.startswith("a hook")
    assert "pytest_generate_tests" in said["test_runs.py::test_given"]["unknown"]["given"]


STAND_IN = """
--- pytest.ini
[pytest]
addopts = -p browsers
--- browsers.py
import sys
import pytest

class _BaseUrlFallback:
    @pytest.fixture(scope="session")
    def base_url(self): pass

@pytest.fixture
def page(base_url): pass

@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(early_config):
    yield
    if "pytest_base_url.plugin" in sys.modules:
        return
    early_config.pluginmanager.register(_BaseUrlFallback(), "playwright-base-url")
--- test_page.py
def test_page(page, base_url): pass
"""
OTHER = """
--- pytest.ini
[pytest]
addopts = -p pytest_base_url.plugin -p browsers
--- pytest_base_url/__init__.py
--- pytest_base_url/plugin.py
import pytest

@pytest.fixture(scope="session")
def base_url(): pass
"""


@pytest.mark.parametrize("more", ["", OTHER])
def test_what_stands_in_for_another_plugin_is_there_where_that_is_not(tmp_path, more):
    write_tree(tmp_path, STAND_IN)
    if more:
        (tmp_path / "pytest.ini").unlink()
        write_tree(tmp_path, more)
    judged = judge(tmp_path)
    said = answers(snapshot_of(tmp_path), PurePath(os.path.realpath(tmp_path)))
    for nodeid, record in judged["tests"].items():
        assert said[nodeid]["unknown"] == {}
        assert differences(said[nodeid], record) == []


BROWSERS = """\
import pytest

@pytest.fixture(scope="session")
def browser_name(pytestconfig): pass

@pytest.fixture
def page(browser_name): pass

def pytest_generate_tests(metafunc):
    if "browser_name" in metafunc.fixturenames:
        metafunc.parametrize("browser_name", ["chromium"], scope="session")
"""
TEST_BROWSERS = "def test_page(page, missing): pass\n\ndef test_other(monkeypatch): pass\n"


def test_what_an_installed_plugin_parametrizes_is_given_and_no_other_name_is_doubted(tmp_path):
    (tmp_path / "browsers.py").write_text(BROWSERS)
    installed = environment()
    plugin = EntryPointPlugin("browsers", "browsers", None, "browsers", "1.0")
    search_path = (*installed.search_path, PurePath(os.path.realpath(tmp_path)))
    world = snapshot_of_texts(
        {"test_page.py": TEST_BROWSERS},
        installed=replace(installed, plugins=(*installed.plugins, plugin), search_path=search_path),
    )
    view = world.module(ROOT / "test_page.py")
    found = [(set(closure.unknown), closure.missing) for closure in map(view.closure, view.tests)]
    assert found == [({"browser_name"}, {"missing"}), (set(), set())]


SAME_NAME = """
--- same_name-1.0.dist-info/METADATA
Name: same-name
Version: 1.0
--- same_name-1.0.dist-info/entry_points.txt
[pytest11]
tmpdir = same_name
--- same_name.py
import pytest

@pytest.fixture
def tmp_path(): pass

@pytest.fixture
def only_there(): pass
--- test_same_name.py
def test_it(tmp_path, only_there): pass
"""


def test_an_entry_point_of_the_name_of_a_plugin_of_pytest_itself_is_not_loaded(tmp_path):
    write_tree(tmp_path, SAME_NAME)
    real = PurePath(os.path.realpath(tmp_path))
    judged = judge(tmp_path)["tests"]["test_same_name.py::test_it"]
    installed = find_environment(real, sys.prefix, {})
    installed = replace(
        installed,
        plugins=(EntryPointPlugin("tmpdir", "same_name", None, "same-name", "1.0"), *installed.plugins),
        search_path=(*installed.search_path, real),
    )
    snapshot = Snapshot(DiskFiles([real, PurePath(sys.prefix), PurePath(sys.base_prefix)]), [real], lambda _: installed)
    said = answers(snapshot, real)["test_same_name.py::test_it"]
    assert said["missing"] == judged["missing"] == ["only_there"]
    assert differences(said, judged) == []
