"""What calls give."""

import ast
from pathlib import PurePath

from loopscope.facts.outline import FactId
from loopscope.workspace.circles import Cycle
from loopscope.workspace.inference import (
    attributes,
    expressions,
    externals,
    generics,
    grpc_stubs,
    libraries,
    local_classes,
    overloads,
    protocols,
    results,
)
from loopscope.workspace.inference.annotations import (
    Names,
    annotation_type,
    text_type,
)
from loopscope.workspace.inference.frames import Frame, frame_of, mentions_mock, names_of
from loopscope.workspace.inference.model import (
    Awaitable,
    Callee,
    ClassObject,
    Coroutine,
    Giving,
    Instance,
    Known,
    LocalClass,
    LocalFunction,
    LocalInstance,
    Named,
    Type,
)
from loopscope.workspace.mro import member
from loopscope.workspace.queries import Queries
from loopscope.workspace.stdlib_async import public_name
from loopscope.workspace.targets import class_doubt
from loopscope.workspace.values import Function


def call_type(frame: Frame, node: ast.Call, depth: int = 0) -> Type | None:
    """What a call gives."""
    callee = expressions.expression_type(frame, node.func, depth)
    if callee is None:
        return None
    if isinstance(callee, Callee):
        if (opened := libraries.opened(frame.q, callee, node)) is not None:
            return opened[0]
        made = call_result(frame.q, callee, [])
        return overloads.overloaded(frame.q, callee, node) if made is None else made
    given: list[Type | None] = []
    if isinstance(callee, Named):
        if public_name(callee.name) in ("typing.cast", "typing_extensions.cast"):
            return _cast(frame, node, depth)
        if callee.name in ("super", "builtins.super"):
            return None
        matters = externals.hands_on(callee.name)
        given = [expressions.expression_type(frame, each, depth + 1) if matters else None for each in node.args]
    if isinstance(callee, Giving) and isinstance(node.func, ast.Attribute) and len(node.args) > 0:
        special = _of_argument(frame, node.func, node.args[0], depth)
        if special is not None:
            return special
    made = call_result(frame.q, callee, given)
    if isinstance(callee, ClassObject):
        values = (*node.args, *(each.value for each in node.keywords))
        made = generics.of_class(
            frame.q, made, (expressions.expression_type(frame, each, depth + 1) for each in values)
        )
    if grpc_stubs.is_stub(callee, node):
        return grpc_stubs.with_channel(made, expressions.expression_type(frame, node.args[0], depth + 1))
    return made


def call_at(q: Queries, path: PurePath, id_: FactId, place: int) -> Type | None:
    """What one of the calls of a function gives, by its place in `Body.calls`."""
    frame = frame_of(q, path, id_)
    return None if frame is None else call_type(frame, frame.body.calls[place].node)


def _cast(frame: Frame, node: ast.Call, depth: int) -> Type | None:
    if len(node.args) != len(("type", "value")):
        return None
    value = expressions.expression_type(frame, node.args[1], depth + 1)
    return value if value is not None else None if mentions_mock(node.args[1]) else _stated(frame, node.args[0])


def _stated(frame: Frame, node: ast.expr) -> Type | None:
    return annotation_type(names_of(frame), node)


def _of_argument(frame: Frame, func: ast.Attribute, argument: ast.expr, depth: int) -> Type | None:
    """What methods give that hand on what they are given: `stack.enter_async_context(…)`, `group.create_task(…)`."""
    owner = expressions.expression_type(frame, func.value, depth + 1)
    name = owner.name if isinstance(owner, Known) else ""
    match name, func.attr:
        case "contextlib.AsyncExitStack", "enter_async_context":
            return Coroutine(
                protocols.entered(frame.q, expressions.expression_type(frame, argument, depth + 1), is_async=True)
            )
        case (("contextlib.AsyncExitStack" | "contextlib.ExitStack"), "enter_context"):
            return protocols.entered(frame.q, expressions.expression_type(frame, argument, depth + 1), is_async=False)
        case "asyncio.TaskGroup", "create_task":
            return Awaitable(protocols.awaited(frame.q, expressions.expression_type(frame, argument, depth + 1)))
        case "asyncio.Runner", "run":
            return protocols.awaited(frame.q, expressions.expression_type(frame, argument, depth + 1))
        case _:
            return None


def call_result(q: Queries, callee: Type | None, given: list[Type | None]) -> Type | None:
    """What calling a value gives."""
    if isinstance(callee, Callee):
        try:
            return q.get(results.function_result, callee.path, callee.id, callee.receiver)
        except Cycle:
            return None
    match callee:
        case LocalFunction(path, id_):
            try:
                return q.get(results.local_result, path, id_)
            except Cycle:
                return None
        case ClassObject(path, id_):
            return q.get(made, path, id_)
        case LocalClass():
            return local_classes.instance_made(q, callee)
        case Instance() | LocalInstance():
            return call_result(q, attributes.attribute_type(q, callee, "__call__"), given)
        case Giving(result):
            return result
        case Named(name):
            return _named_result(q, name, given)
        case _:
            return None


def made(q: Queries, path: PurePath, id_: FactId) -> Type | None:
    """What calling a class gives: an instance, or what its `__new__` says that it gives."""
    if q.get(class_doubt, path, id_) is not None:
        return None
    maker = q.get(member, path, id_, "__new__")
    if not isinstance(maker, Function):
        return Instance(path, id_, exact=True) if maker is None else None
    stated = libraries.returns_of(q, maker.path, maker.fact)
    return text_type(Names(q, maker.path, Instance(path, id_)), stated)


def _named_result(q: Queries, name: str, given: list[Type | None]) -> Type | None:
    if name in ("asyncio.run", "asyncio.wait_for", "asyncio.shield", "asyncio.create_task", "asyncio.ensure_future"):
        given = [Coroutine(protocols.awaited(q, each)) if index == 0 else each for index, each in enumerate(given)]
    return externals.called(name, given)
