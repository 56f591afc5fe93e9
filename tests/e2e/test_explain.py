"""`loopscope explain` as people run it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import loopscope, make_project

CONFTEST = "import pytest\n\n\n@pytest.fixture\nasync def value():\n    return 1\n"
BAD = """\
import pytest


async def test_unmarked():
    pass


async def test_other():
    pass


@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    make_project(tmp_path, "test_it.py", BAD)
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "unmarked or value"]
    output = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    (tmp_path / "output.txt").write_text(output)
    return tmp_path


def test_a_file_is_explained_with_what_the_project_says(project: Path) -> None:
    done = loopscope("explain", "output.txt", cwd=project)
    assert done.returncode == 0
    fixture, unmarked = done.stdout.split("\n\n")
    assert fixture.startswith("requested an async fixture, with no plugin or hook that handled it\n")
    assert "  tests/test_it.py:13  setup of test_value\n" in fixture
    assert "tests/conftest.py:4:2: error[async-fixture-wrong-decorator]" in fixture
    assert "fix (safe): Use `@pytest_asyncio.fixture`" in fixture
    assert "  tests/test_it.py:4  test_unmarked\n" in unmarked
    assert "tests/test_it.py:4:11: error[async-test-never-runs]" in unmarked
    assert ":8:11" not in unmarked, "no other test is meant"


def test_standard_input_and_another_folder(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    output = (project / "output.txt").read_text()
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    here = json.loads(loopscope("explain", "--format", "json", cwd=project, stdin=output).stdout)
    there = json.loads(
        loopscope("explain", "-", "--format", "json", "--project", str(project), cwd=elsewhere, stdin=output).stdout
    )
    assert [each["message"] for each in there] == [each["message"] for each in here]
    assert [len(each["findings"]) for each in there] == [len(each["findings"]) for each in here] == [1, 1]
    assert set(here[0]) == {"message", "cause", "fix", "rules", "occurrences", "findings"}
    assert here[0]["occurrences"][0]["test"] == "tests/test_it.py::test_value"
    assert (here[1]["occurrences"][0]["file"], here[1]["occurrences"][0]["line"]) == ("tests/test_it.py", 4)
    assert here[1]["rules"][0]["name"] == "async-test-never-runs"


def test_text_and_exit_codes(project: Path) -> None:
    known = loopscope("explain", "RuntimeError: Event loop is closed", cwd=project)
    assert known.returncode == 0
    assert "loop-scope-mismatch" in known.stdout
    unknown = loopscope("explain", "hello", "world", cwd=project)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert loopscope("explain", "x", "--project", "nowhere", cwd=project).returncode == 2
    listing = loopscope("explain", "--list", cwd=project)
    assert listing.returncode == 0
    assert "Event loop is closed" in listing.stdout


def test_help_shows_how_to_use_it(tmp_path: Path) -> None:
    text = loopscope("explain", "--help", cwd=tmp_path).stdout
    assert "pytest | loopscope explain" in text
    assert "exit codes: 0 something is explained" in text
