"""The search in the bytes of a workspace, judged by what Python's own parser sees in the same texts."""

import ast
import os
from pathlib import Path, PurePath

import pytest

from loopscope.host.search import Texts, TextSearch, holds, imports_in


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"app", True),
        (b"x = app.y", True),
        (b"'app'", True),
        (b"my_app app2", False),
        (b"my_app, app", True),
        (b"", False),
        (b"\xff\x00app\x00", True),
    ],
)
def test_a_word_is_whole(data: bytes, found: bool) -> None:
    assert holds(data, b"app") is found


IMPORTS = """\
import a.b as c, d
from .e import f as g, h
from .. import i
from j.k import (
    l,  # not m
    n as o,
)
from p import *
    from q import r
x = "import s"
"""


def test_imports_are_those_that_python_sees() -> None:
    found = imports_in(IMPORTS.encode())
    tree = ast.parse(IMPORTS.replace("    from q", "from q"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            assert {part.encode() for part in (node.module or "").split(".") if part} <= found.modules
        for alias in node.names:
            assert {part.encode() for part in alias.name.split(".")} <= found.names
    assert not {b"s", b"x"} & (found.modules | found.names)


def test_files_that_take_a_name_or_the_module(tmp_path: Path) -> None:
    texts = {
        "name.py": "from pkg.base import Base",
        "star.py": "from .base import *",
        "module.py": "from pkg import base",
        "other.py": "from pkg.base import Other",
        "elsewhere.py": "from pkg.other import Base",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    search = TextSearch(Texts(), [tmp_path], lambda _: ())
    assert [path.name for path in search.importing({"base"}, {"Base"})] == ["module.py", "name.py", "star.py"]


def test_open_documents_stand_for_their_files_and_exclusions_count(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "c.py", "d.txt"):
        (tmp_path / name).write_text("app")
    documents = {PurePath(tmp_path / "a.py"): "nothing", PurePath(tmp_path / "new.py"): "app"}
    search = TextSearch(Texts(), [tmp_path], lambda _: ("c.py",), documents)
    assert [path.name for path in search.mentioning("app")] == ["new.py", "b.py"]


def test_what_was_found_is_forgotten_when_a_file_changes(tmp_path: Path) -> None:
    texts, path = Texts(), tmp_path / "a.py"
    path.write_text("app")
    assert list(TextSearch(texts, [tmp_path], lambda _: ()).mentioning("app")) == [path]
    path.write_text("none")
    os.utime(path, ns=(1, 1))
    assert list(TextSearch(texts, [tmp_path], lambda _: ()).mentioning("app")) == []
    path.unlink()
    assert list(TextSearch(texts, [tmp_path], lambda _: ()).mentioning("none")) == []


def test_many_words_do_not_make_it_forget_what_files_are(tmp_path: Path) -> None:
    texts, path = Texts(), tmp_path / "a.py"
    path.write_text(" ".join(f"word{number}" for number in range(100)))
    for number in [*range(100), 0]:
        assert list(TextSearch(texts, [tmp_path], lambda _: ()).mentioning(f"word{number}")) == [path]


def test_a_search_stops_when_it_is_told_to(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop() -> None:
        raise StoppedError

    (tmp_path / "a.py").write_text("app")
    with pytest.raises(StoppedError):
        list(TextSearch(Texts(), [tmp_path], lambda _: (), check=stop).mentioning("app"))
