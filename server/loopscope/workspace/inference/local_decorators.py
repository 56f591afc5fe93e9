"""What decorators of nested functions leave of what these give."""

import ast

from loopscope.workspace.index import index_of
from loopscope.workspace.inference import expressions, results
from loopscope.workspace.inference.decorators import function_keeps, value_makes_coroutine_function
from loopscope.workspace.inference.frames import Frame
from loopscope.workspace.inference.model import Callee, ClassObject, Coroutine, Named, Type
from loopscope.workspace.mro import class_fact
from loopscope.workspace.values import Class, Function


def applied(frame: Frame, decorators: list[ast.expr], result: Type | None) -> Type | None:
    """What calling a nested function gives under decorators, in source order; None where one leaves it open."""
    around = frame.facts.around(frame.body)
    if around is None:
        return None
    outer = Frame(frame.q, frame.path, frame.facts, around)
    for node in reversed(decorators):
        result = _under(outer, node, result)
        if result is None:
            return None
    return result


def _under(outer: Frame, node: ast.expr, result: Type | None) -> Type | None:
    q, called = outer.q, isinstance(node, ast.Call)
    match expressions.expression_type(outer, node.func if isinstance(node, ast.Call) else node):
        case Named(name) if name in results.KNOWN and not called:
            return results.known_decorator(name, result)
        case Callee(path, id_, None):
            fact = q.get(index_of, path).functions.get(id_)
            if fact is None or fact.decorators:
                return None
            makes = q.get(value_makes_coroutine_function, Function(path, fact), called)
            if q.get(function_keeps, path, id_, called) and (isinstance(result, Coroutine) or not makes):
                return result
        case ClassObject(path, id_):
            owner = class_fact(q, path, id_)
            makes = owner is not None and q.get(value_makes_coroutine_function, Class(path, owner), called)
        case _:
            return None
    return Coroutine(None) if makes else None
