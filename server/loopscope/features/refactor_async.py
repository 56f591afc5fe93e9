"""A test made async, or synchronous again."""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Fix, Safety
from loopscope.rules.support.awaiting import async_edits, test_of
from loopscope.rules.support.callees import keeps_asyncness
from loopscope.rules.support.marks import delete_mark, marks_of
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import TestItem

_MARKS = ("asyncio", "anyio", "trio")
_NEEDS_LOOP = ("asyncio", "anyio", "trio", "loop", "task")


def toggled(ctx: Context, offset: int) -> Iterator[Fix]:
    """The other form of the test whose header (decorators included) holds an offset.

    A synchronous test gets the mark that its mode needs. An async one becomes synchronous only when it awaits nothing,
    names nothing that needs a running loop, requests no async fixture, and no class or module marks it.
    """
    body = _at_header(ctx, offset)
    test = None if body is None else test_of(ctx, body)
    if body is None or test is None or not keeps_asyncness(test.function):
        return
    if body.is_async:
        edits, title = _sync_edits(ctx, body, test), "Make the test synchronous"
    else:
        edits, title = async_edits(ctx, body), "Make the test async"
    if edits is not None:
        yield ctx.fix(title, Safety.UNSAFE, edits)


def _at_header(ctx: Context, offset: int) -> Body | None:
    id_ = ctx.layout.at(offset)
    body = None if id_ is None or ctx.facts is None else ctx.facts.body(id_)
    if body is None or not body.node.body:
        return None
    return body if offset < ctx.span(body, body.node.body[0]).start else None


def _sync_edits(ctx: Context, body: Body, test: TestItem) -> list[Edit] | None:
    if body.yields or any(_is_asynchronous(node) for statement in body.node.body for node in ast.walk(statement)):
        return None
    closure = ctx.closure(test)
    if closure.unknown or any(chain and chain[-1].kind.is_async for chain in closure.chains.values()):
        return None
    own = [mark for mark in marks_of(ctx) if mark.owner == test.id and mark.name in _MARKS]
    if len(own) != sum(mark.name in _MARKS for mark in ctx.view.marks(test)):
        return None
    start = ctx.span(body, body.node).start
    plain = ctx.text.find("def", start)
    if ctx.text[start:plain].split() != ["async"]:
        return None
    edits = [Edit(Span(start, plain), "")]
    for mark in own:
        deleted = delete_mark(mark)
        if deleted is None:
            return None
        edits += deleted
    return edits


def _is_asynchronous(node: ast.AST) -> bool:
    """Whether a node needs an async function, or names something that may need a running event loop."""
    match node:
        case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
            return True
        case ast.comprehension(is_async=1):
            return True
        case ast.Name(name) | ast.Attribute(attr=name):
            return any(word in name.lower() for word in _NEEDS_LOOP)
        case _:
            return False
