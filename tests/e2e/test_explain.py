"""`loopscope explain` as people run it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
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


def run(*command: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, input=stdin, capture_output=True, text=True, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text(CONFIG)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST)
    (tmp_path / "tests" / "test_it.py").write_text(BAD)
    output = run("pytest", "-p", "no:cacheprovider", "-k", "unmarked or value", cwd=tmp_path).stdout
    (tmp_path / "output.txt").write_text(output)
    return tmp_path


def test_a_file_is_explained_with_what_the_project_says(project: Path) -> None:
    done = run("loopscope", "explain", "output.txt", cwd=project)
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
    here = json.loads(run("loopscope", "explain", "--format", "json", cwd=project, stdin=output).stdout)
    there = json.loads(
        run(
            "loopscope", "explain", "-", "--format", "json", "--project", str(project), cwd=elsewhere, stdin=output
        ).stdout
    )
    assert [each["message"] for each in there] == [each["message"] for each in here]
    assert [len(each["findings"]) for each in there] == [len(each["findings"]) for each in here] == [1, 1]
    assert set(here[0]) == {"message", "cause", "fix", "rules", "occurrences", "findings"}
    assert here[0]["occurrences"][0]["test"] == "tests/test_it.py::test_value"
    assert (here[1]["occurrences"][0]["file"], here[1]["occurrences"][0]["line"]) == ("tests/test_it.py", 4)
    assert here[1]["rules"][0]["name"] == "async-test-never-runs"


def test_text_and_exit_codes(project: Path) -> None:
    known = run("loopscope", "explain", "RuntimeError: Event loop is closed", cwd=project)
    assert known.returncode == 0
    assert "loop-scope-mismatch" in known.stdout
    unknown = run("loopscope", "explain", "hello", "world", cwd=project)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert run("loopscope", "explain", "x", "--project", "nowhere", cwd=project).returncode == 2
    listing = run("loopscope", "explain", "--list", cwd=project)
    assert listing.returncode == 0
    assert "Event loop is closed" in listing.stdout


def test_help_shows_how_to_use_it(tmp_path: Path) -> None:
    text = run("loopscope", "explain", "--help", cwd=tmp_path).stdout
    assert "pytest | loopscope explain" in text
    assert "exit codes: 0 something is explained" in text
