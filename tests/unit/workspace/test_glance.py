"""What is told of imports by a text alone, and what is not looked at because of that."""

from pathlib import PurePath

import pytest

from loopscope.workspace.glance import imports_in_text
from loopscope.workspace.holders import held_by_module
from rules.world import ROOT, snapshot_of

PATH = ROOT / "module.py"


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("from a import b\n", {"b": (("a", "b"),)}),
        ("from .a.c import b as d, e  # f\n", {"d": ((".a.c", "b"),), "e": ((".a.c", "e"),)}),
        ("from a import *\nfrom .. import b\n", {"*": (("a", "*"),), "b": (("..", "b"),)}),
        (
            "from a import (  # of (all)\n    b,  # (c)\n    d as e,\n)\nf = 1\n",
            {"b": (("a", "b"),), "e": (("a", "d"),)},
        ),
        ("from a import b, \\\n    c\nd = 1\n", {"b": (("a", "b"),), "c": (("a", "c"),)}),
        ("from a import b, \\\r\n    c\r\nd = 1\r\n", {"b": (("a", "b"),), "c": (("a", "c"),)}),
        ("if True: from a import b; c = 1\n", {"b": (("a", "b"),)}),
        ("try:\n    from a import x\nexcept ImportError:\n    from b import x\n", {"x": (("a", "x"), ("b", "x"))}),
        ("from a import(b)\nfrom . import(c)\n", {"b": (("a", "b"),), "c": ((".", "c"),)}),
        ("import a\nyield from b\n", {}),
    ],
)
def test_imports_in_a_text(text: str, imports: dict[str, tuple[tuple[str, str], ...]]) -> None:
    assert imports_in_text(snapshot_of({"module.py": text}).queries, PATH) == imports


FILES = {
    "conftest.py": "from shared import *\nfrom named import fixture_of, value\n",
    "shared.py": "import logging\nfrom heavy import Heavy, tool\nfrom named import value\n"
    "LOG = logging.getLogger('x')\nSETTINGS = tool(1)\nALIAS = Heavy\n\nimport pytest\n\n"
    "@pytest.fixture\ndef shared(): pass\n",
    "heavy.py": "import os\n\nclass Heavy: pass\ndef tool(x): pass\n",
    "named.py": "import pytest\nfrom heavy import Heavy as Thing\nvalue = pytest.fixture(lambda: 1)\n"
    "@pytest.fixture\ndef fixture_of(): pass\n",
}


def test_modules_of_which_the_text_holds_no_fixture_are_not_parsed() -> None:
    snapshot = snapshot_of(FILES)
    parsed: list[str] = []
    read_outline = snapshot.read_outline

    def noted(path: PurePath) -> object:
        parsed.append(path.name)
        return read_outline(path)

    snapshot.read_outline = noted  # type: ignore[method-assign,assignment]
    held = held_by_module(snapshot.queries, ROOT / "conftest.py")
    assert [recipe.name for recipe in held.recipes] == ["fixture_of", "shared", "value"]
    assert sorted({*parsed}) == ["conftest.py", "named.py", "shared.py"]
