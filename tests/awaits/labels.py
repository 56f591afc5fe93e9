"""The labelled lines: what is missing an `await` (or `async`), and what is right as it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "labelled"


class Line(NamedTuple):
    """One labelled line, counted from 1; `missing` says that something is to be reported there."""

    file: str
    number: int
    text: str
    missing: bool


def labelled_lines() -> Iterator[Line]:
    """All labelled lines, file by file."""
    for path in sorted(FOLDER.glob("*.py")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code, _, label = text.rpartition("  # ")
            if label in ("missing", "right"):
                yield Line(path.name, number, code.strip(), label == "missing")
