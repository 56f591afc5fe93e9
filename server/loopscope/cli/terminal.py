"""Colours and progress, where a person looks at a terminal."""

import os
import sys
import time
from typing import NamedTuple, TextIO

_CODES = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_PATIENCE_SECONDS = 0.5
_INTERVAL_SECONDS = 0.1


class Style(NamedTuple):
    """Paints text, or leaves it alone."""

    colours: bool

    def paint(self, text: str, colour: str) -> str:
        """`text` in a colour, where colours are wanted."""
        return f"\033[{_CODES[colour]}m{text}\033[0m" if self.colours else text

    def bold(self, text: str) -> str:
        """`text` in bold, where colours are wanted."""
        return f"\033[1m{text}\033[0m" if self.colours else text


def style_for(stream: TextIO) -> Style:
    """Colours on a terminal only; NO_COLOR and FORCE_COLOR are honoured (no-color.org, force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return Style(False)
    if os.environ.get("FORCE_COLOR"):
        return Style(True)
    return Style(stream.isatty() and os.environ.get("TERM") != "dumb")


class Progress:
    """A line on standard error that says how far long work is; only on a terminal, only after half a second."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._shown = False
        self._next = time.monotonic() + _PATIENCE_SECONDS if sys.stderr.isatty() else float("inf")

    def step(self, count: int = 1) -> None:
        """Says that `count` more are done."""
        self._done += count
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _INTERVAL_SECONDS
            self._shown = True
            sys.stderr.write(f"\r{self._what}: {self._done} of {self._total} files")
            sys.stderr.flush()

    def close(self) -> None:
        """Takes the line away."""
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
