"""Command-line words inside a text, split as `shlex.split` does, with the place of each."""

import io
import shlex
from typing import NamedTuple


class Word(NamedTuple):
    """One argument and the half-open range of the text it was written in, quotes included."""

    text: str
    start: int
    end: int


def split_words(text: str) -> tuple[Word, ...]:
    """The words of a text by the rules of `shlex.split`, which pytest uses for options of type `args`.

    Raises ValueError, with shlex's message, when a quote is not closed.
    """
    stream = io.StringIO(text)
    lexer = shlex.shlex(stream, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[Word] = []
    before = 0
    while (token := lexer.get_token()) is not None:
        after = stream.tell()
        while before < after and text[before] in lexer.whitespace:
            before += 1
        body = text[before : after - 1]
        escaped = (len(body) - len(body.rstrip("\\"))) % 2 == 1
        # shlex has read the blank that ends a word, too, unless the text ends first.
        end = after - 1 if text[after - 1] in lexer.whitespace and not escaped else after
        words.append(Word(token, before, end))
        before = after
    return tuple(words)
