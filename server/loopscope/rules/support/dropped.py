"""The calls of a function whose value nothing awaits, as far as is seen without knowing what they give."""

import ast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.support.awaiting import assigned_name, call_needs_value, is_assertion, is_unpacked, last_of
from loopscope.rules.support.calls import noted

_NEVER = frozenset({"append", "extend", "print", "setattr", "setdefault", "raises", "fail", "skip", "setenv"})
"""Functions that are no coroutine functions, most of them of builtin types: not worth to be looked up."""


def dropped_calls(body: Body) -> list[CallSite]:
    """The calls whose value nothing awaits, as far as is quickly seen."""
    return noted(body, "dropped", _find_dropped)


def _find_dropped(body: Body) -> list[CallSite]:
    handed_on = frozenset(each.value.id for each in body.awaits if isinstance(each.value, ast.Name))
    return [
        call
        for call in body.calls
        if not call.in_lambda and not call.in_comprehension and _may_be_dropped(body, call, handed_on)
    ]


def _may_be_dropped(body: Body, call: CallSite, awaited: frozenset[str]) -> bool:
    match call.use:
        case Use.STATEMENT:
            return last_of(call) not in _NEVER and not is_assertion(call)
        case Use.ASSIGNED:
            if is_unpacked(call):
                return True
            name = assigned_name(call)
            return name is not None and name not in awaited and name not in body.inner_reads
        case Use.RETURNED:
            return body.is_async and body.node.returns is not None and not body.yields
        case Use.WITH | Use.ASYNC_WITH | Use.ITERATED | Use.ASYNC_ITERATED:
            return True
        case Use.COMPARED | Use.ATTRIBUTE | Use.ARGUMENT | Use.OTHER:
            return call_needs_value(body, call)
        case _:
            return False
