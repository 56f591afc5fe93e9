"""Edits replace exactly what they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopscope.text.edit import Edit, apply_edits, splice
from loopscope.text.source import Source
from loopscope.text.span import Span


def test_spans_refer_to_the_text_before_any_edit() -> None:
    edits = [Edit(Span(4, 5), "E"), Edit(Span(0, 1), "first "), Edit(Span(2, 2), "+")]
    assert apply_edits("abcdef", edits) == "first b+cdEf"


def test_insertions_at_one_place_keep_their_order() -> None:
    assert apply_edits("ab", [Edit(Span(1, 1), "1"), Edit(Span(1, 1), "2"), Edit(Span(1, 2), "B")]) == "a12B"


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(Span(0, 3), "x"), Edit(Span(2, 4), "y")],
        [Edit(Span(0, 3), "x"), Edit(Span(1, 1), "y")],
        [Edit(Span(3, 9), "x")],
        [Edit(Span(2, 1), "x")],
        [Edit(Span(-1, 1), "x")],
    ],
)
def test_impossible_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="edit"):
        apply_edits("abcd", edits)


def test_splice_clamps() -> None:
    assert splice("abc", Span(1, 2), "XY") == "aXYc"
    assert splice("abc", Span(5, 9), "!") == "abc!"
    assert splice("abc", Span(-3, 1), "") == "bc"


@given(st.text(max_size=30), st.data())
def test_one_edit_is_a_splice(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert apply_edits(text, [Edit(Span(start, end), "new")]) == splice(text, Span(start, end), "new")


def test_a_source_indexes_its_lines_once() -> None:
    source = Source("a\nb")
    assert source.lines is source.lines
    assert source.lines.position(2, "utf-16") == (1, 0)
