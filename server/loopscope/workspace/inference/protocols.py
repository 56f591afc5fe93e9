"""What awaiting, entering and iterating a value gives, and which statement can enter it."""

import ast

from loopscope.workspace.index import index_of
from loopscope.workspace.inference import attributes, calls, expressions, externals, generics
from loopscope.workspace.inference.annotations import (
    Names,
    annotation_type,
    parsed,
)
from loopscope.workspace.inference.frames import frame_of
from loopscope.workspace.inference.libraries import returns_of
from loopscope.workspace.inference.model import (
    AsyncIterable,
    Callee,
    Group,
    Instance,
    Iterable,
    Known,
    Manager,
    Plain,
    Type,
)
from loopscope.workspace.libraries import CALLS
from loopscope.workspace.queries import Queries
from loopscope.workspace.stdlib_async import CLASSES


def awaited(q: Queries, value: Type | None) -> Type | None:
    """What `await` gives."""
    if isinstance(value, Instance):
        return _awaited_instance(q, value)
    return externals.awaited(value)


def _awaited_instance(q: Queries, value: Instance) -> Type | None:
    found = attributes.attribute_type(q, value, "__await__")
    if not isinstance(found, Callee):
        return None
    fact = q.get(index_of, found.path).functions[found.id]
    node = parsed(returns_of(q, found.path, fact))
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        names = Names(q, found.path, value, generics.type_variables(q, found.path, found.id.holder, value))
        return annotation_type(names, node.slice.elts[-1])
    frame = frame_of(q, found.path, found.id, value)
    match [each.value for each in frame.body.returns] if frame is not None else []:
        case [ast.Call(ast.Attribute(inner, "__await__"))] if frame is not None:
            return awaited(q, expressions.expression_type(frame, inner))
        case _:
            return None


def entered(q: Queries, value: Type | None, *, is_async: bool) -> Type | None:
    """What `as` names in `async with` or `with`."""
    match value:
        case Manager(enters, managed):
            return enters if managed is is_async else None
        case Known(name):
            return externals.entered(name, is_async=is_async)
        case Instance():
            name = "__aenter__" if is_async else "__enter__"
            result = calls.call_result(q, attributes.attribute_type(q, value, name), [])
            return awaited(q, result) if is_async else result
        case _:
            return None


def has_await(q: Queries, value: Type | None) -> bool:
    """Whether a value is an instance of a class that says how to await it."""
    return isinstance(value, Instance) and isinstance(attributes.attribute_type(q, value, "__await__"), Callee)


def is_read_too_early(q: Queries, value: Type | None, name: str) -> bool:
    """Whether an attribute is read from something to await that only what it gives once awaited has."""
    if not isinstance(value, Instance) or name.startswith("__"):
        return False
    result = awaited(q, value)
    if result is None and value.path.parts[-2:] in CALLS:
        return attributes.surely_lacks(q, value, name)
    if not isinstance(result, Instance) or result[:2] == value[:2]:
        return False
    return attributes.surely_lacks(q, value, name) and not attributes.surely_lacks(q, result, name)


def enters_by(q: Queries, value: Type | None) -> str | None:
    """The only statement that can enter a value, `with` or `async with`; None for both, neither or not known."""
    match value:
        case Manager(_, is_async):
            return "async with" if is_async else "with"
        case Known(name):
            return CLASSES[name].enters or None if name in CLASSES else None
        case Instance():
            entered_by = _has_method(q, value, "__enter__"), _has_method(q, value, "__aenter__")
            return "async with" if entered_by == (False, True) else "with" if entered_by == (True, False) else None
        case _:
            return None


def iterates_by(q: Queries, value: Type | None) -> str | None:
    """The only statement that can go through a value, `for` or `async for`; None for both, neither or not known."""
    match value:
        case AsyncIterable():
            return "async for"
        case Iterable() | Plain() | Group():
            return "for"
        case Instance():
            goes = _has_method(q, value, "__iter__") or _has_method(q, value, "__getitem__")
            gone_through = goes, _has_method(q, value, "__aiter__")
            return "async for" if gone_through == (False, True) else "for" if gone_through == (True, False) else None
        case _:
            return None


def _has_method(q: Queries, value: Instance, name: str) -> bool | None:
    """Whether a class has a special method; one that only raises does not count. None when that is not certain."""
    if attributes.surely_lacks(q, value, name):
        return False
    found = attributes.attribute_type(q, value, name)
    if not isinstance(found, Callee):
        return None
    frame = frame_of(q, found.path, found.id)
    if frame is None:
        return None
    statements = [each for each in frame.body.statements if not isinstance(each, ast.Expr)]
    return not (statements and all(isinstance(each, ast.Raise) for each in statements))


def item(q: Queries, value: Type | None) -> Type | None:
    """What `[…]` gives."""
    return (
        calls.call_result(q, attributes.attribute_type(q, value, "__getitem__"), [])
        if isinstance(value, Instance)
        else None
    )


def iterated(q: Queries, value: Type | None) -> Type | None:
    """What `async for` gives."""
    match value:
        case AsyncIterable(item):
            return item
        case Instance():
            iterator = calls.call_result(q, attributes.attribute_type(q, value, "__aiter__"), [])
            if isinstance(iterator, AsyncIterable):
                return iterator.item
            return awaited(q, calls.call_result(q, attributes.attribute_type(q, iterator, "__anext__"), []))
        case _:
            return None
