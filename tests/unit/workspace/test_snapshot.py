"""What snapshots share: an edit drops just what depended on it."""

import gc
import os
import weakref
from pathlib import Path, PurePath

import pytest

from loopscope.host.files import OverlayFiles
from loopscope.text.files import Unreadable
from loopscope.workspace.model import Unknown
from support.oracle import snapshot_of, write_tree

PROJECT = """
--- pytest.ini
[pytest]
asyncio_mode = auto
--- conftest.py
import pytest

@pytest.fixture
def outer():
    return 1

@pytest.fixture
def base(outer):
    return outer
--- pkg/conftest.py
import pytest

@pytest.fixture
def base(base):
    return base
--- pkg/test_one.py
import pytest

@pytest.fixture
def own(base):
    return base

class TestThing:
    @pytest.fixture
    def own(self, own):
        return own

    def test_method(self, own): pass

async def test_function(own): pass
--- test_two.py
def test_two(outer): pass
--- helper.py
import pytest

class Mixin:
    @pytest.fixture
    def mixed(self): pass

@pytest.fixture
def loose(): pass
"""


@pytest.fixture
def project(tmp_path):
    write_tree(tmp_path, PROJECT)
    root = PurePath(os.path.realpath(tmp_path))
    return root, snapshot_of(tmp_path)


def edit(snapshot, path, old, new):
    text = snapshot.files.read(path)
    assert old in text
    return snapshot.after([path], OverlayFiles(snapshot.files, {path: text.replace(old, new)}))


def closure(snapshot, path, index=0):
    view = snapshot.module(path)
    return view.closure(view.tests[index])


def test_an_edit_in_a_body_keeps_every_index(project):
    root, snapshot = project
    path = root / "pkg/test_one.py"
    before = closure(snapshot, path), snapshot.module(path).level(), snapshot.outline(root / "conftest.py")
    edited = edit(snapshot, root / "conftest.py", "return 1", "return [each for each in range(3)]")
    assert closure(edited, path) is before[0]
    assert edited.module(path).level() is before[1]
    assert edited.outline(root / "conftest.py") is before[2]
    assert edited.facts(root / "conftest.py") is not snapshot.facts(root / "conftest.py")


def test_a_new_parameter_of_a_conftest_fixture_reaches_its_tests_only(project):
    root, snapshot = project
    one, two = root / "pkg/test_one.py", root / "test_two.py"
    before = closure(snapshot, one), closure(snapshot, two)
    edited = edit(snapshot, root / "pkg/conftest.py", "def base(base):", "def base(base, tmp_path):")
    assert "tmp_path" not in before[0].names
    assert "tmp_path" in closure(edited, one).names
    assert closure(edited, two) is before[1]
    assert closure(snapshot, one) is before[0]


def test_a_renamed_fixture_leaves_its_requests_without_definition(project):
    root, snapshot = project
    edited = edit(snapshot, root / "conftest.py", "def outer()", "def renamed()")
    assert closure(edited, root / "test_two.py").missing == {"outer"}
    assert closure(snapshot, root / "test_two.py").missing == frozenset()


def test_created_and_deleted_conftests_are_seen(project):
    root, snapshot = project
    path = root / "pkg/test_one.py"
    created = root / "pkg/deep/conftest.py"
    test = root / "pkg/deep/test_deep.py"
    chain = [each.path for each in closure(snapshot, path).chains["base"]]
    assert chain == [root / "conftest.py", root / "pkg/conftest.py"]
    write_tree(Path(root), "--- pkg/deep/test_deep.py\ndef test_it(base): pass\n")
    with_test = snapshot.after([test])
    assert [each.path for each in closure(with_test, test).chains["base"]] == chain
    text = "import pytest\n@pytest.fixture\ndef base(): pass\n"
    with_conftest = with_test.after([created], OverlayFiles(snapshot.files, {created: text}))
    assert [each.path for each in closure(with_conftest, test).chains["base"]] == [*chain, created]
    Path(root, "pkg/conftest.py").unlink()
    without = with_test.after([root / "pkg/conftest.py"])
    assert [each.path for each in closure(without, test).chains["base"]] == [root / "conftest.py"]


def test_a_changed_configuration_is_seen(project):
    root, snapshot = project
    assert snapshot.config(root / "test_two.py").asyncio_mode.value == "auto"
    edited = edit(snapshot, root / "pytest.ini", "asyncio_mode = auto", "usefixtures = base")
    assert edited.config(root / "test_two.py").asyncio_mode.value == "strict"
    assert closure(edited, root / "test_two.py").initial[:1] == ("base",)


def test_a_parameter_with_the_name_of_its_own_fixture_is_what_it_overrides(project):
    root, snapshot = project
    view = snapshot.module(root / "pkg/test_one.py")
    at_module, in_class = view.fixtures
    assert [each.path for each in view.requested(at_module, "base")] == [root / "conftest.py", root / "pkg/conftest.py"]
    assert [each.id for each in view.requested(in_class, "own")] == [at_module.id]
    assert view.requested(at_module, "own") == ()
    assert list(view.visible(("TestThing",))["own"]) == [at_module, in_class]
    conftest = snapshot.module(root / "pkg/conftest.py")
    (inner,) = conftest.fixtures
    assert [each.path for each in conftest.requested(inner, "base")] == [root / "conftest.py"]


def test_roles_and_fixtures_of_other_files(project):
    root, snapshot = project
    roles = {name: snapshot.module(root / name).role for name in ("conftest.py", "test_two.py", "helper.py")}
    assert roles == {"conftest.py": "conftest", "test_two.py": "test", "helper.py": "other"}
    helper = snapshot.module(root / "helper.py")
    assert [each.name for each in helper.fixtures] == ["mixed", "loose"]
    assert helper.tests == ()


def test_files_that_cannot_be_read_have_no_tests_and_say_so(project):
    root, snapshot = project
    absent = snapshot.module(root / "test_absent.py")
    assert isinstance(absent.unknown, Unknown)
    assert absent.tests == ()
    assert isinstance(snapshot.facts(root / "test_absent.py"), Unreadable)
    broken = root / "test_broken.py"
    text = "def test_ok(tmp_path): pass\ndef test_half(tmp\nclass TestX:\n    def test_in(self): pass\n"
    view = snapshot.after([broken], OverlayFiles(snapshot.files, {broken: text})).module(broken)
    assert "test_ok" in [test.name for test in view.tests]


def test_without_an_environment_only_names_of_the_project_are_known(project):
    root, snapshot = project
    bare = type(snapshot)(snapshot.files, [root])
    found = closure(bare, root / "pkg/test_one.py")
    assert set(found.chains) >= {"own", "base", "outer"}
    path = root / "test_builtin.py"
    asking = bare.after([path], OverlayFiles(bare.files, {path: "def test_it(tmp_path, outer): pass\n"}))
    assert set(closure(asking, path).unknown) == {"tmp_path"}
    assert closure(asking, path).missing == frozenset()


def test_plugins_of_a_package_are_there_once_its_tests_begin(project):
    """`Package.setup` imports `__init__.py`: what its plugins define is found at run time, and in no closure before."""
    root, snapshot = project
    write_tree(
        Path(root),
        """
--- late_plugin.py
import pytest

@pytest.fixture(autouse=True)
def late(): pass
--- lazy/__init__.py
pytest_plugins = ["late_plugin"]
--- lazy/test_lazy.py
def test_it(late, outer): pass
--- eager/__init__.py
--- eager/test_eager.py
def test_it(late, outer): pass
""",
    )
    lazy, eager = (
        closure(snapshot.after([], snapshot.files), root / f"{name}/test_{name}.py") for name in ("lazy", "eager")
    )
    assert "lazy/__init__.py" in lazy.unknown["late"].reason
    assert lazy.missing == frozenset()
    assert "outer" in lazy.chains
    assert eager.missing == {"late"}
    assert not eager.unknown


def test_import_cycles_end(project):
    root, snapshot = project
    one, two = root / "cycle_one.py", root / "test_cycle.py"
    texts = {
        one: "from test_cycle import *\nfrom test_cycle import thing\nthing = thing\n",
        two: "from cycle_one import *\nfrom cycle_one import thing\n"
        "class TestA(TestA): pass\ndef test_it(thing): pass\n",
    }
    edited = snapshot.after([one, two], OverlayFiles(snapshot.files, texts))
    assert [test.name for test in edited.module(two).tests] == ["test_it"]
    assert closure(edited, two).names[-1] == "thing"


def test_a_snapshot_that_nobody_looks_at_is_gone_at_once(project):
    root, _ = project
    snapshot = snapshot_of(root)
    gone, path = weakref.ref(snapshot), root / "pkg/test_one.py"
    before = closure(snapshot, path)
    edited = edit(snapshot, path, "def test_", "def test_another_")
    gc.disable()
    try:
        del snapshot
        assert gone() is None
    finally:
        gc.enable()
    assert closure(edited, path).names == before.names
