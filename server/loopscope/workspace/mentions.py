"""Whether texts hold words: far cheaper than to parse them, and remembered."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import PurePath
from typing import TypeAlias

from loopscope.text.files import Files, Unreadable

Words: TypeAlias = tuple[str, ...]

AROUND = 80
"""How much text around an edit is looked at for words that it may have completed: more than any of them has."""
_FEW_WORDS = 2


class Mentions:
    """What was asked of the texts of a snapshot. Filled from any thread: entries are only ever added."""

    def __init__(self, files: Files, earlier: "Mentions | None" = None, touched: Iterable[PurePath] = ()) -> None:
        """With what `earlier` ones know of texts that nobody `touched`."""
        self._files = files
        self.known: dict[PurePath, dict[Words, bool]] = {} if earlier is None else earlier.known.copy()
        """The answers by file."""
        for path in touched:
            self.known.pop(path, None)

    def holds(self, path: PurePath, words: Words) -> bool:
        """Whether the text of a file holds one of the words."""
        of_path = self.known.get(path)
        if of_path is None:
            of_path = self.known.setdefault(path, {})
        known = of_path.get(words)
        if known is None:
            text = self._files.read(path)
            known = of_path[words] = not isinstance(text, Unreadable) and _holds_word(text, words)
        return known

    def changed(self, earlier: "Mentions", path: PurePath, around: str | None) -> Iterator[Words]:
        """What `earlier` ones were asked of a text that was edited since, where the answer is another one now.

        `around` is the part in which a word may stand that did not before; None when that is not known.
        """
        for words, known in list(earlier.known.get(path, {}).items()):
            if not (known or around is None or max(map(len, words), default=0) > AROUND):
                self.known.setdefault(path, {})[words] = any(word in around for word in words)
            if self.holds(path, words) != known:
                yield words


def _holds_word(text: str, words: Words) -> bool:
    # What many words begin with is looked for once: most texts do not hold that.
    return (len(words) <= _FEW_WORDS or _common(words) in text) and any(word in text for word in words)


@lru_cache(maxsize=1024)
def _common(words: Words) -> str:
    first, last = min(words), max(words)
    differing = (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(differing, len(first))]
