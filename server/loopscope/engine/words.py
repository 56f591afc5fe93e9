"""Which words a text has, so that rules run only where they can find something."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import cache
from typing import cast

from loopscope.facts.extract import FileFacts
from loopscope.facts.part import Part, words_in
from loopscope.rules import RULES


def words_of(facts: FileFacts | None, text: str) -> AbstractSet[bytes]:
    """The words of a file, of its pieces that an edit left as they are from before."""
    if facts is None:
        return words_in(text.removeprefix("\ufeff"))
    if len(facts.parts) == 1:
        return facts.parts[0].words
    return frozenset[bytes]().union(*[part.words for part in facts.parts])


def texts_of(facts: FileFacts | None, text: str) -> Callable[[tuple[str, ...]], bool]:
    """Whether a file has one of some pieces of text, each without a line end; asked by rule after rule.

    Those that rules name are looked for once in each piece of the file that edits leave as it is.
    """
    if facts is None or len(facts.parts) < 2:
        # A fifth as long as the text: whatever has letters stands in a word, or has a part that does.
        words = b" ".join(words_of(facts, text))

        @cache
        def holds(each: str) -> bool:
            return _letters(each) in words and (each.isidentifier() or each in text)

        return lambda texts: any(map(holds, texts))
    known = frozenset[str]().union(*[_texts_in(part) for part in facts.parts])
    return lambda texts: not known.isdisjoint(texts) or any(each in text for each in texts if each not in _named())


def _texts_in(part: Part) -> frozenset[str]:
    found = part.notes.get("texts")
    if found is None:
        found = part.notes["texts"] = frozenset([each for each in _named() if each in part.chunk.text])
    # The key is used here only.
    return cast("frozenset[str]", found)


@cache
def _letters(text: str) -> bytes:
    """The longest part of a text that is one within a word, too."""
    return max(words_in(text), key=len, default=b"")


@cache
def _named() -> frozenset[str]:
    """The pieces of text that rules name."""
    return frozenset([each for rule in RULES for each in rule.meta.texts])


@cache
def encoded(words: tuple[str, ...]) -> frozenset[bytes]:
    """Words as `words_in` has them."""
    return frozenset(word.encode() for word in words)
