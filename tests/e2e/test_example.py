"""What `dev.py demo` shows: the example's mistakes, on the command line and in an editor session."""

import json
import os
import subprocess
import sys
from pathlib import Path

from support.command import loopscope

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_session_shows_what_the_command_line_does_and_mends_it(tmp_path: Path) -> None:
    checked = loopscope("check", "--format", "json", "tests/test_orders.py", cwd=EXAMPLES / "shop")
    wanted = [f"line {row['line']:>3}  {row['rule']}" for row in json.loads(checked.stdout)]
    done = subprocess.run(
        [sys.executable, EXAMPLES / "editor_session.py"],
        # Nothing is known of the example from sessions before.
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=120,
    )
    shown = [line.strip().partition(":")[0] for line in done.stdout.splitlines() if line.startswith("    line")]
    assert shown == wanted
    assert "    + assert await is_empty(database)" in done.stdout.splitlines()
