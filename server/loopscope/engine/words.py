"""Which words a text has, so that rules run only where they can find something."""

from collections.abc import Set as AbstractSet
from functools import cache

from loopscope.facts.extract import FileFacts
from loopscope.facts.part import words_in


def words_of(facts: FileFacts | None, text: str) -> AbstractSet[bytes]:
    """The words of a file, of its pieces that an edit left as they are from before."""
    if facts is None:
        return words_in(text.removeprefix("\ufeff"))
    return frozenset[bytes]().union(*[part.words for part in facts.parts])


@cache
def encoded(words: tuple[str, ...]) -> frozenset[bytes]:
    """Words as `words_in` has them."""
    return frozenset(word.encode() for word in words)
