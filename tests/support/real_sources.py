"""Python files that somebody else wrote and every development environment has.

Not those of CPython's own tests: Debian and others leave them out.
"""

import asyncio
from pathlib import Path

import pytest

_SITE = Path(pytest.__file__).parents[1]

ASYNCIO = sorted(Path(asyncio.__file__).parent.glob("*.py"))
TESTS = sorted((_SITE / "mypy" / "test").glob("test*.py"))
PYTEST = sorted((_SITE / "_pytest").glob("*.py"))
ANYIO = sorted((_SITE / "anyio").rglob("*.py"))


def read(path: Path) -> str:
    """The text of a file, with line ends of one character."""
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")
