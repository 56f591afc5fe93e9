"""Generated documentation fails when it is stale."""

import json
import subprocess
import sys
from pathlib import Path

from loopscope.engine.selection import GROUPS
from loopscope.rules import by_name

ROOT = Path(__file__).parents[2]


def test_generated_documentation_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schema_names_every_rule_and_group() -> None:
    schema = json.loads((ROOT / "docs" / "settings.schema.json").read_text(encoding="utf-8"))
    named = {one["const"]: one["description"] for one in schema["definitions"]["rule"]["anyOf"]}
    assert set(named) == {*by_name, *GROUPS, "all"}
    assert all(named.values())
    assert schema["properties"]["select"]["items"] == {"$ref": "#/definitions/rule"}
