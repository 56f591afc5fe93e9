"""Changes to a text."""

from collections.abc import Iterable
from typing import NamedTuple

from loopscope.text.span import Span


class Edit(NamedTuple):
    """Replace the code points in `span` with `text`."""

    span: Span
    text: str


def splice(text: str, span: Span, new: str) -> str:
    """`text` with `span` replaced by `new`; one LSP incremental change. A span outside the text is clamped."""
    start = min(max(span.start, 0), len(text))
    return f"{text[:start]}{new}{text[max(span.end, start) :]}"


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` after all `edits`, whose spans all refer to the text before any of them.

    Insertions at one place keep their given order (LSP, TextEdit[]). Raises `ValueError` when two edits overlap or
    one lies outside the text.
    """
    parts: list[str] = []
    done = 0
    # The sort is stable, so insertions at one offset stay in order; they go before a replacement that starts there.
    for (start, end), new in sorted(edits, key=lambda edit: edit.span):
        if start < done:
            raise ValueError(f"overlapping edits at offset {start}")
        if not start <= end <= len(text):
            raise ValueError(f"edit at {start}-{end} outside a text of {len(text)} code points")
        parts += (text[done:start], new)
        done = end
    parts.append(text[done:])
    return "".join(parts)


def in_common(one: str, other: str) -> tuple[int, int]:
    """How many code points two texts have in common at their beginning, and of the rest at their end."""
    same = _common_prefix(one, other)
    return same, _common_suffix(one[same:], other[same:])


def _common_prefix(one: str, other: str) -> int:
    """By halving, since slices compare fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
