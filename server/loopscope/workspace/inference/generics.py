"""What the type variables of generic classes stand for."""

import ast
from collections.abc import Iterable
from pathlib import PurePath

from loopscope.facts.outline import FactId
from loopscope.workspace.index import index_of
from loopscope.workspace.inference.annotations import (
    Names,
    annotation_type,
)
from loopscope.workspace.inference.frames import class_node
from loopscope.workspace.inference.libraries import parameters_of
from loopscope.workspace.inference.model import (
    ClassObject,
    Instance,
    Type,
)
from loopscope.workspace.mro import mro_of
from loopscope.workspace.queries import Queries


def type_variables(
    q: Queries, path: PurePath, qualname: str, receiver: Instance | ClassObject | None
) -> tuple[tuple[str, Type | None], ...]:
    """What the type variables of the class that defines a method stand for, as far as `receiver` says."""
    if not isinstance(receiver, Instance) or not qualname:
        return ()
    defining = q.get(index_of, path).class_named(qualname)
    if defining is None:
        return ()
    given = receiver.arguments
    undeclared = parameters_of(path, qualname)
    if undeclared:
        return tuple(zip(undeclared, given, strict=False))
    if (receiver.path, receiver.id) != (path, defining.id):
        given = q.get(base_arguments, receiver.path, receiver.id, path, defining.id)
    if not given:
        return ()
    return tuple(zip(q.get(type_parameters, path, defining.id), given, strict=False))


def type_parameters(q: Queries, path: PurePath, id_: FactId) -> tuple[str, ...]:
    """The names of the type variables of a class, in order."""
    node = class_node(q, path, id_)
    if node is None:
        return ()
    own = [each.name for each in getattr(node, "type_params", ())]
    generic = [base for base in node.bases if isinstance(base, ast.Subscript)]
    first = [base for base in generic if ast.unparse(base.value).rpartition(".")[2] in ("Generic", "Protocol")]
    for base in first or generic:
        items = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
        own += [each.id for each in items if isinstance(each, ast.Name) and each.id not in own]
    return tuple(own) or parameters_of(path, id_.qualname)


def of_class(q: Queries, made: Type | None, given: Iterable[Type | None]) -> Type | None:
    """An instance of a generic class, of the class it was made with: `Maker(kind=Client)` of `Maker(Generic[T])`.

    `given` are the types of the arguments, looked at only where they matter. With several classes or type variables it
    is not known which is for which. Nothing is known where the class is none that the type variable allows, as in
    `sessionmaker(class_=AsyncSession)`: what the annotations say does not hold there.
    """
    if not isinstance(made, Instance) or made.arguments:
        return made
    parameters = q.get(type_parameters, made.path, made.id)
    if not parameters:
        return made
    classes = {each for each in given if isinstance(each, ClassObject)}
    if len(classes) == len(parameters) == 1:
        [one] = classes
        bound = annotation_type(Names(q, made.path), ast.Name(parameters[0]))
        if isinstance(bound, Instance) and (bound.path, bound.id) not in q.get(mro_of, one.path, one.id).classes:
            return None
        return made._replace(arguments=(Instance(one.path, one.id),))
    return made._replace(arguments=(None,) * len(parameters)) if classes else made


def base_arguments(
    q: Queries, path: PurePath, id_: FactId, base_path: PurePath, base_id: FactId
) -> "tuple[Type | None, ...]":
    """What a class gives to a generic base of its own: T of `class Own(Base[T])`."""
    node = class_node(q, path, id_)
    for base in node.bases if node is not None else ():
        if isinstance(base, ast.Subscript):
            names = Names(q, path)
            found = annotation_type(names, base)
            if isinstance(found, Instance) and found[:2] == (base_path, base_id):
                return found.arguments
    return ()
