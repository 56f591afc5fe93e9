"""The files of editors/ are what the page about editors shows, and all of them start the server."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "editors.md").read_text()
FILES = sorted(path for path in (ROOT / "editors").rglob("*") if path.is_file() and "zed" not in path.parts)


def test_the_page_shows_each_file() -> None:
    blocks = re.findall(r"^```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert [path.name for path in FILES if path.read_text() not in blocks] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "vimrc"], ids=lambda path: path.name)
def test_each_starts_the_server(path: Path) -> None:
    text = path.read_text()
    if path.suffix in (".json", ".sublime-settings"):
        json.loads(text)
    if path.suffix == ".toml":
        tomllib.loads(text)
    assert {"loopscope", "server"} <= set(re.findall(r"[\w-]+", text))


def test_the_zed_extension_is_whole() -> None:
    zed = ROOT / "editors" / "zed"
    manifest = tomllib.loads((zed / "extension.toml").read_text())
    package = tomllib.loads((zed / "Cargo.toml").read_text())["package"]
    settings = json.loads((zed / "settings.json").read_text())
    assert manifest["language_servers"]["loopscope"]["languages"] == ["Python"]
    assert manifest["version"] == package["version"]
    assert settings["lsp"].keys() == {"loopscope"} == manifest["language_servers"].keys()
    assert "register_extension!" in (zed / "src" / "lib.rs").read_text()
