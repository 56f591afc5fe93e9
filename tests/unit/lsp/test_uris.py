"""URIs and paths."""

from pathlib import PurePosixPath

import pytest

from loopscope.lsp.uris import path_of, stand_in_path, uri_of


@pytest.mark.parametrize("name", ["a.py", "with blank.py", "ä😀.py", "a%b#c?d;e.py", "\udcff.py"])
def test_a_path_comes_back(name: str) -> None:
    path = PurePosixPath("/tmp") / name
    assert path_of(uri_of(path)) == path


@pytest.mark.parametrize(
    "uri", ["", "untitled:Untitled-1", "git:/a.py", "file://elsewhere/a.py", "file:///a%00b", "http://[", "file:a.py"]
)
def test_what_is_no_file_of_this_machine(uri: str) -> None:
    assert path_of(uri) is None


def test_documents_without_a_file_are_kept_apart() -> None:
    one, two = stand_in_path("untitled:a/b.py"), stand_in_path("untitled:a_b.py")
    assert one != two
    assert one.name.startswith("test_")
    assert one.suffix == ".py"
