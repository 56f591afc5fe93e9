"""Doctests are those that pytest collects, with the fixtures that it sets up for them; it is asked in the same test."""

import os
from pathlib import Path, PurePath

import pytest

from loopscope.workspace.doctests import doctest_closure, doctests_of, is_collected
from loopscope.workspace.folders import files_for
from support.oracle import judge, snapshot_of, write_tree

PROJECT = """
--- conftest.py
'''
>>> 1
1
'''
import pytest

@pytest.fixture(autouse=True)
def names(doctest_namespace):
    doctest_namespace["x"] = 1

@pytest.fixture
def client():
    '''
    >>> 2
    2
    '''
    return 1
--- setup.py
'''
>>> 1
1
'''
from setuptools import setup
--- pkg/__init__.py
'''
>>> 1
1
'''
--- pkg/__main__.py
'''
>>> 1
1
'''
--- pkg/sub/__init__.py
--- pkg/sub/mod.py
'''
>>> 1
1
'''
import contextlib
import dataclasses
import functools
import os
from pkg import tools
from pkg.tools import helped, kept, replaced, same

def function():
    '''
    >>> getfixture("client")
    1
    '''

alias = function

def without():
    '''Nothing.'''

def comment():
    '''
    >>> # nothing
    '''

@functools.lru_cache
def cached():
    '''
    >>> 1
    1
    '''

@contextlib.contextmanager
def manager():
    '''
    >>> 1
    1
    '''
    yield

@kept
def kept_one():
    '''
    >>> 1
    1
    '''

@replaced
def replaced_one():
    '''
    >>> 1
    1
    '''

@same
def same_one():
    '''
    >>> 1
    1
    '''

class Thing:
    '''
    >>> 1
    1
    '''
    def method(self):
        '''
        >>> 1
        1
        '''

    @staticmethod
    def static():
        '''
        >>> 1
        1
        '''

    @classmethod
    def of_class(cls):
        '''
        >>> 1
        1
        '''

    @property
    def prop(self):
        '''
        >>> 1
        1
        '''

    @prop.setter
    def prop(self, value):
        '''
        >>> 2
        2
        '''

    @functools.cached_property
    def lazy(self):
        '''
        >>> 1
        1
        '''

    @functools.lru_cache
    def remembered(self):
        '''
        >>> 1
        1
        '''

    same = method
    outer = function

    class Inner:
        '''
        >>> 1
        1
        '''

@dataclasses.dataclass
class Data:
    '''
    >>> 1
    1
    '''
    x: int = 1

class Child(Thing):
    pass

async def waiting():
    '''
    >>> 1
    1
    '''

__test__ = {"words": ">>> 1\\n1\\n", "of": function, "nothing": "no"}
--- pkg/tools.py
import functools
def helped():
    '''
    >>> 1
    1
    '''
def kept(f):
    @functools.wraps(f)
    def inner(*a): return f(*a)
    return inner
def replaced(f):
    def inner(*a): return f(*a)
    return inner
def same(f):
    return f
--- tests/test_it.py
'''
>>> 1
1
'''
import pytest
pytestmark = pytest.mark.usefixtures("client")
def setup_module(): pass
@pytest.fixture(autouse=True)
def local(): pass
def test_a(client):
    '''
    >>> 1
    1
    '''
class TestB:
    @pytest.fixture(autouse=True)
    def in_class(self): pass
    def test_c(self):
        '''
        >>> 1
        1
        '''
--- tests/test_words.txt
>>> 1
1
--- tests/test_none.txt
nothing
--- tests/other.rst
>>> 1
1
--- bad/skipped.py
'''
>>> 1
'''
import pytest
pytest.importorskip("surely_not_there")
"""
MALFORMED = """
--- bad/malformed.py
def f():
    '''
    >>>1
    '''
def g():
    '''
    >>> 1
    '''
"""
OPTIONS = {
    "modules": "--doctest-modules",
    "globs": "--doctest-glob=*.rst --doctest-glob='test_n*'",
    "importlib": "--doctest-modules --import-mode=importlib",
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_doctests_and_their_fixtures_are_those_of_pytest(tmp_path: Path, options: str) -> None:
    write_tree(tmp_path, PROJECT)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {options}\n")
    judged = judge(tmp_path)
    assert judged["errors"] == []
    expected = {id_: test["closure"] for id_, test in judged["tests"].items() if test["place"][1] is None}
    assert _said(tmp_path) == expected


def test_none_when_the_plugin_is_blocked(tmp_path: Path) -> None:
    write_tree(tmp_path, PROJECT)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --doctest-modules -p no:doctest\n")
    assert _said(tmp_path) == {}


def test_a_prompt_without_a_blank_ends_the_collection_of_its_file(tmp_path: Path) -> None:
    write_tree(tmp_path, MALFORMED)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --doctest-modules\n")
    assert [nodeid for nodeid, _ in judge(tmp_path)["errors"]] == ["bad/malformed.py"]
    assert _said(tmp_path) == {}


def test_what_a_decorator_of_an_unknown_kind_makes_is_left_out(tmp_path: Path) -> None:
    write_tree(tmp_path, PROJECT)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --doctest-modules\n")
    (tmp_path / "made.py").write_text(
        "from pkg.tools import *\n\n@registry.add\ndef unknown():\n    '>>> 1'\n\ndef known():\n    '>>> 1'\n"
    )
    assert [name for name in _said(tmp_path) if name.startswith("made.py")] == ["made.py::made.known"]


def _said(root: Path) -> dict[str, list[str]]:
    start = PurePath(os.path.realpath(root))
    q = snapshot_of(root).queries
    return {
        doctest.nodeid: list(q.get(doctest_closure, path).names)
        for path in files_for(q, start, is_collected)
        for doctest in q.get(doctests_of, path)
    }
