"""The calls of a function whose value nothing awaits, as far as is seen without knowing what they give."""

import ast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.support.awaiting import assigned_name, call_needs_value, is_assertion, is_unpacked, last_of
from loopscope.rules.support.calls import noted

_NEVER = frozenset({"raises", "setenv"})
"""Methods that are no coroutine functions: not worth to be looked up."""
_PLAIN = frozenset({"print", "setattr"})
"""Such functions."""

# Members of an enum are slow to look up.
_STATEMENT, _COMPARED, _ASSIGNED, _RETURNED = Use.STATEMENT, Use.COMPARED, Use.ASSIGNED, Use.RETURNED
_TESTED = (Use.ASSERTED, Use.TESTED)
_TAKEN = (Use.WITH, Use.ASYNC_WITH, Use.ITERATED, Use.ASYNC_ITERATED)
_PERHAPS_VALUES = (Use.ATTRIBUTE, Use.ARGUMENT, Use.OTHER)


def unawaited_calls(body: Body) -> list[CallSite]:
    """The calls of which no `await` makes anything: `dropped_calls`, and all that are compared or tested."""
    return noted(body, "unawaited", _find_unawaited)


def dropped_calls(body: Body) -> list[CallSite]:
    """The calls whose value nothing awaits, as far as is quickly seen."""
    return [
        call
        for call in unawaited_calls(body)
        if not (call.in_comprehension or call.use in _TESTED)
        and (call.use is not _COMPARED or call_needs_value(body, call))
    ]


def _find_unawaited(body: Body) -> list[CallSite]:
    handed_on = frozenset([each.value.id for each in body.awaits if isinstance(each.value, ast.Name)])
    return [call for call in body.calls if not call.in_lambda and _may_be_unawaited(body, call, handed_on)]


def _may_be_unawaited(body: Body, call: CallSite, awaited: frozenset[str]) -> bool:
    use = call.use
    if use in _TESTED:
        return True
    if call.in_comprehension:
        return False
    if use is _STATEMENT:
        never = _NEVER if isinstance(call.node.func, ast.Attribute) else _PLAIN
        return last_of(call) not in never and not is_assertion(call)
    if use is _ASSIGNED:
        if is_unpacked(call):
            return True
        name = assigned_name(call)
        return name is not None and name not in awaited and name not in body.inner_reads
    if use is _RETURNED:
        return body.is_async and body.node.returns is not None and not body.yields
    return use is _COMPARED or use in _TAKEN or (use in _PERHAPS_VALUES and call_needs_value(body, call))
