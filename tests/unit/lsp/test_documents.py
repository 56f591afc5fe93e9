"""Open documents, judged by a plain list of UTF-16 units per line."""

import re

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from loopscope.lsp.documents import changed, opened

PIECES = st.lists(
    st.sampled_from(["a", "é", "😀", "\t", "\f", "\x0b", "\u2028", "\x85", "\n", "\r\n", "\r"]), max_size=15
)
PLACE = st.tuples(st.integers(0, 6), st.integers(0, 9))


def utf_16_offset(text: str, line: int, character: int) -> int:
    """The offset in UTF-16 units, straight from the specification."""
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]
    if line >= len(starts):
        return len(text.encode("utf-16-le")) // 2
    content = re.split(r"\r\n|\n|\r", text)[line]
    # A place inside of a surrogate pair counts as before it.
    units = 0
    for char in content:
        width = len(char.encode("utf-16-le")) // 2
        if units + width > character:
            break
        units += width
    return len(text[: starts[line]].encode("utf-16-le")) // 2 + units


@given(PIECES, st.lists(st.tuples(PLACE, PLACE, PIECES), max_size=3))
def test_incremental_changes_are_those_of_the_specification(
    pieces: list[str], edits: list[tuple[tuple[int, int], tuple[int, int], list[str]]]
) -> None:
    expected = "".join(pieces)
    document = opened(types.TextDocumentItem("file:///a.py", "python", 1, expected))
    changes: list[types.TextDocumentContentChangeEvent] = []
    for one, other, new in edits:
        start, end = sorted((one, other))
        whole = types.Range(types.Position(*start), types.Position(*end))
        changes.append(types.TextDocumentContentChangePartial(range=whole, text="".join(new)))
        units = expected.encode("utf-16-le")
        before, after = (2 * utf_16_offset(expected, *place) for place in (start, end))
        joined = units[:before] + "".join(new).encode("utf-16-le") + units[max(before, after) :]
        expected = joined.decode("utf-16-le")
    assert changed(document, 2, changes, "utf-16").text == expected
