"""Leave out what functions do, so that what a file says to others is parsed in a fraction of the time."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

_DEEPEST = 6
"""Brackets that are nested deeper are not looked into."""


def skim(text: str, telling: Sequence[str]) -> str:
    """A text without the bodies of functions in which none of the words `telling` stands; `pass` takes their place.

    The same text where it is not plain to see where they end: brackets or strings that are not balanced, carriage
    returns. Mistakes in what is left out go unseen.
    """
    if "\r" in text:
        return text
    told = sorted([at for word in telling for at in _places(text, word)])
    kept: list[str] = []
    start = end = 0
    for found in _pattern().finditer(text):
        if found.start() != end:
            return text
        body, end = found.span(2)
        first = bisect_left(told, body)
        if body < end and (first == len(told) or told[first] >= end):
            kept += (text[start:body], found[1], " pass\n")
            start = end
    return "".join(kept) + text[start:] if end == len(text) else text


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


@cache
def _pattern() -> re.Pattern[str]:
    """Lines up to the next `def`, its indentation, its header, and its body with the comments and blank lines behind.

    A line may go on inside brackets and strings. What is possessive here is never tried again: the time is linear.
    """
    triple = r'"""(?:[^"\\]++|\\.|"(?!""))*+"""' + "|" + r"'''(?:[^'\\]++|\\.|'(?!''))*+'''"
    single = r'"(?!"")(?:[^"\\\n]++|\\.)*+"' + "|" + r"'(?!'')(?:[^'\\\n]++|\\.)*+'"
    skipped = rf"\#[^\n]*+|{triple}|{single}|\\."
    pair = ""
    for _ in range(_DEEPEST):
        pair = rf"|[(\[{{](?:[^'\"\#()\[\]{{}}\\]++|{skipped}{pair})*+[)\]}}]"
    line = rf"(?:[^'\"\#()\[\]{{}}\\\n]++|{skipped}{pair})*+(?:\n|\Z)"
    define = r"(?:async[ \t]+)?def\b"
    other = rf"(?:(?![ \t]*{define}|\Z){line})*+"
    blank = r"[ \t]*+(?:\#[^\n]*+)?+\n"
    body = rf"(?:{blank})*+((?:\1[ \t]++(?![\#\n]){line}|{blank})*+)"
    return re.compile(rf"{other}(?:([ \t]*+){define}{line})?{body}", re.DOTALL)
