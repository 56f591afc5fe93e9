import os
from pathlib import Path

import pytest

from loopscope.host import write
from loopscope.host.write import Refused, Written, write_atomically


def test_a_file_keeps_its_mode_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\ny = 2")
    path.chmod(0o751)
    assert write_atomically(path, "x = 1\r\ny = 2", "x = '🐍'\r\ny = 2") == Written(path)
    assert path.read_bytes() == "\ufeffx = '🐍'\r\ny = 2".encode()
    assert path.stat().st_mode & 0o777 == 0o751
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_keeps_its_encoding_or_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: latin-1\n'caf\xe9'\n")
    old = "# coding: latin-1\n'café'\n"
    assert isinstance(write_atomically(path, old, old + "'è'\n"), Written)
    assert path.read_bytes() == b"# coding: latin-1\n'caf\xe9'\n'\xe8'\n"
    refused = write_atomically(path, old + "'è'\n", old + "'🐍'")
    assert (isinstance(refused, Refused) and "latin-1" in refused.reason) or "iso8859-1" in str(refused)
    assert isinstance(write_atomically(path, old + "'è'\n", "'é'\n"), Refused)
    assert path.read_bytes() == b"# coding: latin-1\n'caf\xe9'\n'\xe8'\n"


def test_a_file_that_changed_underneath_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("theirs")
    assert write_atomically(path, "as read", "ours") == Refused("changed since it was read")
    assert path.read_text() == "theirs"


def test_a_file_that_changes_while_the_new_one_is_made_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    path.write_text("as read")
    monkeypatch.setattr(write.os, "fsync", lambda _: path.write_text("theirs"))
    assert write_atomically(path, "as read", "ours") == Refused("changed since it was read")
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("old")
    (tmp_path / "link.py").symlink_to("real.py")
    assert write_atomically(tmp_path / "link.py", "old", "new") == Written(tmp_path / "real.py")
    assert (tmp_path / "link.py").is_symlink()
    assert (tmp_path / "real.py").read_text() == "new"


def test_what_is_no_text_file_is_refused_with_its_reason(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "binary.py").write_bytes(b"\0")
    (tmp_path / "text.py").write_text("x")
    assert write_atomically(tmp_path / "none.py", "", "x") == Refused("does not exist")
    assert write_atomically(tmp_path, "", "x") == Refused("is a directory, not a file")
    assert write_atomically(tmp_path / "pipe.py", "", "x") == Refused("is a named pipe, not a file")
    assert "binary" in str(write_atomically(tmp_path / "binary.py", "\0", "x"))
    assert isinstance(write_atomically(tmp_path / "text.py", "x", "\ud800"), Refused)
    assert isinstance(write_atomically(tmp_path / "text.py", "x", "\0"), Refused)
    assert (tmp_path / "text.py").read_text() == "x"
