"""`loopscope check` as people run it."""

import json
from pathlib import Path

import pytest

from support.command import BAD, loopscope, make_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path, "test_it.py", BAD)


def test_text_points_at_the_place(project: Path) -> None:
    done = loopscope("check", cwd=project)
    assert done.returncode == 1
    head, source, carets, fix, *_ = done.stdout.splitlines()
    assert head.startswith("tests/test_it.py:10:25: error[assert-on-coroutine] ")
    assert source == '10 |     smile = "😀"; assert fetch()'
    # The emoji takes two columns of a terminal.
    assert carets == "   | " + " " * 25 + "^^^^^^^"
    assert "fix (safe): " in fix
    assert "\033[" not in done.stdout, "colours belong on terminals only"


def test_json_has_the_promised_shape(project: Path) -> None:
    done = loopscope("check", "--format", "json", cwd=project)
    [finding] = json.loads(done.stdout)
    assert set(finding) == {
        "rule", "severity", "message", "file", "line", "column", "end_line", "end_column", "url", "fix",
    }  # fmt: skip
    assert (finding["file"], finding["line"], finding["column"]) == ("tests/test_it.py", 10, 25)
    assert (finding["end_line"], finding["end_column"]) == (10, 32)
    [edit] = finding["fix"]["edits"]
    assert finding["fix"]["safety"] == "safe"
    assert (edit["line"], edit["column"], edit["text"]) == (10, 25, "await ")


def test_exit_codes(project: Path) -> None:
    assert loopscope("check", "--exit-zero", cwd=project).returncode == 0
    assert loopscope("check", "--select", "missing-await", cwd=project).returncode == 0
    assert loopscope("check", "--ignore", "assert-on-coroutine", cwd=project).returncode == 0
    assert loopscope("check", "nowhere", cwd=project).returncode == 2
    unknown = loopscope("check", "--select", "assert-on-corutine", cwd=project)
    assert unknown.returncode == 2
    assert "Did you mean `assert-on-coroutine`?" in unknown.stderr
    assert loopscope("check", "--unsafe-fixes", cwd=project).returncode == 2


def test_diff_changes_nothing_and_fix_changes_it(project: Path) -> None:
    file = project / "tests" / "test_it.py"
    shown = loopscope("check", "--diff", cwd=project)
    assert shown.returncode == 1
    assert '+    smile = "😀"; assert await fetch()' in shown.stdout
    assert file.read_text(encoding="utf-8") == BAD
    assert loopscope("check", "--fix", cwd=project).returncode == 0
    assert file.read_text(encoding="utf-8") == BAD.replace("assert fetch", "assert await fetch")
    assert loopscope("check", cwd=project).returncode == 0


def test_fix_keeps_line_ends_and_byte_order_mark(project: Path) -> None:
    file = project / "tests" / "test_it.py"
    file.write_bytes(b"\xef\xbb\xbf" + BAD.replace("\n", "\r\n").encode())
    assert loopscope("check", "--fix", cwd=project).returncode == 0
    wanted = BAD.replace("assert fetch", "assert await fetch").replace("\n", "\r\n").encode()
    assert file.read_bytes() == b"\xef\xbb\xbf" + wanted


def test_statistics_count_by_rule(project: Path) -> None:
    done = loopscope("check", "--statistics", cwd=project)
    assert done.stdout == "1  assert-on-coroutine  (1 fixable)\n"


def test_many_processes_find_the_same(project: Path) -> None:
    filler = "# filler\n" * 200_000
    for number in range(4):
        (project / "tests" / f"test_more_{number}.py").write_text(BAD + filler, encoding="utf-8")
    one = json.loads(loopscope("check", "--no-cache", "--format", "json", "--jobs", "1", cwd=project).stdout)
    two = json.loads(loopscope("check", "--no-cache", "--format", "json", "--jobs", "2", cwd=project).stdout)
    assert len(one) == 5
    assert one == two


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("test_binary.py", b"async def test_a(): ...\0\0\xff", "test_binary.py: not checked"),
        ("test_latin.py", b"# caf\xe9\nasync def test_a(): ...\n", "test_latin.py: not checked"),
    ],
)
def test_bad_files_are_named_and_the_rest_is_checked(project: Path, name: str, content: bytes, said: str) -> None:
    (project / "tests" / name).write_bytes(content)
    done = loopscope("check", cwd=project)
    assert said in done.stderr
    assert "assert-on-coroutine" in done.stdout
    assert done.returncode == 1


def test_broken_things_do_not_stop_the_rest(project: Path) -> None:
    (project / "tests" / "test_dangling.py").symlink_to(project / "missing.py")
    (project / "tests" / "test_loop").symlink_to(project / "tests")
    (project / "tests" / "test_syntax.py").write_text("def broken(:\n\n\nasync def test_unmarked(): ...\n")
    (project / "tests" / "test_deep.py").write_text("x = " + "(" * 5000 + ")" * 5000 + "\n")
    done = loopscope("check", cwd=project)
    assert "test_it.py:10:25" in done.stdout
    assert "tests/test_syntax.py:4:11: error[async-test-never-runs]" in done.stdout


def test_a_broken_configuration_is_reported_in_its_file(project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\nasyncio_mode = atuo\n")
    done = loopscope("check", cwd=project)
    assert "pytest.ini:2:16: error[invalid-asyncio-mode]" in done.stdout
    (project / "pyproject.toml").write_text('[tool.loopscope]\nselct = ["missing-await"]\n')
    done = loopscope("check", cwd=project)
    assert "pyproject.toml:2:1" in done.stdout
    assert "select" in done.stdout


def test_a_second_run_says_the_same_and_what_is_kept_is_used(project: Path, tmp_path: Path) -> None:
    tests, cache = project / "tests", tmp_path / "cache"
    (tests / "test_binary.py").write_bytes(b"async def test_a(): ...\0\0\xff")
    (tests / "test_broken.py").write_text("def test_a(:\n    pass\n")
    first, second = (loopscope("check", cwd=project, XDG_CACHE_HOME=str(cache)) for _ in range(2))
    assert (first.returncode, first.stdout, first.stderr) == (second.returncode, second.stdout, second.stderr)
    assert "test_binary.py: not checked" in first.stderr
    assert "test_broken.py:1:12: does not parse" in first.stderr
    before = _entries(cache)
    loopscope("check", cwd=project, XDG_CACHE_HOME=str(cache))
    assert _entries(cache) == before, "nothing was checked anew, so nothing is written"
    (tests / "test_it.py").write_text(BAD.replace("assert fetch()", "assert await fetch()"), encoding="utf-8")
    assert not loopscope("check", cwd=project, XDG_CACHE_HOME=str(cache)).stdout
    changed = _entries(cache)
    assert changed != before
    (tests / "test_it.py").write_text(BAD, encoding="utf-8")
    assert loopscope("check", "--no-cache", cwd=project, XDG_CACHE_HOME=str(cache)).stdout == first.stdout
    assert _entries(cache) == changed


def _entries(cache: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in cache.rglob("*") if path.is_file()}


def test_help_teaches() -> None:
    done = loopscope("--help", cwd=Path.cwd())
    assert "examples:" in done.stdout
    for command in ("check", "rule", "config", "fixtures", "explain", "server"):
        assert command in done.stdout
