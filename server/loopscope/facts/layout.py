"""Where the facts of an outline stand in the text."""

from typing import NamedTuple

from loopscope.facts.outline import FactId
from loopscope.text.frozen import field, frozen
from loopscope.text.span import Span


class DefSpans(NamedTuple):
    """The places of one `def` or `class`.

    `whole` begins at the `@` of the first decorator; `decorators` are those of the expressions, without `@`; `params`
    those of the parameters' names, in the order of `FunctionFact.params`. `line` is the 1-based line of its
    `def`/`class`, not of its decorators. `docstring` is cleaned as `inspect.getdoc` does.
    """

    whole: Span
    name: Span
    line: int
    decorators: tuple[Span, ...]
    params: tuple[Span, ...]
    docstring: str | None


@frozen
class Layout:
    """Offsets for the ids of an outline, absolute code points.

    `bindings[i]` is the span of the name bound by the module's i-th binding, `class_bindings[id][i]` by that class's.
    """

    defs: dict[FactId, DefSpans]
    bindings: tuple[Span, ...]
    class_bindings: dict[FactId, tuple[Span, ...]] = field(default_factory=dict[FactId, tuple[Span, ...]])

    def at(self, offset: int) -> FactId | None:
        """The innermost `def` or `class` that holds an offset (decorators and the end count); None outside of all."""
        found = None
        width = -1
        for id_, spans in self.defs.items():
            start, end = spans.whole
            if start <= offset <= end and (width < 0 or end - start <= width):
                found, width = id_, end - start
        return found
