"""Completion behind the dot of a value whose type is known: what fixtures inject, and what is made of it."""

from collections.abc import Iterator
from typing import NamedTuple

from loopscope.features.awaiting import await_edit
from loopscope.features.proposal import Completion, Sort
from loopscope.features.site import Site
from loopscope.features.written import before_dot, value_of
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.inference.members import Member, members_of, shown
from loopscope.workspace.inference.model import (
    Callee,
    ClassObject,
    Coroutine,
    ModuleObject,
    Type,
)
from loopscope.workspace.queries import Queries

ASYNC = "async"
"""The word beside the label of what must be awaited."""
_NOTHING_SAID = frozenset(("object", None))


def members(site: Site) -> Iterator[Completion]:
    """The members of the expression in front of the dot; nothing where its type is not certain, and for modules.

    Where one must be awaited, `await` comes with it in an async function. Behind a coroutine these are the members of
    what it gives, where it can be awaited.
    """
    written = before_dot(site)
    if written is None:
        return
    value = value_of(site, written)
    if isinstance(value, ModuleObject):
        return
    awaiting = await_edit(site, written)
    first: tuple[Edit, ...] = ()
    if isinstance(value, Coroutine) and awaiting is not None:
        # What the coroutine gives has members; it is awaited in brackets, in front of the dot.
        value = value.result
        first = (Edit(awaiting.span, f"({awaiting.text}"), Edit(Span(written.span.end, written.span.end), ")"))
    owner = shown(value) or ""
    awaited = first
    if awaiting is not None:
        awaited = (Edit(awaiting.span, f"{awaiting.text}{first[0].text}"), first[1]) if first else (awaiting,)
    for name, sort, rank, detail, mark, member in site.snapshot.queries.get(_cards, value):
        edits = awaited if mark else first
        yield Completion(name, sort, name, rank, detail, edits=edits, member=member, mark=mark, holder=owner)


class _Card(NamedTuple):
    """What of a proposal does not depend on where it is asked for."""

    name: str
    sort: Sort
    rank: str
    detail: str
    mark: str
    member: Member


def _cards(q: Queries, value: Type | None) -> tuple[_Card, ...]:
    owner = shown(value) or ""
    found: list[_Card] = []
    for one in members_of(q, value):
        mark = ASYNC if is_awaited(one) else ""
        detail = " · ".join(filter(None, (mark, gives(one), _holder(one) or owner)))
        found.append(_Card(one.name, _sort(one), f"{int(one.name.startswith('_'))}{one.name}", detail, mark, one))
    return tuple(found)


def is_awaited(member: Member) -> bool:
    """Whether a call of a method, or the value of a property, is a coroutine."""
    return member.must_be_awaited or isinstance(member.type, Coroutine)


def gives(member: Member) -> str:
    """The type of an attribute, or of what a call gives once it is awaited; empty when it is not known."""
    value: Type | None = member.result if member.is_callable else member.type
    text = shown(value.result if isinstance(value, Coroutine) else value)
    return "" if text is None or text in _NOTHING_SAID else text


def _holder(member: Member) -> str:
    return member.type.id.holder if isinstance(member.type, Callee) else ""


def _sort(member: Member) -> Sort:
    if member.is_callable:
        return Sort.METHOD
    return Sort.CLASS if isinstance(member.type, ClassObject) else Sort.ATTRIBUTE
