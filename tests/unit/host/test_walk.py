from pathlib import Path

from loopscope.host.walk import iter_python_files


def plant(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def found(root: Path, **options: tuple[str, ...]) -> list[str]:
    return [path.relative_to(root).as_posix() for path in iter_python_files(root, **options)]


def test_files_come_before_subdirectories_and_in_order(tmp_path: Path) -> None:
    plant(tmp_path, "b/test_b.py", "b/a/test_a.py", "a/test_z.py", "test_root.py", "conftest.py", "notes.txt")
    assert found(tmp_path) == ["conftest.py", "test_root.py", "a/test_z.py", "b/test_b.py", "b/a/test_a.py"]


def test_what_pytest_does_not_enter_is_left_out(tmp_path: Path) -> None:
    plant(
        tmp_path,
        ".tox/a.py",
        "node_modules/a.py",
        "build/a.py",
        "x.egg/a.py",
        "venv/a.py",
        "__pycache__/a.py",
        "ok/a.py",
    )
    plant(
        tmp_path,
        "my-env/pyvenv.cfg",
        "my-env/lib/python3.12/site-packages/a.py",
        "forge/conda-meta/history",
        "forge/a.py",
    )
    assert found(tmp_path) == ["ok/a.py"]
    assert found(tmp_path, norecurse=("ok",)) == [
        ".tox/a.py", "build/a.py", "node_modules/a.py", "venv/a.py", "x.egg/a.py",
    ]  # fmt: skip


def test_norecursedirs_with_a_separator_match_the_path(tmp_path: Path) -> None:
    plant(tmp_path, "a/data/x.py", "b/data/x.py")
    assert found(tmp_path, norecurse=("a/data",)) == ["b/data/x.py"]


def test_files_that_git_ignores_are_found_since_pytest_collects_them(tmp_path: Path) -> None:
    plant(tmp_path, "local/test_mine.py")
    (tmp_path / ".gitignore").write_text("local/\n")
    assert found(tmp_path) == ["local/test_mine.py"]


def test_exclude_patterns(tmp_path: Path) -> None:
    names = ["a.py", "gen/a.py", "src/gen/a.py", "src/gen/deep/b.py", "src/x_pb2.py", "src/y.py"]
    plant(tmp_path, *names)
    for pattern, left in {
        "gen": ["a.py", "src/x_pb2.py", "src/y.py"],
        "gen/": ["a.py", "src/x_pb2.py", "src/y.py"],
        "/gen": ["a.py", "src/x_pb2.py", "src/y.py", "src/gen/a.py", "src/gen/deep/b.py"],
        "src/gen": ["a.py", "gen/a.py", "src/x_pb2.py", "src/y.py"],
        "src/*": ["a.py", "gen/a.py"],
        "**/b.py": ["a.py", "gen/a.py", "src/x_pb2.py", "src/y.py", "src/gen/a.py"],
        "*_pb2.py": ["a.py", "gen/a.py", "src/y.py", "src/gen/a.py", "src/gen/deep/b.py"],
        "src/**/a.py": ["a.py", "gen/a.py", "src/x_pb2.py", "src/y.py", "src/gen/deep/b.py"],
        "s?c": ["a.py", "gen/a.py"],
        "src/[": ["a.py", "gen/a.py", "src/x_pb2.py", "src/y.py", "src/gen/a.py", "src/gen/deep/b.py"],
        "/": ["a.py", "gen/a.py", "src/x_pb2.py", "src/y.py", "src/gen/a.py", "src/gen/deep/b.py"],
    }.items():
        assert found(tmp_path, exclude=(pattern,)) == left, pattern


def test_links_make_no_cycle_and_dead_ones_no_file(tmp_path: Path) -> None:
    plant(tmp_path, "a/test_a.py", "shared/conftest.py")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "dead.py").symlink_to("gone.py")
    (tmp_path / "a" / "conftest.py").symlink_to(tmp_path / "shared" / "conftest.py")
    (tmp_path / "dir.py").mkdir()
    assert found(tmp_path) == ["a/conftest.py", "a/test_a.py", "shared/conftest.py"]


def test_a_missing_root_has_no_files(tmp_path: Path) -> None:
    assert found(tmp_path / "none") == []
