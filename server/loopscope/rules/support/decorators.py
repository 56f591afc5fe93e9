"""Reading calls in decorators and marks, and adding decorators."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.expr import Call, Ref, dotted
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.text import indentation, line_end, without_item
from loopscope.syntax.chunk import Placed
from loopscope.text.edit import Edit
from loopscope.text.span import Span

FIXTURE_DECORATORS = ("pytest.fixture", "pytest_asyncio.fixture")


class CallUse(NamedTuple):
    """A call in a decorator or mark, as a fact and as syntax. Spans are absolute code points."""

    call: Call
    node: ast.Call
    placed: Placed
    text: str

    def arg_span(self, index: int) -> Span:
        """The span of a positional argument."""
        return self.placed.span(self.node.args[index])

    def key_span(self, name: str) -> Span:
        """The span of a keyword's name. Raises `KeyError` when it is not given."""
        start = self.placed.span(self._keyword(name)).start
        return Span(start, start + len(name))

    def value_span(self, name: str) -> Span:
        """The span of a keyword's value. Raises `KeyError` when it is not given."""
        return self.placed.span(self._keyword(name).value)

    def keyword_removal(self, name: str) -> Span:
        """What to delete so that a keyword goes. Raises `KeyError` when it is not given."""
        spans = [*map(self.placed.span, self.node.args), *map(self.placed.span, self.node.keywords)]
        wanted = self.placed.span(self._keyword(name))
        spans.sort()
        return without_item(self.text, spans, spans.index(wanted))

    def _keyword(self, name: str) -> ast.keyword:
        found = next((keyword for keyword in self.node.keywords if keyword.arg == name), None)
        if found is None:
            raise KeyError(name)
        return found


def fixture_calls(ctx: Context) -> Iterator[CallUse]:
    """The `@pytest_asyncio.fixture(...)` decorators of the file."""
    for definition in ctx.definitions:
        for expr, node in definition.decorators:
            if isinstance(expr, Call) and isinstance(node, ast.Call) and dotted(expr) == "pytest_asyncio.fixture":
                yield CallUse(expr, node, definition.placed, ctx.text)


def add_decorator(ctx: Context, id_: FactId, decorator: tuple[str, str]) -> list[Edit] | None:
    """Edits that add `@module.rest` above a definition's decorators, with the import; None where that is not clear.

    `decorator` is the module and the rest.
    """
    definition = ctx.definition(id_)
    if definition is None or any(
        isinstance(expr, Ref) and expr.name in ("staticmethod", "classmethod") for expr, _ in definition.decorators
    ):
        return None
    start = ctx.layout.defs[id_].whole.start
    indent = indentation(ctx.text, start)
    if indent is None:
        return None
    edits: list[Edit] = []
    module, rest = decorator
    name = spelled(ctx, module, edits)
    return [*edits, Edit(Span(start, start), f"@{name}.{rest}{line_end(ctx.text)}{indent}")]
