"""Where the facts of an outline stand in the text."""

from dataclasses import dataclass
from typing import NamedTuple

from loopscope.facts.outline import FactId
from loopscope.text.span import Span


class DefSpans(NamedTuple):
    """The places of one `def` or `class`; `line` is the 1-based line of its `def`/`class`, not of its decorators."""

    whole: Span
    name: Span
    line: int
    decorators: tuple[Span, ...]
    params: tuple[Span, ...]
    docstring: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Offsets for the ids of an outline. `bindings[i]` is the span of the name bound by the module's i-th binding."""

    defs: dict[FactId, DefSpans]
    bindings: tuple[Span, ...]
