"""Classes whose making surely raises nothing."""

import ast
import sys

from loopscope.workspace.inference.frames import Frame, frame_of
from loopscope.workspace.inference.model import ClassObject, Type
from loopscope.workspace.mro import class_fact, member, mro_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import decorator_name
from loopscope.workspace.values import Function


def is_harmless(q: Queries, made: Type | None) -> bool:
    """Whether a class is called whose `__init__` only sets what it is given, or plain values, and nothing else runs.

    So does that of a dataclass. Arguments that it does not take raise a `TypeError`, of course.
    """
    if not isinstance(made, ClassObject) or q.get(mro_of, made.path, made.id).unknown:
        return False
    if any(q.get(member, made.path, made.id, name) is not None for name in ("__new__", "__setattr__")):
        return False
    maker = q.get(member, made.path, made.id, "__init__")
    if maker is None:
        return _is_dataclass(q, made)
    if not isinstance(maker, Function) or maker.fact.decorators:
        return False
    frame = frame_of(q, maker.path, maker.fact.id)
    return frame is not None and all(
        _is_plain(frame, each) and not any(_is_property(q, made, name) for name in _set_by(each))
        for each in frame.body.statements
    )


def _set_by(statement: ast.stmt) -> list[str]:
    return [each.attr for each in ast.walk(statement) if isinstance(each, ast.Attribute)]


def _is_property(q: Queries, made: ClassObject, name: str) -> bool:
    return isinstance(q.get(member, made.path, made.id, name), Function)


def _is_dataclass(q: Queries, made: ClassObject) -> bool:
    """Whether a class and its bases are dataclasses, which do nothing more when they are made."""
    facts = [(path, class_fact(q, path, id_)) for path, id_ in q.get(mro_of, made.path, made.id).classes]
    return q.get(member, made.path, made.id, "__post_init__") is None and all(
        fact is not None and [decorator_name(q, path, each) for each in fact.decorators] == ["dataclasses.dataclass"]
        for path, fact in facts
    )


def _is_plain(frame: Frame, statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()):
            return True
        case ast.Assign([ast.Attribute(ast.Name())], value) | ast.AnnAssign(ast.Attribute(ast.Name()), _, value):
            return value is None or _is_plain_value(frame, value)
        case _:
            return False


def _is_plain_value(frame: Frame, value: ast.expr) -> bool:
    match value:
        case ast.Constant() | ast.List([]) | ast.Dict([], []) | ast.Tuple([]):
            return True
        case ast.Name(name):
            return name in frame.body.bound
        case ast.Call(ast.Attribute(ast.Name(module)), [], []):
            # `threading.Lock()`.
            return frame.facts.names.get(module) == module and module in sys.stdlib_module_names
        case _:
            return False
