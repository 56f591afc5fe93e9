"""Files of every broken kind: each gets a clear message, nothing crashes or hangs, and the rest is served."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp_client import SERVER, Client
from support.command import loopscope

GOOD = "import pytest\n\n@pytest.fixture\ndef one(): ...\n\nasync def test_good(one): ...\n"
TAIL = "\nasync def test_still_found(): ...\n"
TEXTS = {
    "syntax": "async def test_a(:\n    pass\n",
    "parentheses": "x = " + "(" * 5000 + "1" + ")" * 5000,
    "signs": "x = " + "-" * 20_000 + "1",
    "sum": "x = " + "+".join(["1"] * 5000),
    "attributes": "x = a" + ".b" * 5000 + "\ny = a" + ".b()" * 3000,
    "blocks": "".join(" " * depth + "if x:\n" for depth in range(150)) + " " * 150 + "pass",
    "unclosed": "x = [(\n",
    "string": "x = '''\n",
    "odd": "\f\r\x1a\x0b\u2028\ufeffx = 1",
    "bracket_line": "x = {" * 300,
}
BYTES = {
    "binary": (bytes(range(256)), "it is a binary file"),
    "nul": (b"import time\0\n", "it is a binary file"),
    "latin": ("# \xe9\n".encode("latin-1"), "it is not valid utf-8"),
    "codec": (b"# -*- coding: no-such-codec -*-\n", "no-such-codec"),
    "utf16": ("x = 1\n".encode("utf-16"), "it is UTF-16"),
    "huge": (b"x = 1\n" * 1_000_000, "it is too large"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("bad_ini", "bad_toml", "bad_own", "folders"):
        (folder / name).mkdir(parents=True)
        (folder / name / "test_inner.py").write_text(GOOD)
    (folder / "bad_ini" / "pytest.ini").write_bytes(b"\xff\xfe\0[pytest\n=\n")
    (folder / "bad_toml" / "pyproject.toml").write_text("[tool.pytest.ini_options\nasyncio_mode = 3\n")
    (folder / "bad_own" / "pyproject.toml").write_text("[tool.loopscope]\nselct = 3\nignore = {}\n")
    for name in ("pytest.ini", "conftest.py", "loopscope.toml"):
        (folder / "folders" / name).mkdir()
    for name, text in TEXTS.items():
        (folder / f"test_{name}.py").write_text(text + TAIL, newline="")
    for name, (content, _) in BYTES.items():
        (folder / f"test_{name}.py").write_bytes(content)
    (folder / "test_dead.py").symlink_to("nowhere.py")
    (folder / "test_itself.py").symlink_to("test_itself.py")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "test_pipe.py")
    (folder / "test_good.py").write_text(GOOD)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return loopscope(*arguments, cwd=folder, PYTHONPATH=str(SERVER), XDG_CACHE_HOME=str(folder.parent / "cache"))


def test_commands_say_what_is_wrong_with_each_file_and_go_on(folder: Path) -> None:
    checked, listed = run(folder, "check"), run(folder, "fixtures")
    assert (checked.returncode, listed.returncode) == (1, 0)
    for name, (_, reason) in BYTES.items():
        for done, what in ((checked, "checked"), (listed, "listed")):
            [line] = [line for line in done.stderr.splitlines() if line.startswith(f"test_{name}.py: not {what}, ")]
            assert reason in line
    for name in ("syntax", "unclosed", "string"):
        [line] = [line for line in checked.stderr.splitlines() if line.startswith(f"test_{name}.py:1:")]
        assert "does not parse as Python" in line
    assert "test_good.py" not in checked.stderr
    for name in TEXTS:
        assert f"test_{name}.py::test_still_found" in listed.stdout or name in ("syntax", "unclosed", "string", "odd")
    for name in ("bad_own", "folders"):
        assert f"{name}/test_inner.py:6:11: error[async-test-never-runs]" in checked.stdout
    assert "bad_ini/pytest.ini: not checked, it is UTF-16" in checked.stderr
    assert "bad_toml/pyproject.toml:1:1: error[invalid-pytest-config]" in checked.stdout
    assert "Unknown loopscope setting `selct`" in checked.stdout


def test_the_configuration_is_shown_as_far_as_it_can_be_read(folder: Path) -> None:
    for name in ("bad_ini", "bad_toml", "bad_own", "folders"):
        done = run(folder, "config", name)
        assert done.returncode == 0
        assert "rootdir" in done.stdout
    assert "Unknown loopscope setting `selct`" in run(folder, "config", "bad_own").stdout
    assert "pytest cannot parse this file" in run(folder, "config", "bad_toml").stdout
    assert "does not exist" in run(folder, "config", "test_dead.py").stderr


def test_a_session_serves_all_of_them(folder: Path, client: Client) -> None:
    client.initialize(folder)
    good = client.open_uri((folder / "test_good.py").as_uri(), GOOD)
    assert [one["code"] for one in client.diagnostics(good, 1)] == ["async-test-never-runs"]
    for name, text in TEXTS.items():
        uri = client.open_uri((folder / f"test_{name}.py").as_uri(), text + TAIL)
        document: dict[str, Any] = {"textDocument": {"uri": uri}}
        client.request("textDocument/documentSymbol", document)
        client.request("textDocument/codeLens", document)
        for line in (0, 1):
            place = {**document, "position": {"line": line, "character": 4}}
            for method in ("hover", "completion", "definition"):
                client.request(f"textDocument/{method}", place)
    for name in BYTES:
        uri = (folder / f"test_{name}.py").as_uri()
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
    found = client.request("workspace/symbol", {"query": "test_still_found"})
    assert len(found) >= len(TEXTS) - 4
    references = {"textDocument": {"uri": good}, "position": {"line": 3, "character": 4}}
    context = {"context": {"includeDeclaration": False}}
    assert len(client.request("textDocument/references", {**references, **context})) == 1
