"""One version of one text, with what can be computed of it once."""

from functools import cached_property

from loopscope.text.frozen import frozen
from loopscope.text.lines import LineIndex


@frozen
class Source:
    """A text that never changes; an edit makes a new `Source`."""

    text: str

    # No slots: `cached_property` keeps its value in the instance's dict.
    @cached_property
    def lines(self) -> LineIndex:
        """The line index of the text, made on first use."""
        return LineIndex(self.text)
