"""Names that a misspelt one may be."""

import difflib
from collections.abc import Sequence
from typing import NamedTuple

_CLOSE_ENOUGH = 0.7
_NEARLY_AS_CLOSE = 0.06
_MOST = 4


class Near(NamedTuple):
    """The names that may be meant, the nearest first; `clear` when that is much nearer than the next."""

    names: tuple[str, ...]
    clear: bool


def nearest(name: str, known: Sequence[str]) -> Near:
    """The known names that resemble a name: just one where that is clear."""
    found = difflib.get_close_matches(name, known, _MOST, _CLOSE_ENOUGH)
    scores = [difflib.SequenceMatcher(None, each, name).ratio() for each in found]
    close = [each for each, score in zip(found, scores, strict=True) if score > scores[0] - _NEARLY_AS_CLOSE]
    clear = len(close) == 1 or scores[:1] == [1]
    return Near(tuple(found[:1] if clear else found), clear)
