"""Classes that a function defines: their own methods, and the coroutine functions of their bases."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.workspace.circles import Cycle
from loopscope.workspace.index import index_of
from loopscope.workspace.inference import attributes, calls, expressions, instances
from loopscope.workspace.inference.frames import Frame, frame_of
from loopscope.workspace.inference.model import (
    Callee,
    ClassObject,
    Coroutine,
    Giving,
    Instance,
    LocalClass,
    LocalFunction,
    LocalInstance,
    Type,
)
from loopscope.workspace.mro import member
from loopscope.workspace.queries import Queries
from loopscope.workspace.targets import class_doubt

_KEPT = ("dataclass", "dataclasses.dataclass", "final", "typing.final")


class _Names(NamedTuple):
    """What a local class binds: its methods by name, everything else, and what `self` is given."""

    methods: Mapping[str, FactId]
    others: frozenset[str]
    on_self: frozenset[str]


def local_class(body: Body, name: str) -> ast.ClassDef | None:
    """The class of a name that a function defines just once; None when another statement may bind the name as well."""
    if body.times_bound.get(name) != 1 or name not in body.bound:
        return None
    return next((each for each in body.statements if isinstance(each, ast.ClassDef) and each.name == name), None)


def instance_made(q: Queries, owner: LocalClass) -> Type | None:
    """What calling a local class gives: an instance, unless a base or decorator may decide otherwise."""
    frame, node = _found(q, owner)
    if frame is None or node is None or node.keywords:
        return None
    if not all(ast.unparse(each.func if isinstance(each, ast.Call) else each) in _KEPT for each in node.decorator_list):
        return None
    if "__new__" in {*_names(frame, node).methods, *_names(frame, node).others}:
        return None
    return LocalInstance(*owner) if all(_makes_instances(q, each) for each in _bases(frame, node)) else None


def _makes_instances(q: Queries, base: Type | None) -> bool:
    match base:
        case LocalClass():
            return instance_made(q, base) is not None
        case ClassObject(path, id_):
            return q.get(class_doubt, path, id_) is None and q.get(member, path, id_, "__new__") is None
        case _:
            return False


def local_attribute(q: Queries, path: PurePath, id_: FactId, name: str, attribute: str) -> Type | None:
    """What an instance of a local class has under a name: a method, or a coroutine function of a base."""
    frame, node = _found(q, LocalClass(path, id_, name))
    if frame is None or node is None or node.keywords or node.decorator_list:
        return None
    names = _names(frame, node)
    hidden = {"__getattribute__"} & (names.others | names.methods.keys())
    if attribute in names.others or attribute in names.on_self or hidden:
        return None
    own = names.methods.get(attribute)
    return LocalFunction(path, own) if own is not None else _inherited(q, _bases(frame, node), attribute)


def _inherited(q: Queries, bases: list[Type | None], attribute: str) -> Type | None:
    """What the only base gives that may have an attribute.

    What it gives once awaited may follow from what the local class overrides.
    """
    for base in bases:
        match base:
            case LocalClass(path, id_, name):
                found = _asked(q, path, id_, name, attribute)
            case ClassObject(path, id_):
                found = attributes.attribute_type(q, Instance(path, id_), attribute)
                if found is None and attributes.surely_lacks(q, Instance(path, id_), attribute):
                    continue
            case _:
                return None
        if isinstance(found, Callee):
            return _coroutine_function(q, found)
        return found if isinstance(found, Giving) else None
    return None


def _asked(q: Queries, path: PurePath, id_: FactId, name: str, attribute: str) -> Type | None:
    try:
        found = q.get(local_attribute, path, id_, name, attribute)
    except Cycle:
        return None
    if isinstance(found, LocalFunction):
        frame = frame_of(q, *found)
        made = frame is not None and frame.body.is_async and isinstance(calls.call_result(q, found, []), Coroutine)
        return Giving(Coroutine(None)) if made else None
    return found


def _coroutine_function(q: Queries, callee: Callee) -> Type | None:
    fact = q.get(index_of, callee.path).functions.get(callee.id)
    found = calls.call_result(q, callee, []) if fact is not None and fact.is_async else None
    return Giving(Coroutine(None)) if isinstance(found, Coroutine) else None


def _found(q: Queries, owner: LocalClass) -> tuple[Frame | None, ast.ClassDef | None]:
    frame = frame_of(q, owner.path, owner.id)
    return frame, None if frame is None else local_class(frame.body, owner.name)


def _bases(frame: Frame, node: ast.ClassDef) -> list[Type | None]:
    return [expressions.expression_type(frame, base) for base in node.bases]


def _names(frame: Frame, node: ast.ClassDef) -> _Names:
    key = f"local class {node.name}"
    found = frame.body.notes.get(key)
    if found is None:
        found = frame.body.notes[key] = _find_names(frame.body, node)
    # The key is used here only.
    return cast("_Names", found)


def _find_names(body: Body, node: ast.ClassDef) -> _Names:
    inside = {id(each) for each in node.body}
    bodies = [each for each in body.nested if id(each.node) in inside]
    bound = list(_bound(node.body))
    methods = {each.node.name: each.id for each in bodies if bound.count(each.node.name) == 1}
    on_self = {name for each in bodies for name in instances.sets_on_self(each)}
    return _Names(methods, frozenset(bound) - methods.keys(), frozenset(on_self))


def _bound(statements: list[ast.stmt]) -> Iterator[str]:
    """Every name that the body of a class binds, once for each time."""
    waiting: list[ast.AST] = [*statements]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                yield name
                continue
            case ast.Name(name, ast.Store() | ast.Del()):
                yield name
            case ast.alias(name, other):
                yield other or name.partition(".")[0]
            case _:
                pass
        waiting += ast.iter_child_nodes(node)
