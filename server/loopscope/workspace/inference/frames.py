"""Where an expression stands: the function, its file, and what its first parameter is."""

import ast
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.workspace.index import index_of
from loopscope.workspace.inference.annotations import (
    Names,
)
from loopscope.workspace.inference.model import (
    ClassObject,
    Group,
    Instance,
    LocalInstance,
    Type,
)
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import decorator_name, scoped_decorators


class Frame(NamedTuple):
    """Where an expression stands: in the body of a function, whose first parameter may be known to be `receiver`."""

    q: Queries
    path: PurePath
    facts: FileFacts
    body: Body
    receiver: Instance | ClassObject | None = None


def frame_of(q: Queries, path: PurePath, id_: FactId, receiver: Instance | ClassObject | None = None) -> Frame | None:
    """The frame of a function of a file, nested ones too."""
    found = q.function(path, id_)
    return None if found is None else Frame(q, path, *found, receiver)


def item_at(value: Type | None, index: int) -> Type | None:
    """One item of a tuple of known length; None where that is not known."""
    return value.items[index] if isinstance(value, Group) and 0 <= index < len(value.items) else None


def names_of(frame: Frame) -> Names:
    """What names in the annotations of a function stand for."""
    own = frame.receiver or _class_of(frame)
    return Names(frame.q, frame.path, own if isinstance(own, Instance) else instance_of_class(own))


def own_class(frame: Frame, name: str) -> Instance | ClassObject | LocalInstance | None:
    """What `self` or `cls` is, when that is the parameter asked for."""
    arguments = (*frame.body.node.args.posonlyargs, *frame.body.node.args.args)
    if not arguments or arguments[0].arg != name:
        return None
    return frame.receiver or _class_of(frame) or _local_class_of(frame)


def _local_class_of(frame: Frame) -> LocalInstance | None:
    """What the first parameter of a method of a local class is; of a decorated one nothing is said."""
    holder, _, name = frame.body.id.holder.rpartition(".<locals>.")
    around = frame.facts.around(frame.body) if holder and "." not in name else None
    if around is None or frame.body.node.decorator_list or frame.body.node.name == "__new__":
        return None
    return LocalInstance(frame.path, around.id, name) if around.id.qualname == holder else None


def _class_of(frame: Frame) -> Instance | ClassObject | None:
    body = frame.body
    holder = body.id.holder
    if not holder or body.id != body.outermost:
        return None
    index = frame.q.get(index_of, frame.path)
    owners = [id_ for id_ in index.classes if id_.qualname == holder]
    fact = index.functions.get(body.id)
    if len(owners) != 1 or fact is None:
        return None
    names = decorator_names(frame.q, frame.path, fact)
    if "staticmethod" in names:
        return None
    on_class = "classmethod" in names or body.node.name in ("__new__", "__init_subclass__", "__class_getitem__")
    return ClassObject(frame.path, owners[0]) if on_class else Instance(frame.path, owners[0])


def instance_of_class(value: Type | None) -> Instance | None:
    """An instance of what is a class; None for anything else."""
    return Instance(value.path, value.id) if isinstance(value, ClassObject) else None


def class_node(q: Queries, path: PurePath, id_: FactId) -> ast.ClassDef | None:
    """The syntax of a class."""
    facts = q.definitions(path, id_.qualname)
    for part in facts.parts if facts is not None else ():
        for def_id, node in part.defs:
            if def_id == id_ and isinstance(node, ast.ClassDef):
                return node
    return None


def decorator_names(q: Queries, path: PurePath, fact: FunctionFact) -> list[str]:
    """The known names of a function's decorators, the outermost first; empty for one that has none."""
    if not fact.decorators:
        return []
    return [decorator_name(q, path, expr) or "" for expr in scoped_decorators(q, path, fact)]


def mentions_mock(node: ast.AST) -> bool:
    """Whether a mock seems to be made or handed on in some code."""
    for each in ast.walk(node):
        word = each.id if isinstance(each, ast.Name) else each.attr if isinstance(each, ast.Attribute) else ""
        if "mock" in word.lower() or word in ("create_autospec", "patch"):
            return True
    return False
