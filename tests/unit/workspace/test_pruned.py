"""Closures of pytest 9.0, which forgets what only overridden fixtures need where something is parametrized."""

import os
from pathlib import PurePath

import pytest

from loopscope.text.frozen import replace
from loopscope.workspace.snapshot import Snapshot
from support.oracle import snapshot_of, write_tree

PROJECT = """
--- conftest.py
import pytest

@pytest.fixture
def files(): pass
@pytest.fixture
def server(files): pass
@pytest.fixture(params=[1, 2])
def backend(request): pass
@pytest.fixture
def one_backend(backend): pass
--- inner/conftest.py
import pytest

@pytest.fixture
def server(server): pass
@pytest.fixture
def backend(): pass
--- inner/test_inner.py
import pytest

def test_plain(server): pass

@pytest.mark.parametrize("number", [1])
def test_parametrized(server, number): pass

def test_overridden_parameters(server, backend): pass
--- test_outer.py
def test_parametrized_fixture(server, one_backend): pass
"""
# As pytest 9.0.3 and 9.1.1 collect them.
FOUND = {
    "9.0.3": {
        "test_plain": ["server", "files"],
        "test_parametrized": ["server", "number"],
        "test_overridden_parameters": ["server", "backend", "files"],
        "test_parametrized_fixture": ["server", "one_backend", "files", "backend"],
    },
    "9.1.1": {
        "test_plain": ["server", "files"],
        "test_parametrized": ["server", "files", "number"],
        "test_overridden_parameters": ["server", "files", "backend"],
        "test_parametrized_fixture": ["server", "files", "one_backend", "backend"],
    },
}


@pytest.mark.parametrize("version", FOUND)
def test_the_closures_are_those_of_that_version(tmp_path, version):
    write_tree(tmp_path, PROJECT)
    newest = snapshot_of(tmp_path)
    environment = newest.environment_of(newest.roots[0])
    installed = environment.distributions["pytest"]._replace(version=version)
    older = replace(environment, distributions={**environment.distributions, "pytest": installed})
    snapshot = Snapshot(newest.files, newest.roots, lambda _: older)
    root = PurePath(os.path.realpath(tmp_path))
    views = [snapshot.module(root / path) for path in ("inner/test_inner.py", "test_outer.py")]
    left_out = ("request", "event_loop_policy")
    found = {
        test.name: [each for each in view.closure(test).names if each not in left_out]
        for view in views
        for test in view.tests
    }
    assert found == FOUND[version]
