"""What Django's metaclasses make of classes: the managers of models."""

from pathlib import PurePath

from loopscope.facts.outline import FactId
from loopscope.workspace.inference.model import Instance
from loopscope.workspace.mro import mro_of
from loopscope.workspace.namespace import index_of
from loopscope.workspace.queries import Queries

_MODELS = ("django", "db", "models")


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
