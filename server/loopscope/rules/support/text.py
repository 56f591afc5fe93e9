"""Small questions about a text that edits depend on."""

from collections.abc import Sequence

from loopscope.text.span import Span


def line_end(text: str) -> str:
    """The line end that a text uses: that of its first line."""
    end = text.find("\n")
    if end < 0:
        return "\r" if "\r" in text else "\n"
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def line_start(text: str, offset: int) -> int:
    """The offset at which the line of an offset begins."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def line_stop(text: str, offset: int) -> int:
    """The offset at which the content of the line of an offset ends, before its line end."""
    ends = [end for end in (text.find("\n", offset), text.find("\r", offset)) if end >= 0]
    return min(ends, default=len(text))


def next_line(text: str, offset: int) -> int:
    """The offset at which the line after that of an offset begins; the end of the text when there is none."""
    stop = line_stop(text, offset)
    return stop + (2 if text.startswith("\r\n", stop) else 1) if stop < len(text) else stop


def indentation(text: str, offset: int) -> str | None:
    """What stands before an offset on its line, when that is white space only; None otherwise."""
    before = text[line_start(text, offset) : offset]
    return before if not before.strip() else None


def own_lines(text: str, span: Span) -> Span | None:
    """The whole lines of a span, with the last line end, when nothing but comments shares them; None otherwise."""
    start = line_start(text, span.start)
    stop = line_stop(text, span.end)
    rest = text[span.end : stop].strip()
    if text[start : span.start].strip() or (rest and not rest.startswith("#")):
        return None
    return Span(start, next_line(text, span.end))


def without_item(text: str, items: Sequence[Span], index: int) -> Span:
    """What to delete so that one item of a list with commas goes, and the commas between the others stay."""
    if index + 1 < len(items):
        return Span(items[index].start, items[index + 1].start)
    if index > 0:
        return Span(items[index - 1].end, items[index].end)
    end = items[index].end
    rest = text[end:].lstrip()
    return Span(items[index].start, len(text) - len(rest) + 1 if rest.startswith(",") else end)
