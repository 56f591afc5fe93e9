"""Where a name stands in the text of a file: exact, or nowhere."""

import ast
import re
from collections.abc import Sequence

from loopscope.facts.extract import FileFacts
from loopscope.features.mention import NOWHERE
from loopscope.syntax.chunk import Located, Placed
from loopscope.text.span import Span


class Places:
    """Finds one name in one chunk. Every span that is returned holds just the name, or is `NOWHERE`."""

    def __init__(self, facts: FileFacts, placed: Placed, name: str) -> None:
        self._text = facts.tree.text
        self._placed = placed
        self._name = name
        self._word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")

    def defined(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Span:
        """The name that a definition gives."""
        return self._checked(self._placed.name_span(node).start)

    def first(self, node: Located) -> Span:
        """The name at the beginning of a node."""
        span = self.span(node)
        return NOWHERE if span is None else self._checked(span.start)

    def last(self, node: Located) -> Span:
        """The name at the end of a node."""
        span = self.span(node)
        return NOWHERE if span is None else self._checked(span.end - len(self._name))

    def word(self, node: Located, *, last: bool = False) -> Span:
        """The first, or last, word of that name in a node, for what has no node of its own."""
        span = self.span(node)
        matches = [] if span is None else list(self._word.finditer(self._text, *span))
        return Span(*matches[-1 if last else 0].span()) if matches else NOWHERE

    def variable(self, node: ast.Name, above: Sequence[ast.AST]) -> Span:
        """The name in an expression. `above` are the nodes around it.

        Python before 3.12 does not say where the expressions of an f-string stand; there they are counted off.
        """
        joined = next((one for one in above if isinstance(one, ast.JoinedStr)), None)
        if joined is None:
            return self.first(node)
        span = self.span(joined)
        if span is None:
            return NOWHERE
        names = [one for one in ast.walk(joined) if isinstance(one, ast.Name) and one.id == self._name]
        fields = [match for match in self._word.finditer(self._text, *span) if _in_field(self._text, span.start, match)]
        if len(fields) != len(names):
            return NOWHERE
        return Span(*fields[names.index(node)].span())

    def text(self, node: Located) -> tuple[int, str] | None:
        """Where a node begins, and its text; None when that is not known."""
        span = self.span(node)
        return None if span is None else (span.start, self._text[slice(*span)])

    def span(self, node: Located) -> Span | None:
        """The place of a node; None for one that a string hides."""
        try:
            return self._placed.span(node)
        except IndexError:
            return None

    def _checked(self, start: int) -> Span:
        end = start + len(self._name)
        return Span(start, end) if start >= 0 and self._text[start:end] == self._name else NOWHERE


def _in_field(text: str, start: int, match: "re.Match[str]") -> bool:
    """Whether a match in an f-string that begins at `start` is inside of a replacement field, and no keyword there."""
    depth, index = 0, start
    while index < match.start():
        if not depth and text.startswith(("{{", "}}"), index):
            index += 2
            continue
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        index += 1
    after = text[match.end() : match.end() + 2].lstrip()
    return depth > 0 and (not after.startswith("=") or after.startswith("==") or after in ("=", "=}"))
