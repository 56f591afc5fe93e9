"""Which checks ruff runs on a file: compared with what ruff itself says of the same files."""

import json
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from loopscope.config.ruff import ruff_config

from .disk import Memory

ROOT = PurePosixPath("/w")
RUFF = Path(sys.executable).parent / "ruff"
DOUBLED = 'def f():\n    return 1\n\n\ndef f():\n    return "a {} {}".format(1)\n'
CODES = ("F811", "F524")
CONFIGURATIONS = {
    "none": {},
    "default selection": {"ruff.toml": "line-length = 100\n"},
    "select without it": {"ruff.toml": '[lint]\nselect = ["E"]\n'},
    "select at the top": {"ruff.toml": 'select = ["E"]\n'},
    "extended": {"ruff.toml": '[lint]\nselect = ["E"]\nextend-select = ["F8"]\n'},
    "ignored": {"ruff.toml": '[lint]\nignore = ["F811"]\n'},
    "ignored by its group": {"ruff.toml": '[lint]\nselect = ["ALL"]\nignore = ["F"]\n'},
    "selected more exactly than it is ignored": {"ruff.toml": '[lint]\nselect = ["F811"]\nignore = ["F"]\n'},
    "ignored as exactly": {"ruff.toml": '[lint]\nselect = ["F811"]\nignore = ["F811"]\n'},
    "all": {"ruff.toml": '[lint]\nselect = ["ALL"]\n'},
    "in pyproject.toml": {"pyproject.toml": '[tool.ruff.lint]\nselect = ["E"]\n'},
    "another tool's pyproject.toml": {"pyproject.toml": "[tool.black]\n"},
    "the hidden one wins": {".ruff.toml": '[lint]\nselect = ["E"]\n', "ruff.toml": '[lint]\nselect = ["F"]\n'},
    "the nearest one wins": {"ruff.toml": '[lint]\nselect = ["E"]\n', "tests/ruff.toml": "[lint]\n"},
    "it extends": {"base.toml": '[lint]\nselect = ["E"]\n', "ruff.toml": 'extend = "base.toml"\n'},
    "it extends and selects": {
        "base.toml": '[lint]\nselect = ["E"]\nignore = ["F811"]\n',
        "ruff.toml": 'extend = "base.toml"\n[lint]\nselect = ["F"]\n',
    },
    "per file": {"ruff.toml": '[lint.per-file-ignores]\n"tests/**" = ["F8"]\n'},
    "per file, elsewhere": {"ruff.toml": '[lint.per-file-ignores]\n"src/**" = ["F8"]\n"test_b.py" = ["F"]\n'},
    "per file, all but some": {"ruff.toml": '[lint.per-file-ignores]\n"!src/**" = ["F8"]\n'},
    "per file, by its name": {"ruff.toml": '[lint.per-file-ignores]\n"test_*.py" = ["F811"]\n'},
    "per file, anywhere": {"ruff.toml": '[lint.per-file-ignores]\n"**/test_a.py" = ["F5"]\n'},
    "excluded": {"ruff.toml": 'extend-exclude = ["tests"]\n'},
    "another folder is excluded": {"ruff.toml": 'extend-exclude = ["other", "tests/data/*"]\n'},
}


@pytest.mark.parametrize("texts", CONFIGURATIONS.values(), ids=CONFIGURATIONS.keys())
def test_as_ruff_does(texts: dict[str, str], tmp_path: Path) -> None:
    for name, text in {**texts, "tests/test_a.py": DOUBLED}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [RUFF, "check", "--no-cache", "--force-exclude", "--output-format", "json", "tests/test_a.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    path = ROOT / "tests" / "test_a.py"
    config = ruff_config(Memory(texts), path.parent)
    said = {one["code"] for one in json.loads(done.stdout)}
    assert [code for code in CODES if config.runs(code, path)] == [code for code in CODES if code in said]


def test_what_cannot_be_read_says_nothing() -> None:
    texts = {"ruff.toml": "[lint\n", "tests/ruff.toml": 'extend = "ruff.toml"\nselect = 3\n'}
    assert ruff_config(Memory(texts), ROOT / "tests").runs("F811", ROOT / "tests" / "test_a.py") is False
    assert ruff_config(Memory({"ruff.toml": 'extend = "ruff.toml"\n'}), ROOT).runs("F811", ROOT / "test_a.py")
