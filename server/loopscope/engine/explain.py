"""From pytest's output to causes: which known messages it has, where, and the rules that are behind them."""

import re
from functools import cache
from typing import NamedTuple

from loopscope.engine.messages import MESSAGES, Message
from loopscope.engine.outcome import Piece, Place, pieces
from loopscope.rules import RULES, by_name
from loopscope.rules.model import Rule


class Occurrence(NamedTuple):
    """Once that pytest printed a message: the line itself, whose test, and which place of the project it names.

    `test` is a nodeid or a name, "" when the output does not say; `places` are all that the report of the test names.
    """

    text: str
    test: str
    phase: str
    place: Place | None
    places: tuple[Place, ...]


class Explanation(NamedTuple):
    """A message with everything that it was printed for, in the order of the output; `rules` the likeliest first."""

    message: Message
    rules: tuple[Rule, ...]
    occurrences: tuple[Occurrence, ...]


def explain(text: str) -> tuple[Explanation, ...]:
    """The known messages in what pytest printed, the first to appear first; any text will do, empty for none."""
    found: dict[str, list[Occurrence]] = {}
    for piece in pieces(text):
        seen: set[str] = set()
        for line in piece.said:
            message = message_of(line)
            if message is not None and message.title not in seen:
                seen.add(message.title)
                found.setdefault(message.title, []).append(_occurrence(piece, line))
    return tuple(
        Explanation(message, rules_behind(message.title), tuple(found[title]))
        for title in found
        for message in (_by_title()[title],)
    )


def message_of(line: str) -> Message | None:
    """The first message of the table that a line matches; None for all other lines."""
    if not _any().search(line):
        return None
    return next((message for pattern, message in _patterns() if pattern.search(line)), None)


@cache
def rules_behind(title: str) -> tuple[Rule, ...]:
    """The rules that a message may come from: those that it names, then all whose proof shows it."""
    message = _by_title()[title]
    proven = [
        rule.meta.name for rule in RULES if any(message_of(each.proof.symptom) is message for each in rule.examples)
    ]
    return tuple(by_name[name] for name in dict.fromkeys((*message.rules, *proven)))


@cache
def _by_title() -> dict[str, Message]:
    return {message.title: message for message in MESSAGES}


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Message], ...]:
    return tuple((re.compile(message.pattern), message) for message in MESSAGES)


@cache
def _any() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{message.pattern})" for message in MESSAGES))


def _occurrence(piece: Piece, line: str) -> Occurrence:
    return Occurrence(line, piece.test, piece.phase, piece.place, piece.places)
