"""The cursor: what a scenario does not show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopscope.features.cursor import Cursor, Place, cursor_at
from loopscope.text.source import Source

CURSOR = "‸"


def at(text: str) -> Cursor:
    offset = text.index(CURSOR)
    return cursor_at(Source(text.replace(CURSOR, "")), offset)


@pytest.mark.parametrize(
    ("text", "place", "word", "prefix"),
    [
        ("def f(a, b‸c, d): ...", Place.PARAMETER, "bc", "b"),
        ("def f(a, *, ‸): ...", Place.PARAMETER, "", ""),
        ("def f(\n    a,\n    ‸\n", Place.PARAMETER, "", ""),
        ("def f[T](x, y‸", Place.PARAMETER, "y", "y"),
        ("async  def  f(‸", Place.PARAMETER, "", ""),
        ("def f(a: in‸t): ...", Place.OTHER, "int", "in"),
        ("def f(a=no‸w): ...", Place.OTHER, "now", "no"),
        ("f(a‸)", Place.ARGUMENT, "a", "a"),
        ("f(a=‸)", Place.VALUE, "", ""),
        ("f(a == ‸)", Place.OTHER, "", ""),
        ("f(a, 'b‸')", Place.STRING, "b", "b"),
        ('f("""a\nb‸\n""")', Place.STRING, "a\nb\n", "a\nb"),
        ("f(rb'x‸", Place.STRING, "x", "x"),
        ("return (‸x)", Place.OTHER, "x", ""),
        ("x  # f(‸", Place.COMMENT, "# f(", "# f("),
        ("", Place.OTHER, "", ""),
    ],
)
def test_places(text: str, place: Place, word: str, prefix: str) -> None:
    cursor = at(text if CURSOR in text else text + CURSOR)
    assert (cursor.place, cursor.text, cursor.prefix) == (place, word, prefix)


def test_the_parts_of_a_dotted_name() -> None:
    first, middle = at("pyt‸est.mark.asyncio"), at("pytest . mar‸k.asyncio")
    assert (first.dotted, first.text, first.full) == ("", "pytest", "pytest.mark.asyncio")
    assert (middle.dotted, middle.text, middle.full) == ("pytest", "mark", "pytest.mark.asyncio")
    assert at("pytest.mark.‸").dotted == "pytest.mark"


def test_a_signature_knows_its_other_parameters_after_the_cursor_too() -> None:
    signature = at("def test_x(a, ‸, b: dict[str, int] = {}, *c, **d): ...").signature
    assert signature is not None
    assert signature.names == ("a", "b", "c", "d")


def test_a_call_knows_argument_and_keywords_through_lists() -> None:
    call = at("@pytest.mark.parametrize('a', [1], ids=None, indirect=['b', 'a‸'])").call
    assert call is not None
    assert (call.callee, call.decorator, call.index, call.keyword) == ("pytest.mark.parametrize", True, 3, "indirect")
    assert call.keywords == ("ids",)


@pytest.mark.parametrize("below", ["    assert a, b", "def test_y(b): ...", "@mark", "class B: ..."])
def test_an_open_bracket_ends_where_a_statement_begins(below: str) -> None:
    signature = at(f"def test_x(a, ‸\n{below}\n").signature
    assert signature is not None
    assert signature.names == ("a",)


@given(
    st.lists(
        st.sampled_from([*"()[]{}'\"\\#,:=@*.\n\r\t\f ", '"""', "def ", "async ", "f", "é", "😀", "class ", "\ud800"])
    ),
    st.integers(-2, 60),
)
def test_any_text_has_a_cursor_whose_word_is_around_it(pieces: list[str], offset: int) -> None:
    text = "".join(pieces)
    cursor = cursor_at(Source(text), offset)
    assert cursor.text == text[slice(*cursor.word)]
    assert cursor.offset in cursor.word
    assert 0 <= cursor.word.start <= cursor.word.end <= len(text)
