"""The labelled lines: what is missing an `await` (or `async`), and what is right as it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent
LABELLED = _HERE / "labelled"
HELD_OUT = _HERE / "held_out"
"""Written before anything was asked of loopscope about them, on libraries and habits that the others do not have."""
FOLDERS = (LABELLED, HELD_OUT)

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


class Line(NamedTuple):
    """One labelled line of a file, counted from 1; `missing` says that something is to be reported there."""

    path: Path
    number: int
    text: str
    missing: bool


def labelled_lines(folder: Path) -> Iterator[Line]:
    """All labelled lines of one of `FOLDERS`, file by file."""
    for path in sorted(folder.glob("*.py")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code, _, label = text.rpartition("  # ")
            if label in ("missing", "right"):
                yield Line(path, number, code.strip(), label == "missing")
