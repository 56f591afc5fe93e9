"""What Django's metaclasses make of classes: the managers of models."""

from pathlib import PurePath

from loopscope.facts.expr import Call, Const, Expr, Ref
from loopscope.facts.outline import Assigned, ClassFact, FactId
from loopscope.workspace.index import index_of
from loopscope.workspace.inference.model import Instance, LocalInstance
from loopscope.workspace.mro import mro_of
from loopscope.workspace.namespace import followed
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Class, last_of

_MODELS = ("django", "db", "models")
_RELATED = (*_MODELS, "fields", "related.py")
_MANAGERS = {
    "ManyToManyField": ("create_forward_many_to_many_manager", "ManyRelatedManager"),
    "ForeignKey": ("create_reverse_many_to_one_manager", "RelatedManager"),
}
"""The functions of related_descriptors.py that make the managers of relations, and what they call their classes."""


def default_manager(q: Queries, path: PurePath, id_: FactId) -> Instance | None:
    """What `Model.objects` is that no class body binds: a manager, with the methods of a query set."""
    for base_path, base_id in q.get(mro_of, path, id_).classes:
        if base_id.qualname == "Model" and base_path.parts[-4:] == (*_MODELS, "base.py"):
            queries = base_path.with_name("query.py")
            found = q.get(index_of, queries).class_named("QuerySet")
            return None if found is None else Instance(queries, found.id, arguments=(Instance(path, id_),))
    return None


def own_manager(q: Queries, value: Instance, path: PurePath, id_: FactId) -> Instance | None:
    """The manager that the body of a model assigns, as a manager of that model; None for any other value."""
    for base_path, base_id in q.get(mro_of, value.path, value.id).classes:
        if base_id.qualname == "BaseManager" and base_path.parts[-4:] == (*_MODELS, "manager.py"):
            return value._replace(arguments=(Instance(path, id_),))
    return None


def related_manager(q: Queries, value: Instance) -> LocalInstance | None:
    """What an instance of a model has for a `ManyToManyField` of its class; None for any other value."""
    found = _relation(q, value)
    return _manager(*found) if found is not None and found[1] == "ManyToManyField" else None


def reverse_manager(q: Queries, path: PurePath, id_: FactId, name: str) -> LocalInstance | None:
    """What an instance of a model has for the relations to it from models of its file; None for any other name."""
    if not _is_model(q, path, id_) or not q.mentions(path, ("ForeignKey", "ManyToManyField")):
        return None
    found = {
        manager
        for other in q.get(index_of, path).classes.values()
        for binding in other.bindings
        if isinstance(binding.target, Assigned)
        and isinstance(binding.target.value, Call)
        and _is_back(q, path, id_, other, binding.target.value, name)
        and (manager := _of_call(q, path, binding.target.value)) is not None
    }
    return found.pop() if len(found) == 1 else None


def _of_call(q: Queries, path: PurePath, call: Call) -> LocalInstance | None:
    made = last_of(followed(q, path, call.func))
    found = _relation(q, Instance(made.path, made.fact.id)) if isinstance(made, Class) else None
    return None if found is None else _manager(*found)


def _is_back(q: Queries, path: PurePath, id_: FactId, other: ClassFact, call: Call, name: str) -> bool:
    """Whether a field of another model points to a class, which then has that name for it."""
    related = call.keyword("related_name")
    given = related.value if isinstance(related, Const) else None if related is None else 0
    if name != (f"{other.name.lower()}_set" if given is None else given) or not _is_model(q, path, other.id):
        return False
    to = call.args[0] if call.args else call.keyword("to")
    return _means(q, path, id_, other, to)


def _means(q: Queries, path: PurePath, id_: FactId, other: ClassFact, to: Expr | None) -> bool:
    match to:
        case Const("self"):
            return other.id == id_
        case Const(str() as named):
            return named == id_.qualname
        case Ref():
            found = last_of(followed(q, path, to))
            return isinstance(found, Class) and (found.path, found.fact.id) == (path, id_)
        case _:
            return False


def _relation(q: Queries, value: Instance) -> tuple[PurePath, str] | None:
    """The file and name of Django's class of a field that relates models."""
    for base_path, base_id in q.get(mro_of, value.path, value.id).classes:
        if base_id.qualname in _MANAGERS and base_path.parts[-5:] == _RELATED:
            return base_path, base_id.qualname
    return None


def _manager(path: PurePath, field: str) -> LocalInstance:
    function, name = _MANAGERS[field]
    return LocalInstance(path.with_name("related_descriptors.py"), FactId(function), name)


def _is_model(q: Queries, path: PurePath, id_: FactId) -> bool:
    return any(
        base.qualname == "Model" and base_path.parts[-4:] == (*_MODELS, "base.py")
        for base_path, base in q.get(mro_of, path, id_).classes
    )
