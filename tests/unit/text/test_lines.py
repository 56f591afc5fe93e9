"""Lines and positions count as LSP says, whatever the encoding and the line ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopscope.text.lines import Encoding, LineIndex, line_starts

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
TEXTS = st.text(st.sampled_from("ab \t\r\n\f\x0b\x85\u2028é€😀\ud800"), max_size=40)


def test_only_lf_crlf_and_cr_end_a_line() -> None:
    assert line_starts("a\nb\r\nc\rd") == [0, 2, 5, 7]
    assert line_starts("a\fb\x0bc\x85d\u2028e") == [0]
    assert line_starts("a\fb\n") == [0, 4]
    assert line_starts("") == [0]


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_units_before_a_column(encoding: Encoding, character: int) -> None:
    index = LineIndex("x\né😀a!")
    assert index.position(5, encoding) == (1, character)
    assert index.offset(1, character, encoding) == 5


@pytest.mark.parametrize(("encoding", "inside"), [("utf-8", 2), ("utf-16", 1)])
def test_a_position_inside_a_code_point_is_its_start(encoding: Encoding, inside: int) -> None:
    assert LineIndex("😀a").offset(0, inside, encoding) == 0


def test_positions_outside_the_text_are_clamped() -> None:
    index = LineIndex("ab\r\ncd")
    assert index.offset(0, 99, "utf-16") == 2
    assert index.offset(1, 99, "utf-16") == 6
    assert index.offset(7, 0, "utf-16") == 6
    assert index.offset(-1, 5, "utf-16") == 0
    assert index.offset(1, -3, "utf-16") == 4
    assert index.position(3, "utf-16") == (0, 2), "between \\r and \\n"
    assert index.position(99, "utf-16") == (1, 2)
    assert index.position(-4, "utf-16") == (0, 0)


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_every_offset_comes_back(text: str, encoding: Encoding) -> None:
    index = LineIndex(text)
    for offset in range(len(text) + 1):
        if offset and text[offset - 1 : offset + 1] == "\r\n":
            continue
        line, character = index.position(offset, encoding)
        assert index.offset(line, character, encoding) == offset


@given(TEXTS)
def test_line_texts_are_the_text_split_at_line_ends(text: str) -> None:
    index = LineIndex(text)
    lines = [index.line_text(line) for line in range(index.count)]
    assert lines == text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
