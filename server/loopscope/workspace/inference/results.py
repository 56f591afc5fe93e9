"""What functions give: decorators, annotations, and what their bodies return or yield."""

import ast
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.ending import may_reach_end
from loopscope.facts.expr import ParamKind
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.workspace.imports import is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.inference import attributes, expressions, generics, libraries, local_decorators
from loopscope.workspace.inference.annotations import (
    Names,
    alternatives,
    annotation_type,
    item_of,
    parsed,
)
from loopscope.workspace.inference.decorators import keeps_result, makes_coroutine_function
from loopscope.workspace.inference.frames import Frame, frame_of, instance_of_class, names_of
from loopscope.workspace.inference.model import (
    NONE,
    AsyncIterable,
    Awaitable,
    ClassObject,
    Coroutine,
    Group,
    Instance,
    Iterable,
    Manager,
    Plain,
    Type,
    agreed,
)
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import decorator_name, scoped_decorators
from loopscope.workspace.wrappers import coroutine_doubt

_TRANSPARENT = frozenset(
    (
        "staticmethod",
        "classmethod",
        "abc.abstractmethod",
        "typing.final",
        "typing.override",
        "typing.no_type_check",
        "typing.overload",
        "typing_extensions.final",
        "typing_extensions.override",
        "typing_extensions.overload",
        "functools.wraps",
        "functools.lru_cache",
        "functools.cache",
    )
)

_MADE_ASYNC = frozenset(("asgiref.sync.sync_to_async", "channels.db.database_sync_to_async"))
"""Decorators of synchronous functions whose calls must be awaited then."""
KNOWN = _MADE_ASYNC | {"contextlib.asynccontextmanager", "contextlib.contextmanager"}


def function_result(q: Queries, path: PurePath, id_: FactId, receiver: Instance | ClassObject | None) -> Type | None:
    """What calling a function or method of a file gives, its decorators applied."""
    fact = q.get(index_of, path).functions.get(id_)
    if fact is None:
        return None
    return _decorated(q, path, fact, _raw_result(q, path, fact, receiver))


def _decorated(q: Queries, path: PurePath, fact: FunctionFact, result: Type | None) -> Type | None:
    for expr in reversed(scoped_decorators(q, path, fact)):
        name = decorator_name(q, path, expr) or ""
        if name in _TRANSPARENT or name in attributes.PROPERTIES or name.startswith("pytest.mark."):
            continue
        if name.rpartition(".")[2].endswith("fixture"):
            # What it makes cannot be called.
            return None
        if name in KNOWN:
            result = known_decorator(name, result)
        elif isinstance(result, Coroutine) and fact.is_async and coroutine_doubt(q, path, fact.id) is None:
            continue
        elif not isinstance(result, Coroutine) and makes_coroutine_function(q, path, expr):
            result = Coroutine(None)
        elif not keeps_result(q, path, expr):
            return None
    return result


def known_decorator(name: str, result: Type | None) -> Type | None:
    """What calling a function gives under one of the `KNOWN` decorators, which gave `result` before."""
    if name in _MADE_ASYNC:
        return Coroutine(None if isinstance(result, Coroutine) else result)
    if name == "contextlib.asynccontextmanager":
        return Manager(result.item, is_async=True) if isinstance(result, AsyncIterable) else None
    return Manager(result.item, is_async=False) if isinstance(result, Iterable) else None


def _raw_result(q: Queries, path: PurePath, fact: FunctionFact, receiver: Instance | ClassObject | None) -> Type | None:
    variables = _variables(fact, receiver) + generics.type_variables(q, path, fact.id.holder, receiver)
    names = Names(q, path, _self_type(receiver), variables)
    if fact.yields:
        item = item_of(names, parsed(fact.returns), is_async=fact.is_async)
        if item is None:
            item = _inferred(q, path, fact, receiver)
        return AsyncIterable(item, is_generator=True) if fact.is_async else Iterable(item)
    stated = returned_type(names, parsed(libraries.returns_of(q, path, fact)), is_async=fact.is_async)
    if fact.is_async:
        if isinstance(stated, AsyncIterable) and (stub := frame_of(q, path, fact.id)) and _is_stub(stub.body):
            # It stands for asynchronous generators, whose calls are not awaited.
            return None
        return Coroutine(_inferred(q, path, fact, receiver) if stated is None else stated)
    if stated is None or (isinstance(stated, Instance | Plain | Group) and not is_installed(q, path)):
        # What the body gives counts: a project's annotations of functions that hand a coroutine on are often wrong.
        inferred = _inferred(q, path, fact, receiver)
        frame = frame_of(q, path, fact.id)
        if inferred is not None or isinstance(stated, Plain | Group) or (frame and defines_class(frame.body)):
            return inferred
    return stated


def returned_type(names: Names, node: ast.expr | None, *, is_async: bool) -> Type | None:
    """What an annotation says of what a function returns; None where a synchronous one gives a coroutine or `None`."""
    stated = None if node is None else annotation_type(names, node)
    if is_async or node is None or not isinstance(stated, Coroutine | Awaitable):
        return stated
    return None if NONE in alternatives(names, node) else stated


def defines_class(body: Body) -> bool:
    """Whether a function makes a class of its own, perhaps one that does not do what an annotation says of its base."""
    return any(isinstance(statement, ast.ClassDef) for statement in body.statements)


def _self_type(receiver: Instance | ClassObject | None) -> Type | None:
    return instance_of_class(receiver) if isinstance(receiver, ClassObject) else receiver


def _variables(fact: FunctionFact, receiver: Instance | ClassObject | None) -> tuple[tuple[str, Type | None], ...]:
    """What the type variable stands for that annotates `self`."""
    first = fact.params[0] if fact.params and receiver is not None else None
    if first is None or first.annotation is None or first.kind not in (ParamKind.NORMAL, ParamKind.POSITIONAL_ONLY):
        return ()
    name = first.annotation.strip("\"' ")
    if name.lower().startswith("type["):
        name = name[len("type[") : -1]
    return ((name, _self_type(receiver)),) if name.isidentifier() else ()


def _inferred(q: Queries, path: PurePath, fact: FunctionFact, receiver: Instance | ClassObject | None) -> Type | None:
    """What a function returns, or yields, as far as its body says."""
    frame = frame_of(q, path, fact.id, receiver)
    return None if frame is None else produced(frame, yields=fact.yields)


def local_result(q: Queries, path: PurePath, id_: FactId) -> Type | None:
    """What calling a nested function gives, its decorators applied."""
    frame = frame_of(q, path, id_)
    if frame is None:
        return None
    decorators = [each for each in frame.body.node.decorator_list if not _wraps(each)]
    result = _local_result(frame)
    return local_decorators.applied(frame, decorators, result) if decorators else result


def _local_result(frame: Frame) -> Type | None:
    node, body = frame.body.node, frame.body
    if body.yields:
        item = produced(frame, yields=True)
        return AsyncIterable(item, is_generator=True) if body.is_async else Iterable(item)
    stated = returned_type(names_of(frame), node.returns, is_async=body.is_async)
    result = stated if stated is not None else produced(frame, yields=False)
    return Coroutine(result) if body.is_async else result


def _wraps(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Call(ast.Name("wraps") | ast.Attribute(ast.Name("functools"), "wraps")):
            return True
        case _:
            return False


def produced(frame: Frame, *, yields: bool) -> Type | None:
    """What all `yield`s, or all `return`s, of a function agree on; None for a body that only stands for others.

    Nor is it known of a synchronous function that gives a coroutine or nothing: it may do its work by itself then.
    """
    if yields:
        values = [node.value if isinstance(node, ast.Yield) else node for node in frame.body.yields]
        if any(isinstance(value, ast.YieldFrom) for value in values):
            return None
    else:
        values = [node.value for node in frame.body.returns]
        if not values:
            return None if _is_stub(frame.body) else NONE
    found = [NONE if value is None else expressions.expression_type(frame, value) for value in values]
    result = agreed(found)
    if isinstance(result, Coroutine | Awaitable) and not (yields or frame.body.is_async):
        return None if NONE in found or may_reach_end(frame.body.node.body) else result
    return result


def _is_stub(body: Body) -> bool:
    """Whether a body is to be overridden: `...`, `pass`, a docstring, `raise NotImplementedError`."""
    return all(
        isinstance(statement, ast.Pass | ast.Raise)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in body.statements
    )
