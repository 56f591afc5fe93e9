"""The labelled lines: what is missing an `await` (or `async`), and what is right as it is."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent
LABELLED = _HERE / "labelled"
HELD_OUT = _HERE / "held_out"
"""Written before anything was asked of loopscope about them, on libraries and habits that the others do not have."""
MOCKS = _HERE / "mocks"
"""Tests with one mistake each at most, or none, that pytest ran before loopscope was asked about any of them."""
FOLDERS = (LABELLED, HELD_OUT, MOCKS)

FIRST_SIGHT = {
    "test_aiofiles.py": 1,
    "test_asyncpg.py": 3,
    "test_auth.py": 6,
    "test_core.py": 11,
    "test_database.py": 8,
    "test_elasticsearch.py": 5,
    "test_greeter.py": 0,
    "test_mcp.py": 4,
    "test_motor.py": 0,
    "test_nats.py": 6,
    "test_openai.py": 5,
    "test_pymongo.py": 0,
    "test_valkey.py": 13,
    "test_web.py": 8,
    "test_websockets.py": 1,
}
"""How many missing ones of the held-out lines were found when they were written; of those that are right, none was
flagged."""

FIRST_SIGHT_OF_MOCKS = 58
"""How many mistakes with mocks were found when they were written; of those that are right, none was flagged."""
HELD_OUT_MOCKS = ("test_held_out.py", 5)
"""The file that was written when the rules had been made for the others, and how many of it were found then."""


class Line(NamedTuple):
    """One labelled line of a file, counted from 1; `missing` says that something is to be reported there.

    Of a mock, in any of the `lines` of its test: it may show where it is made, set up, used or asserted.
    """

    path: Path
    number: int
    text: str
    missing: bool
    lines: range


def labelled_lines(folder: Path) -> Iterator[Line]:
    """All labelled lines of one of `FOLDERS`, file by file."""
    for path in sorted(folder.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        tests = list(_tests(source)) if folder == MOCKS else []
        for number, text in enumerate(source.splitlines(), 1):
            code, _, label = text.rpartition("  # ")
            if label in ("missing", "wrong", "right"):
                lines = next((each for each in tests if number in each), range(number, number + 1))
                yield Line(path, number, code.strip(), label != "right", lines)


def _tests(source: str) -> Iterator[range]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield range(first, (node.end_lineno or first) + 1)
