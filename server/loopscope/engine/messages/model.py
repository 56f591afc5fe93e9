"""One message of pytest that `loopscope explain` knows."""

from typing import NamedTuple


class Message(NamedTuple):
    """One known message. `pattern` is searched in each line; of several that match, the first of the table counts.

    `title` is the message as people know it. `rules` are those that most often lie behind it, the likeliest first;
    rules whose proof shows the message follow them without being named here (`explain.rules_behind`).
    """

    title: str
    pattern: str
    cause: str
    fix: str
    rules: tuple[str, ...] = ()
