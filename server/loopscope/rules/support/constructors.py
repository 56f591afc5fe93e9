"""Classes whose making surely raises nothing."""

import ast
import sys

from loopscope.facts.expr import ParamKind
from loopscope.workspace.inference.frames import Frame, frame_of
from loopscope.workspace.inference.model import ClassObject, Type
from loopscope.workspace.mro import member, mro_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Function


def is_harmless(q: Queries, made: Type | None, call: ast.Call) -> bool:
    """Whether a class is called without arguments whose `__init__` only sets plain values, and nothing else may run."""
    if call.args or call.keywords or not isinstance(made, ClassObject) or q.get(mro_of, made.path, made.id).unknown:
        return False
    maker = q.get(member, made.path, made.id, "__init__")
    if not isinstance(maker, Function) or maker.fact.decorators or q.get(member, made.path, made.id, "__new__"):
        return False
    needed = [each for each in maker.fact.params[1:] if each.kind in (ParamKind.NORMAL, ParamKind.KEYWORD_ONLY)]
    frame = frame_of(q, maker.path, maker.fact.id)
    return not needed and frame is not None and all(_is_plain(frame, each) for each in frame.body.statements)


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
        case ast.Call(ast.Attribute(ast.Name(module)), [], []):
            # `threading.Lock()`.
            return frame.facts.names.get(module) == module and module in sys.stdlib_module_names
        case _:
            return False
