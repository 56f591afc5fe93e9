"""Leave out what functions do, so that what a file says to others is parsed in a fraction of the time."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

_DEEPEST = 6
"""Brackets in headers that are nested deeper are not looked into."""


# A function around it, or inside of it, would say whose `yield` it is; a backslash may hide that it stands in a string.
_UNCLEAR = ("def ", "lambda", "class ", "\\\n")
_YIELDS = r"^[ \t]+(?:[\w.]+(?::[^\n=]*)? = )?yield\b"


def skim(text: str, telling: Sequence[str]) -> str:
    """A text without the bodies of functions in which none of the words `telling` stands; `pass` takes their place.

    That of a plain generator is a `yield`. The same text where it is not plain to see where bodies end: brackets or
    strings that are not balanced, carriage returns. Mistakes in what is left out go unseen.
    """
    if "\r" in text:
        return text
    told = sorted([at for word in telling for at in _places(text, word)])
    generating = sorted(_places(text, "yield"))
    kept: list[str] = []
    start = end = 0
    for found in _pattern().finditer(text):
        if found.start() != end:
            return text
        body, end = found.span(2)
        if body == end or _any_between(told, body, end):
            continue
        instead = " pass\n"
        if _any_between(generating, body, end):
            if not _is_generator(found[2]):
                continue
            instead = " yield\n"
        kept += (text[start:body], found[1], instead)
        start = end
    return "".join(kept) + text[start:] if end == len(text) else text


def _is_generator(body: str) -> bool:
    """Whether the body of a function surely yields."""
    if any(each in body for each in _UNCLEAR):
        return False
    behind_strings = max(body.rfind('"""'), body.rfind("'''"), 0)
    return re.compile(_YIELDS, re.MULTILINE).search(body, behind_strings) is not None


def _any_between(places: Sequence[int], start: int, end: int) -> bool:
    first = bisect_left(places, start)
    return first < len(places) and places[first] < end


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


@cache
def _pattern() -> re.Pattern[str]:
    """Lines up to the next `def`, its indentation, its header, and its body with the comments and blank lines behind.

    A line may go on inside strings, a header inside brackets, too. Where a body does so at its margin, what is left of
    it does not parse. What is possessive here is never tried again: the time is linear.
    """
    triple = r'"""(?:[^"\\]++|\\.|"(?!""))*+"""' + "|" + r"'''(?:[^'\\]++|\\.|'(?!''))*+'''"
    single = r'"(?!"")(?:[^"\\\n]++|\\.)*+"' + "|" + r"'(?!'')(?:[^'\\\n]++|\\.)*+'"
    skipped = rf"\#[^\n]*+|{triple}|{single}|\\."
    pair = ""
    for _ in range(_DEEPEST):
        pair = rf"|[(\[{{](?:[^'\"\#()\[\]{{}}\\]++|{skipped}{pair})*+[)\]}}]"
    line = rf"(?:[^'\"\#\\\n]++|{skipped})*+(?:\n|\Z)"
    define = r"(?:async[ \t]+)?def\b"
    header = rf"{define}(?:[^'\"\#()\[\]{{}}\\\n]++|{skipped}{pair})*+(?:\n|\Z)"
    other = rf"(?:(?![ \t]*{define}|\Z){line})*+"
    blank = r"[ \t]*+(?:\#[^\n]*+)?+\n"
    body = rf"(?:{blank})*+((?:\1[ \t]++(?![\#\n]){line}|{blank})*+)"
    return re.compile(rf"{other}(?:([ \t]*+){header})?{body}", re.DOTALL)
