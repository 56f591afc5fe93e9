"""Invariant 10: the command line loads what it needs and no more."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["check", "fixtures", "config", "rule", "explain"])
def test_commands_load_no_language_server_libraries(command: str, tmp_path) -> None:
    (tmp_path / "test_a.py").write_text("async def test_a(): ...\n")
    code = (
        "import sys; from loopscope.cli.main import main\n"
        f"main([{command!r}])\n"
        "heavy = {'pygls', 'lsprotocol', 'jedi', 'parso', 'asyncio'}\n"
        "loaded = {name.partition('.')[0] for name in sys.modules} & heavy\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_check_loads_no_examples_that_stand_beside_their_rules(tmp_path) -> None:
    (tmp_path / "test_a.py").write_text("async def test_a(): ...\n")
    code = (
        "import sys; from loopscope.cli.main import main\n"
        "main(['check'])\n"
        "loaded = [name for name in sys.modules if name.startswith('loopscope.rules.examples.')]\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
