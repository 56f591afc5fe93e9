"""Reads of properties that are `async def`, and give a coroutine each time, which nobody awaits."""

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import cast

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.facts.reaching import may_see, parents_of
from loopscope.facts.tree import children
from loopscope.rules.context import Context
from loopscope.rules.model import Fix, Safety
from loopscope.rules.support.awaiting import is_tested, needs_value, takes_value
from loopscope.rules.support.callees import may_be_patched_name
from loopscope.rules.support.calls import expects_failure_at
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.inference.attributes import getter_of
from loopscope.workspace.inference.expressions import expression_type
from loopscope.workspace.inference.frames import Frame, decorator_names
from loopscope.workspace.inference.model import Instance, Type
from loopscope.workspace.mro import member
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Function

_KEEP = frozenset(("abc.abstractmethod", "typing.override", "typing_extensions.override", "typing.final"))
_APART: frozenset[type[ast.AST]] = frozenset(
    (
        *(*ast.stmt.__subclasses__(), ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
        *(ast.Await, ast.Name, ast.Constant),
    )
)
"""What is looked at by itself, binds names of its own, awaits, or holds nothing."""


def unawaited_properties(ctx: Context) -> Iterator[tuple[Body, ast.Attribute]]:
    """The reads of awaitable properties in async functions whose coroutine nothing awaits, nor may be expected."""
    for body, places in ctx.gathered("attributes as values", _candidates, _awaitable):
        for place in places:
            node = _candidates(body)[place]
            if not (
                _is_used_later(body, node)
                or expects_failure_at(body, node)
                or may_be_patched_name(ctx, node.attr, body)
            ):
                yield body, node


def await_property(ctx: Context, body: Body, node: ast.Attribute) -> Fix:
    """Inserts `await`, in brackets where precedence asks for them."""
    span = ctx.span(body, node)
    parent = parents_of(body).get(id(node))
    safety = Safety.SAFE if isinstance(parent, ast.Expr) else Safety.UNSAFE
    if isinstance(parent, ast.Attribute | ast.Subscript):
        edits = [Edit(Span(span.start, span.start), "(await "), Edit(Span(span.end, span.end), ")")]
    else:
        edits = [Edit(Span(span.start, span.start), "await ")]
    return ctx.fix("Insert `await`", safety, edits)


def _awaitable(q: Queries, path: PurePath, id_: FactId) -> tuple[int, ...]:
    """The places of candidates that are such properties."""
    function = q.function(path, id_)
    if function is None:
        return ()
    facts, body = function
    frame = Frame(q, path, facts, body)
    return tuple(
        place
        for place, each in enumerate(_candidates(body))
        if _is_awaitable_property(q, expression_type(frame, each.value), each.attr)
    )


def _is_awaitable_property(q: Queries, owner: Type | None, name: str) -> bool:
    if not isinstance(owner, Instance):
        return False
    found = q.get(member, owner.path, owner.id, name)
    found = getter_of(q, found) if isinstance(found, Function) else None
    if found is None or not found.fact.is_async or found.fact.yields:
        return False
    names = decorator_names(q, found.path, found.fact)
    return "property" in names and all(each == "property" or each in _KEEP for each in names)


def _candidates(body: Body) -> list[ast.Attribute]:
    """The attributes read in an async function, of a name or of attributes of one, that are used as no coroutine is.

    What becomes of those that are given to a name is for `_is_used_later` to say.
    """
    found = body.notes.get("attributes as values")
    if found is None:
        found = body.notes["attributes as values"] = list(_find(body)) if body.is_async else []
    # The key is used here only.
    return cast("list[ast.Attribute]", found)


def _find(body: Body) -> Iterator[ast.Attribute]:
    pending: list[ast.AST] = [*body.statements]
    while pending:
        parent = pending.pop()
        for node in children(parent):
            if node.__class__ in _APART:
                continue
            pending.append(node)
            if isinstance(node, ast.Attribute) and _has_root(node) and _is_value(body, parent, node):
                yield node


def _has_root(node: ast.Attribute) -> bool:
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return isinstance(node.ctx, ast.Load) and isinstance(inner, ast.Name)


def _is_value(body: Body, parent: ast.AST, node: ast.Attribute) -> bool:
    match parent:
        case ast.Expr() | ast.Assign([ast.Name()]):
            return True
        case _:
            return takes_value(body, parent, node)


def _is_used_later(body: Body, node: ast.Attribute) -> bool:
    """Whether what is read is given to a name that is then perhaps used as a coroutine may be."""
    match parents_of(body).get(id(node)):
        case ast.Assign([ast.Name(name)]) as statement:
            loads = may_see(body, statement, name)
            values = all(needs_value(body, load) or is_tested(body, load) for load in loads)
            return name in body.inner_reads or not values
        case _:
            return False
