"""What calls give, for rules: asked of the workspace's inference, None wherever that leaves a doubt."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import cast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.expr import dotted
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.rules.context import Context
from loopscope.rules.support.awaiting import assigned_name
from loopscope.rules.support.dropped import unawaited_calls
from loopscope.rules.support.replacements import replacements, sounds_like_replacing
from loopscope.rules.support.set_attributes import Owner
from loopscope.rules.support.synchronous import surely_synchronous
from loopscope.text.files import Unreadable
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.index import Placed, index_of
from loopscope.workspace.inference.calls import call_at, call_result, call_type
from loopscope.workspace.inference.expressions import expression_type, name_type
from loopscope.workspace.inference.frames import Frame
from loopscope.workspace.inference.model import AsyncIterable, Awaitable, Callee, Coroutine, Instance, Known, Type
from loopscope.workspace.inference.protocols import has_await
from loopscope.workspace.mro import mro_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.stdlib_async import COROUTINE_FUNCTIONS

_KEEP = frozenset(
    {
        "staticmethod",
        "classmethod",
        "abc.abstractmethod",
        "typing.final",
        "typing.override",
        "typing.no_type_check",
        "typing_extensions.final",
        "typing_extensions.override",
        "unittest.skip",
        "unittest.skipIf",
        "unittest.skipUnless",
    }
)
_ASYNCHRONOUS = (Coroutine, Awaitable, AsyncIterable)


def type_of(ctx: Context, body: Body, node: ast.expr) -> Type | None:
    """What an expression of a function of the file is; None when that is not certain.

    Names that comprehensions and lambdas bind are not told from the function's own: ask for what stands outside.
    """
    return None if ctx.facts is None else expression_type(Frame(ctx.queries, ctx.path, ctx.facts, body), node)


def result_of(ctx: Context, body: Body, call: CallSite, *wanted: type[object]) -> Type | None:
    """What a call gives; None when that is not certain, or when the file may replace what is called.

    With `wanted`, the types that matter to who asks, also None for any other.
    """
    if ctx.facts is None or _is_hidden(call):
        return None
    # Several rules ask about one call, and again after edits of other functions.
    place = _places(body).get(id(call.node))
    if place is not None:
        found = ctx.queries.get(call_at, ctx.path, body.id, place)
    else:
        found = call_type(Frame(ctx.queries, ctx.path, ctx.facts, body), call.node)
    if found is None or (wanted and not isinstance(found, wanted)):
        return None
    return None if _may_be_replaced(ctx, body, call, found) else found


def results_of(
    ctx: Context, pick: Callable[[Body], list[CallSite]], *wanted: type[object]
) -> Iterator[tuple[Body, CallSite, Type]]:
    """`result_of` for the calls that `pick` chooses among `unawaited_calls`, those that give something wanted.

    Of what is asynchronous, that is: those calls are looked for once for all rules, and few functions have any.
    """
    pick_all = (
        ctx.gathered("plain unawaited calls", _plain_calls, _plainly_asynchronous)
        if ctx.at_first
        else ctx.gathered("unawaited calls", unawaited_calls, _asynchronous)
    )
    for body, found in pick_all:
        picked = {id(call) for call in pick(body)}
        for place, type_ in found:
            call = body.calls[place]
            if id(call) in picked and isinstance(type_, wanted) and not _may_be_replaced(ctx, body, call, type_):
                yield body, call, type_


def _asynchronous(q: Queries, path: PurePath, id_: FactId) -> tuple[tuple[int, Type], ...]:
    """The unawaited calls that give something to await or to go through, by their places."""
    return _asynchronous_among(q, path, id_, unawaited_calls)


def _plainly_asynchronous(q: Queries, path: PurePath, id_: FactId) -> tuple[tuple[int, Type], ...]:
    """The same among calls of coroutine functions of the file and of the standard library that stand as statements."""
    names = q.get(index_of, path).names

    def calls_of_coroutine_functions(body: Body) -> list[CallSite]:
        return [call for call in _plain_calls(body) if call.name is not None and _is_coroutine(names, call.name)]

    return _asynchronous_among(q, path, id_, calls_of_coroutine_functions)


def _plain_calls(body: Body) -> list[CallSite]:
    return [
        call
        for call in unawaited_calls(body)
        if call.use is Use.STATEMENT and call.name is not None and not call.local_root
    ]


def _is_coroutine(names: Mapping[str, Sequence[Placed]], name: str) -> bool:
    targets = [placed.binding.target for placed in names.get(name, ())]
    return name in COROUTINE_FUNCTIONS or any(isinstance(each, FunctionFact) and each.is_async for each in targets)


def _asynchronous_among(
    q: Queries, path: PurePath, id_: FactId, pick: Callable[[Body], list[CallSite]]
) -> tuple[tuple[int, Type], ...]:
    function = q.function(path, id_)
    if function is None:
        return ()
    facts, body = function
    frame = Frame(q, path, facts, body)
    known: dict[str, bool] = {}
    found: list[tuple[int, Type]] = []
    for call in pick(body):
        if surely_synchronous(frame, call.node, known) or _is_hidden(call):
            continue
        type_ = _call_type(frame, call)
        if type_ is not None and _is_asynchronous(q, type_):
            found.append((_places(body)[id(call.node)], type_))
    return tuple(found)


def _call_type(frame: Frame, call: CallSite) -> Type | None:
    """What a call gives; where a variable is given that and nothing else, as is asked of the variable later."""
    name = assigned_name(call) if call.use is Use.ASSIGNED else None
    if name is not None and isinstance(call.statement, ast.Assign) and frame.body.times_bound.get(name) == 1:
        return name_type(frame, name)
    return call_type(frame, call.node)


def _is_asynchronous(q: Queries, value: Type) -> bool:
    return isinstance(value, _ASYNCHRONOUS) or has_await(q, value)


def _places(body: Body) -> Mapping[int, int]:
    """The place of each call of a body in `Body.calls`, by the identity of its node."""
    found = body.notes.get("places of calls")
    if found is None:
        found = body.notes["places of calls"] = {id(call.node): place for place, call in enumerate(body.calls)}
    # The key is used here only.
    return cast("Mapping[int, int]", found)


def _may_be_replaced(ctx: Context, body: Body, call: CallSite, found: Type) -> bool:
    return ctx.remember(f"replaced {id(call)}", lambda: _is_replaced(ctx, body, call, found))


def _is_replaced(ctx: Context, body: Body, call: CallSite, found: Type) -> bool:
    return may_be_patched(ctx, body, call) or (isinstance(found, Coroutine) and _hands_on_patched(ctx, body, call))


def _hands_on_patched(ctx: Context, body: Body, call: CallSite) -> bool:
    """Whether a plain function is called that calls something which the file may replace."""
    callee = type_of(ctx, body, call.node.func)
    if not isinstance(callee, Callee):
        return False
    names = ctx.queries.get(_handed_on, callee.path, callee.id)
    return any(ctx.is_patched(name, body) for name in names)


def _handed_on(q: Queries, path: PurePath, id_: FactId) -> frozenset[str]:
    fact = q.get(index_of, path).functions.get(id_)
    if fact is not None and fact.is_async:
        return frozenset()
    function = q.function(path, id_)
    if function is None or function[1].is_async:
        return frozenset()
    return frozenset(name for site in function[1].calls if (name := last_name(site.node.func)) is not None)


def gives_coroutine(ctx: Context, body: Body, call: CallSite) -> bool:
    """Whether calling surely gives a coroutine, which does not run until it is awaited."""
    return result_of(ctx, body, call, Coroutine) is not None


def is_coroutine_function(ctx: Context, body: Body, node: ast.expr) -> bool:
    """Whether calling what an expression of a function is surely gives a coroutine."""
    found = call_result(ctx.queries, type_of(ctx, body, node), [])
    return isinstance(found, Coroutine) and not may_be_patched_name(ctx, last_name(node), body)


def may_be_patched(ctx: Context, body: Body, call: CallSite) -> bool:
    """Whether the file, or a conftest above it, may replace what a call calls."""
    if isinstance(call.node.func, ast.Name) and call.local_root:
        # Nothing replaces what a local name is, but perhaps the `__call__` of its class.
        return may_be_patched_name(ctx, "__call__", body)
    receiver = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    return may_be_patched_name(ctx, last_name(call.node.func), body, receiver)


def last_name(node: ast.expr) -> str | None:
    """The last name of a name or attribute: `get` of `client.get`; None for anything else."""
    match node:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
        case _:
            return None


def may_be_patched_name(
    ctx: Context, name: str | None, body: Body | None = None, receiver: ast.expr | None = None
) -> bool:
    """Whether the file, or a conftest above it, may replace what has this name; of a `body`, while that runs.

    Of a `receiver`, an expression of the body, that has the name: not by what is set on surely another object.
    """
    if name is None:
        return False
    places = ctx.replaced(name) if body is None else [each for each in ctx.replaced(name) if each.concerns(body)]
    if any(body is None or receiver is None or not _is_other(ctx, each.owner, body, receiver) for each in places):
        return True
    words = (f'.{name}"', f".{name}'", f'"{name}"', f"'{name}'")
    return any(
        ctx.queries.mentions(conftest, words)
        and ctx.queries.mentions(conftest, ("patch", "setattr"))
        and ctx.queries.get(_replaces, conftest, name)
        for conftest in ctx.queries.get(conftests_of, ctx.path.parent)
        if conftest != ctx.path
    )


def _is_other(ctx: Context, owner: Owner | None, body: Body, receiver: ast.expr) -> bool:
    """Whether what an attribute is set on has a type that the receiver of a call has not."""
    set_on = None if owner is None else type_of(ctx, owner.body, owner.node)
    called_on = None if set_on is None else type_of(ctx, body, receiver)
    match set_on, called_on:
        case Instance(), Instance():
            return not any(
                one[:2] in ctx.queries.get(mro_of, other.path, other.id).classes
                for one, other in ((set_on, called_on), (called_on, set_on))
            )
        case (Known(), Instance()) | (Instance(), Known()):
            return True
        case _:
            return False


def _replaces(q: Queries, path: PurePath, name: str) -> bool:
    """Whether a file names something in quotes that it may replace."""
    text = q.files.read(path)
    if isinstance(text, Unreadable) or not sounds_like_replacing(text):
        return False
    return any(is_quoted for _, is_quoted in replacements(text, name))


def keeps_asyncness(fact: FunctionFact) -> bool:
    """Whether all decorators of a function leave it a coroutine function, or not, as its `def` says."""
    names = [dotted(each) for each in fact.decorators]
    return all(name is not None and (name in _KEEP or name.startswith("pytest.mark.")) for name in names)


def _is_hidden(call: CallSite) -> bool:
    """Whether the first name of what is called is bound by a comprehension or lambda around the call."""
    if not (call.in_comprehension or call.in_lambda):
        return False
    root = call.node.func
    while isinstance(root, ast.Attribute | ast.Call):
        root = root.func if isinstance(root, ast.Call) else root.value
    if not isinstance(root, ast.Name):
        return True
    for node in ast.walk(call.statement):
        match node:
            case ast.comprehension(target):
                if any(isinstance(each, ast.Name) and each.id == root.id for each in ast.walk(target)):
                    return True
            case ast.Lambda(arguments):
                if any(each.arg == root.id for each in ast.walk(arguments) if isinstance(each, ast.arg)):
                    return True
            case _:
                pass
    return False
