"""Signature help: how the call around the cursor is written, for what fixtures inject and what is made of it."""

from typing import NamedTuple

from loopscope.features.cursor import CallSyntax
from loopscope.features.signature_text import SignatureText, overloads_of, signature_of
from loopscope.features.site import Site
from loopscope.features.written import called_at, value_of
from loopscope.workspace.inference.calls import call_result
from loopscope.workspace.inference.model import Coroutine


class Signature(NamedTuple):
    """One way to call; `active` is the index of the parameter at the cursor, None when there is none for it."""

    text: SignatureText
    needs_await: bool
    active: int | None


def signatures(site: Site) -> tuple[Signature, ...]:
    """The ways in which what is called at the cursor may be called; none when it is not certain what that is."""
    call = site.cursor.call
    written = called_at(site) if call is not None else None
    callee = value_of(site, written) if written is not None else None
    if call is None or callee is None:
        return ()
    q = site.snapshot.queries
    found: list[Signature] = []
    for one in overloads_of(q, callee) or (callee,):
        result = call_result(q, one, [])
        text = signature_of(q, one, result)
        if text is not None:
            found.append(Signature(text, isinstance(result, Coroutine), _active(text, call)))
    return tuple(found)


def _active(text: SignatureText, call: CallSyntax) -> int | None:
    if call.keyword is not None:
        named = (index for index, one in enumerate(text.parameters) if one.by_name and one.name == call.keyword)
        return next(named, _variadic(text, by_position=False))
    positional = [index for index, one in enumerate(text.parameters) if one.by_position]
    fixed = [index for index in positional if not text.parameters[index].variadic]
    return fixed[call.index] if call.index < len(fixed) else _variadic(text, by_position=True)


def _variadic(text: SignatureText, *, by_position: bool) -> int | None:
    found = (i for i, one in enumerate(text.parameters) if one.variadic and one.by_position is by_position)
    return next(found, None)
