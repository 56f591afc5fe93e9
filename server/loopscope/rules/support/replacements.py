"""Where a text may replace what has a name: patches name it in quotes, other code assigns the attribute."""

import re
from collections.abc import Iterator

# What stands before the last part of a quoted name, and behind an attribute that is assigned to.
_QUOTED = re.compile(r"""["'](?:[\w.{}]*\.)?\Z""")
_ASSIGNED = re.compile(r"\s*(?::[^=\n]+)?=(?!=)")
_COMPARED = re.compile(r"[=!]=\s*\Z")
_SPIED = re.compile(r"\bspy\([^()\"']*,\s*\Z")
_WORD = re.compile(r"\b([a-z]\w*)[ ]\Z")
_KEYWORDS = frozenset(
    ("and", "assert", "await", "else", "f", "if", "in", "is", "lambda", "not", "or", "return", "yield")
)
_REPLACES = (
    *("patch", "attr", "mock", "stub", "spy", "spie", "fake", "dummy", "replac", "swap", "overrid", "inject"),
    "__dict__",
)
_STAYS = re.compile(r"(?<![.\w])setattr\(|(?:class|module|package|session)_mocker|monkey(?:module|session)")
_STARTED = re.compile(r"patch(?:.|\n)*\.start\(")


def replacements(text: str, name: str) -> Iterator[tuple[int, bool]]:
    """The places at which a text may replace what has a name, each with whether the name stands there in quotes.

    Alone or last in a dotted one; not where it is compared or given to a spy, which keeps what it is, nor in prose
    (`the "send" of it`). In quotes it counts where `sounds_like_replacing` holds of the file.
    """
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if text[end : end + 1] in ("'", '"') and _is_quoted(text, start):
            yield start, True
        if text[start - 1 : start] == "." and _ASSIGNED.match(text, end):
            yield start, False
        start = text.find(name, end)


def is_undone(test: str) -> bool:
    """Whether what a test replaces by name is put back after it, as far as its code shows."""
    return _STAYS.search(test) is None and _STARTED.search(test) is None


def _is_quoted(text: str, start: int) -> bool:
    line = text.rfind("\n", 0, start) + 1
    found = _QUOTED.search(text, line, start)
    if found is None or _COMPARED.search(text, line, found.start()) or _SPIED.search(text, line, found.start()):
        return False
    word = _WORD.search(text, line, found.start())
    return word is None or word[1] in _KEYWORDS


def sounds_like_replacing(text: str) -> bool:
    """Whether there is a word that sounds like replacing."""
    lowered = text.lower()
    return any(each in lowered for each in _REPLACES)
