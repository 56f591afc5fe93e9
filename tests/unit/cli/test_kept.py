"""What earlier checks found is used again exactly as long as it holds."""

import os
import random
from pathlib import Path, PurePath

import pytest

from loopscope.cli.analysis import Job, analyse
from loopscope.cli.kept import FileResult, Kept, Sheet
from loopscope.cli.project import Project, open_project
from loopscope.cli.rows import Row
from loopscope.host.cache import Cache
from support.oracle import write_tree

PROJECT = """
--- pytest.ini
[pytest]
asyncio_mode = strict
--- conftest.py
import pytest

@pytest.fixture
def number():
    return 1
--- helpers.py
from more import deeper

async def fetch():
    return 1
--- more.py
async def deeper():
    return 2
--- test_one.py
import pytest
from helpers import fetch

@pytest.mark.asyncio
async def test_one():
    fetch()
--- test_two.py
import pytest

@pytest.mark.asyncio
async def test_two(number):
    assert number
--- sub/test_three.py
import pytest
from helpers import deeper

@pytest.mark.asyncio
async def test_three(number):
    assert deeper()
--- sub/test_four.py
async def test_four(): ...
"""
FILES = ("conftest.py", "pytest.ini", "sub/test_four.py", "sub/test_three.py", "test_one.py", "test_two.py")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_tree(tmp_path, PROJECT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


RULES: dict[str, object] = {"select": ["all"]}


def opened(rules: dict[str, object] = RULES) -> Project:
    return open_project([Path()], None, rules)


def check(cache: Cache | None, jobs: int = 1) -> tuple[Row, ...]:
    project = opened()
    files = [PurePath(Path.cwd(), name) for name in FILES if Path(name).exists()]
    kept = None if cache is None else Kept(project, {}, cache)
    done = analyse(project, Job(("",), None, RULES), files, jobs, kept)
    assert not done.errors
    return done.rows


def held(cache: Cache) -> set[str]:
    """The files of which what was found still holds."""
    sheets = Kept(opened(), {}, cache).earlier().sheets
    return {os.path.relpath(path) for sheet in sheets for path in sheet.results}


EVERYTHING = set(FILES)
SUB = {"sub/test_four.py", "sub/test_three.py"}
CHANGES = {
    "nothing": ({}, EVERYTHING),
    "a test, which nobody else reads": ({"test_two.py": "X = 1\n"}, EVERYTHING - {"test_two.py"}),
    "what a test imports": ({"helpers.py": "def fetch(): ...\n"}, EVERYTHING - {"test_one.py", "sub/test_three.py"}),
    "what is only imported through that": ({"more.py": "def deeper(): ...\n"}, EVERYTHING - {"sub/test_three.py"}),
    "the conftest of all": ({"conftest.py": "X = 1\n"}, {"pytest.ini"}),
    "a new conftest below": ({"sub/conftest.py": "X = 1\n"}, EVERYTHING - SUB),
    "a package before the module": ({"helpers/__init__.py": ""}, EVERYTHING - {"test_one.py", "sub/test_three.py"}),
    "pytest's configuration": ({"pytest.ini": "[pytest]\nasyncio_mode = auto\n"}, set[str]()),
    "settings of a folder": ({"sub/loopscope.toml": 'ignore = ["all"]\n'}, EVERYTHING - SUB),
    "settings of the root": ({"loopscope.toml": 'ignore = ["assert-on-coroutine"]\n'}, set[str]()),
    "what tools leave": ({"__pycache__/x.pyc": "", "sub/.pytest_cache/x": ""}, EVERYTHING),
}


@pytest.mark.parametrize(("written", "expected"), CHANGES.values(), ids=CHANGES)
def test_what_still_holds(root: Path, written: dict[str, str], expected: set[str]) -> None:
    cache = Cache(None)
    check(cache)
    for name, text in written.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    assert held(cache) == expected
    assert check(cache) == check(None)


def test_the_same_text_in_a_newer_file_is_the_same(root: Path) -> None:
    cache = Cache(None)
    check(cache)
    for name in FILES:
        text = (root / name).read_text()
        (root / name).unlink()
        (root / name).write_text(text)
    assert held(cache) == EVERYTHING
    assert not Kept(opened(), {}, cache).earlier().is_current
    check(cache)
    assert Kept(opened(), {}, cache).earlier().is_current


def test_a_deleted_file_and_those_that_imported_it(root: Path) -> None:
    cache = Cache(None)
    check(cache)
    (root / "helpers.py").unlink()
    assert held(cache) == EVERYTHING - {"test_one.py", "sub/test_three.py"}
    (root / "test_two.py").unlink()
    assert check(cache) == check(None)


def test_other_rules_and_another_folder_have_findings_of_their_own(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(None)
    check(cache)
    assert not Kept(opened({"select": ["missing-await"]}), {}, cache).earlier().sheets
    assert not Kept(opened(), {"select": ["missing-await"]}, cache).earlier().sheets
    monkeypatch.chdir(root / "sub")
    assert not Kept(opened(), {}, cache).earlier().sheets


def test_what_is_broken_in_the_cache_counts_as_absent(root: Path) -> None:
    folder = root / ".cache"
    cache = Cache(PurePath(folder))
    first = check(cache)
    for entry in folder.rglob("*"):
        if entry.is_file():
            entry.write_bytes(entry.read_bytes()[:-7])
    assert held(cache) == set()
    assert check(cache) == first


def test_any_edits_one_after_the_other(root: Path) -> None:
    """A model of use: after each edit what is kept and what is found anew make what a fresh check finds."""
    rng, cache = random.Random(7), Cache(None)
    names = [*FILES, "helpers.py", "more.py", "sub/conftest.py", "sub/helpers.py", "sub/__init__.py"]
    texts = [
        *("", "async def fetch(): ...\n", "def fetch(): ...\n", "from more import deeper\nfrom helpers import fetch\n"),
        "import pytest\n@pytest.fixture(scope='session')\nasync def number(): return 1\n",
        "from helpers import *\nimport pytest\n@pytest.mark.asyncio\nasync def test_it(number):\n    fetch()\n",
        "def test_it(number, missing):\n    import helpers\n    assert helpers.fetch()\n",
        "[pytest]\nasyncio_mode = auto\n",
    ]
    before: dict[str, str] = {}
    for _ in range(60):
        name = rng.choice(names)
        path = root / name
        if path.exists() and rng.random() < 0.3:
            before[name] = path.read_text()
            path.unlink()
        elif name in before and rng.random() < 0.4:
            path.write_text(before[name])
        else:
            path.write_text(rng.choice(texts))
        assert check(cache) == check(None), name


@pytest.mark.usefixtures("root")
def test_where_a_rule_failed_nothing_is_kept() -> None:
    kept = Kept(opened(), {}, Cache(None))
    failed, fine = FileResult("a", (), ("rule x on a",), None, None), FileResult("b", (), (), "is a directory", None)
    kept.keep([Sheet((), {"a": failed, "b": fine})])
    assert [sheet.results for sheet in kept.earlier().sheets] == [{"b": fine}]


def test_processes_that_look_for_themselves(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loopscope.cli.analysis._WORTH_A_PROCESS_BYTES", 1)
    cache = Cache(None)
    check(cache, jobs=2)
    assert held(cache) == EVERYTHING
    (root / "helpers.py").write_text("def fetch(): ...\n")
    assert held(cache) == EVERYTHING - {"test_one.py", "sub/test_three.py"}
