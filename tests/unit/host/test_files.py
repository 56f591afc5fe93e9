import os
import socket
import sys
from pathlib import Path

import pytest

from loopscope.host.files import DiskFiles, OverlayFiles
from loopscope.text.files import Entry, Unreadable


def reason(files: DiskFiles, path: Path) -> str:
    found = files.read(path)
    assert isinstance(found, Unreadable), found
    return found.reason


def test_line_ends_stay_and_the_byte_order_mark_goes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfx = '\xf0\x9f\x90\x8d'\r\ny = 1\r\x0c\n")
    assert DiskFiles([tmp_path]).read(tmp_path / "a.py") == "x = '🐍'\r\ny = 1\r\x0c\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"# -*- coding: latin-1 -*-\n# caf\xe9\n", "# -*- coding: latin-1 -*-\n# café\n"),
        (
            b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n# \x80\n",
            "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n# €\n",
        ),
        (b"x = 1\ny = 2\n# coding: latin-1\n# caf\xc3\xa9\n", "x = 1\ny = 2\n# coding: latin-1\n# café\n"),
        (b"'coding: latin-1'\n# caf\xc3\xa9\n", "'coding: latin-1'\n# café\n"),
    ],
    ids=["cookie", "second line", "third line does not count", "not in a comment"],
)
def test_a_coding_cookie_counts_as_in_python(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "a.py").write_bytes(data)
    assert DiskFiles([tmp_path]).read(tmp_path / "a.py") == text


def test_a_coding_cookie_counts_in_python_files_only(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_bytes(b"# coding: latin-1\n# caf\xc3\xa9\n")
    assert DiskFiles([tmp_path]).read(tmp_path / "pytest.ini") == "# coding: latin-1\n# café\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x\0y", "binary"),
        ("x = 1".encode("utf-16"), "UTF-16"),
        (b"x = 1\n# caf\xe9\n", "not valid utf-8 (byte 11)"),
        (b"# coding: nonsense\n", "nonsense"),
        (b"# coding: rot13\n", "not a text encoding"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "encoding"),
        (b"x" * 1001, "too large (1,001 bytes; the limit is 1,000)"),
    ],
    ids=["binary", "utf-16", "not utf-8", "unknown cookie", "codec of no text", "bom and cookie", "huge"],
)
def test_what_is_no_text_has_a_reason(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "a.py").write_bytes(data)
    assert words in reason(DiskFiles([tmp_path], max_bytes=1000), tmp_path / "a.py")


def test_no_slow_codec_is_begun_with(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# coding: punycode\n" + b"\xff" * 9)
    why = reason(DiskFiles([tmp_path]), tmp_path / "a.py")
    # Python 3.14 refuses it, too.
    assert why.startswith(("declares punycode, which no source file", "has no encoding that Python reads"))


def test_what_is_no_file_has_a_reason_and_never_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
    (tmp_path / "dead.py").symlink_to(tmp_path / "gone.py")
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    (tmp_path / "dir.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    files = DiskFiles([tmp_path, Path("/dev")])
    assert reason(files, tmp_path / "none.py") == "does not exist"
    assert reason(files, tmp_path / "dead.py") == "is a symbolic link to nothing"
    assert "symbolic links" in reason(files, tmp_path / "loop.py")
    assert reason(files, tmp_path / "dir.py") == "is a directory, not a file"
    assert reason(files, tmp_path / "pipe.py") == "is a named pipe, not a file"
    assert reason(files, tmp_path / "socket.py") == "is a socket, not a file"
    assert reason(files, Path("/dev/zero")) == "is a device, not a file"
    assert "no file can have" in reason(files, tmp_path / "nul\0.py")
    assert "too long" in reason(files, tmp_path / ("n" * 300))


def test_links_may_lead_about_inside_the_roots_but_not_out(tmp_path: Path) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    workspace.mkdir()
    outside.mkdir()
    (outside / "secret.py").write_text("secret")
    (workspace / "real.py").write_text("mine")
    (workspace / "inside.py").symlink_to("real.py")
    (workspace / "shadow.py").symlink_to(outside / "secret.py")
    (workspace / "folder").symlink_to(outside, target_is_directory=True)
    files = DiskFiles([workspace])
    assert files.read(workspace / "inside.py") == "mine"
    assert "leads out of the workspace" in reason(files, workspace / "shadow.py")
    assert "leads out of the workspace" in reason(files, workspace / "folder" / "secret.py")
    assert files.entries(workspace / "folder") == ()
    files.allow([outside])
    assert files.read(workspace / "shadow.py") == "secret"
    assert files.entries(workspace / "folder") == (Entry("secret.py", is_dir=False),)


def test_config_above_the_workspace_is_read_unless_it_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]")
    (tmp_path / "outside" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "outside" / "secret.py").write_text("secret")
    (tmp_path / "tox.ini").symlink_to(tmp_path / "outside" / "secret.py")
    (tmp_path / "workspace" / "link").symlink_to(tmp_path / "outside" / "deep" / "er", target_is_directory=True)
    files = DiskFiles([tmp_path / "workspace"])
    assert files.read(tmp_path / "pytest.ini") == "[pytest]"
    assert files.read(tmp_path / "workspace" / ".." / "pytest.ini") == "[pytest]"
    assert "leads out" in reason(files, tmp_path / "tox.ini")
    assert "leads out" in reason(files, tmp_path / "workspace" / "link" / ".." / ".." / "secret.py")


def test_a_root_may_itself_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.py").write_text("x")
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    assert DiskFiles([tmp_path / "link"]).read(tmp_path / "link" / "a.py") == "x"


def test_a_changed_file_is_read_anew_whatever_its_time_says(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("old")
    os.utime(path, ns=(1, 1))
    files = DiskFiles([tmp_path])
    assert files.read(path) == "old"
    path.write_text("newer")
    os.utime(path, ns=(1, 1))
    assert files.read(path) == "newer"
    with path.open("r+") as file:
        file.write("NEWER")
    os.utime(path, ns=(1, 1))
    assert files.read(path) == "NEWER"


def test_a_forgotten_file_is_read_anew_where_nothing_changes_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("old")
    files = DiskFiles([tmp_path], at_rest=True)
    assert files.read(path) == "old"
    path.write_text("newer")
    assert files.read(path) == "old"
    files.forget(tmp_path)
    assert files.read(path) == "newer"


def test_memory_for_texts_is_bounded(tmp_path: Path) -> None:
    files = DiskFiles([tmp_path])
    for number in range(6):
        (tmp_path / f"{number}.py").write_text(f"#{number}" * 2_000_000)
        assert str(files.read(tmp_path / f"{number}.py")).startswith(f"#{number}")
    assert files._memo_bytes <= 16_000_000
    assert sum(sys.getsizeof(known.content) for known in files._memo.values()) < 17_000_000


def test_entries_are_sorted_and_missing_directories_are_empty(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.py").touch()
    (tmp_path / "dead").symlink_to("gone")
    files = DiskFiles([tmp_path])
    assert files.entries(tmp_path) == (Entry("a.py", False), Entry("b", True), Entry("dead", False))
    assert files.entries(tmp_path / "none") == ()
    assert files.entries(tmp_path / "a.py") == ()
    assert (files.is_file(tmp_path / "a.py"), files.is_dir(tmp_path / "a.py")) == (True, False)


def test_open_documents_lie_over_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("disk")
    (tmp_path / "b.py").write_text("disk")
    new = tmp_path / "tests" / "unit" / "test_new.py"
    files = OverlayFiles(DiskFiles([tmp_path]), {tmp_path / "a.py": "editor", new: "unsaved"})
    assert (files.read(tmp_path / "a.py"), files.read(tmp_path / "b.py"), files.read(new)) == (
        "editor",
        "disk",
        "unsaved",
    )
    assert files.entries(tmp_path) == (Entry("a.py", False), Entry("b.py", False), Entry("tests", True))
    assert (files.is_file(new), files.is_dir(new)) == (True, False)
    assert (files.is_file(new.parent), files.is_dir(new.parent), files.is_dir(tmp_path / "tests")) == (
        False,
        True,
        True,
    )


def test_a_folder_that_becomes_a_link_out_is_noticed(tmp_path: Path) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    for folder in (workspace / "one", outside):
        folder.mkdir(parents=True)
        (folder / "a.py").write_text(folder.name)
    (workspace / "now").symlink_to("one", target_is_directory=True)
    files = DiskFiles([workspace])
    assert files.read(workspace / "now" / "a.py") == "one"
    (workspace / "now").unlink()
    (workspace / "now").symlink_to(outside, target_is_directory=True)
    assert "leads out" in reason(files, workspace / "now" / "a.py")


@pytest.mark.parametrize(("at_rest", "then"), [(False, "x = 22\n"), (True, "x = 1\n")])
def test_a_file_that_changes_is_read_anew_unless_all_is_at_rest(tmp_path: Path, at_rest: bool, then: str) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    files = DiskFiles([tmp_path], at_rest=at_rest)
    assert files.read(path) == "x = 1\n"
    path.write_text("x = 22\n")
    assert files.read(path) == then


def test_a_file_is_read_to_its_end_whatever_its_size(tmp_path: Path) -> None:
    for size in (0, 1, 4095, 4096, 4097, 100_000):
        (tmp_path / "a.py").write_text("#" * size)
        assert DiskFiles([tmp_path]).read(tmp_path / "a.py") == "#" * size
