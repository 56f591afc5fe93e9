"""Edits between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from loopscope.features.actions import difference
from loopscope.text.edit import apply_edits

LINES = st.lists(st.sampled_from(["a", "b\n", "c\r\n", "\n", "\f", "😀\n", "x\r"]), max_size=12).map("".join)


@given(LINES, LINES)
def test_the_edits_make_the_new_text(old: str, new: str) -> None:
    assert apply_edits(old, difference(old, new)) == new


def test_what_is_equal_is_left_alone() -> None:
    old = "".join(f"line {number}\n" for number in range(100))
    edits = difference(old, old.replace("line 7\n", "new\n").replace("line 90\n", ""))
    assert [edit.text for edit in edits] == ["new\n", ""]
    assert sum(edit.span.end - edit.span.start for edit in edits) == len("line 7\n") + len("line 90\n")
