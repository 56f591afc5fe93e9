"""What is asked beside the analysis: the class of what a fixture hands over, where own reading does not tell.

Questions are gathered while rules run; answers come later, as an input of the next snapshot. Nothing waits for them.
"""

from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from loopscope.facts.outline import FactId


class Question(NamedTuple):
    """Which class the values are of that a function yields or returns."""

    path: PurePath
    id: FactId


class Answer(NamedTuple):
    """A class with source: its file and its dotted name there."""

    path: PurePath
    qualname: str


Answers: TypeAlias = dict[Question, Answer | None]
"""What is known of questions; None for one to which there is no certain answer."""
