"""What pre-commit is told of loopscope (`.pre-commit-hooks.yaml`)."""

import re
import shlex
from pathlib import Path

from loopscope.cli.main import build_parser
from loopscope.config.loaders import CONFIG_NAMES
from loopscope.config.settings import SETTINGS_FILE

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
# No parser for YAML is needed for the little that is asked for.
SAYS = dict(re.findall(r"^(?:- |  )(\w+): (.*)$", HOOKS.read_text(encoding="utf-8"), re.MULTILINE))


def test_its_command_is_one_of_ours() -> None:
    program, *arguments = shlex.split(SAYS["entry"])
    assert program == "loopscope"
    assert build_parser().parse_args(arguments).command == "check"


def test_it_starts_for_what_loopscope_reads_and_for_nothing_else() -> None:
    starts = re.compile(SAYS["files"])
    for name in (*CONFIG_NAMES, SETTINGS_FILE, "conftest.py", "test_it.py"):
        assert starts.search(name), name
        assert starts.search(f"some/folder/{name}"), name
    for name in ("README.md", "Cargo.toml", "my-pytest.ini", "mypy.ini", "test_it.pyc"):
        assert not starts.search(f"some/folder/{name}"), name
