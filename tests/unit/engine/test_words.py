"""What a file is looked through for once is what its text has."""

import pytest

from loopscope.engine.words import texts_of
from loopscope.facts.extract import file_facts
from loopscope.rules import RULES
from loopscope.syntax.parse import parse, parse_whole

NAMED = [rule.meta.texts for rule in RULES if rule.meta.texts]
TEXT = "\r\n\r\n".join(f"def test_{place}():\r\n    value{text}1  # {text}" for place, (text, *_) in enumerate(NAMED))


@pytest.mark.parametrize(
    "text", [TEXT, TEXT[: len(TEXT) // 2], "\ufeff", "def broken(:\n    x.cancel()\n\nclass A: ...\n"]
)
def test_pieces_of_text_in_pieces_of_a_file(text: str) -> None:
    asked = [*NAMED, ("value",), ("no rule names this", "def "), ("nothing has this",)]
    expected = [any(each in text for each in texts) for texts in asked]
    for facts in (file_facts(parse(text)), file_facts(parse_whole(text)), None):
        assert [texts_of(facts, text)(texts) for texts in asked] == expected


def test_no_piece_of_text_goes_over_a_line_end() -> None:
    assert not [each for texts in NAMED for each in texts if len(each.splitlines()) != 1]
