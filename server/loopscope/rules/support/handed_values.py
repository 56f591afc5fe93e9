"""What is handed to a function that takes it as a value, which no coroutine is."""

import ast

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Param
from loopscope.facts.reaching import parents_of
from loopscope.rules.context import Context
from loopscope.rules.support.arguments import Taker, named, taker_of
from loopscope.rules.support.awaiting import needs_value
from loopscope.workspace.inference.annotations import Names, alternatives, parsed
from loopscope.workspace.inference.attributes import attribute_type
from loopscope.workspace.inference.frames import class_node, frame_of
from loopscope.workspace.inference.model import OBJECT, Group, Instance, Plain, Type
from loopscope.workspace.mro import mro_of
from loopscope.workspace.queries import Queries

_SHOWS = frozenset(("str", "repr", "bool", "print"))


def is_handed_as_value(ctx: Context, body: Body, node: ast.expr) -> bool:
    """Whether an expression is the argument of a function that wants a value, as an annotation or its body says.

    The annotation names a class that nothing to await is of, or all that the body does is what no coroutine can do.
    What an async function returns whose annotation names such a class is wanted as a value, too.
    """
    around = parents_of(body)
    parent = around.get(id(node))
    if isinstance(parent, ast.Return):
        return returns_value(ctx, body)
    call = around.get(id(parent)) if isinstance(parent, ast.keyword) else parent
    if not isinstance(call, ast.Call) or call.func is node:
        return False
    taker = taker_of(ctx, body, call)
    param = None if taker is None else named(taker.params, call, node)
    if taker is None or param is None:
        return False
    return _states_value(Names(ctx.queries, taker.path), parsed(param.annotation)) or _uses(ctx, taker, param)


def returns_value(ctx: Context, body: Body) -> bool:
    """Whether an async function says that what it gives, once awaited, is nothing to await."""
    return body.is_async and not body.yields and _states_value(Names(ctx.queries, ctx.path), body.node.returns)


def _states_value(names: Names, annotation: ast.expr | None) -> bool:
    return annotation is not None and all(_is_value(names.q, each) for each in alternatives(names, annotation))


def _is_value(q: Queries, stated: Type | None) -> bool:
    match stated:
        case Group():
            return True
        case Plain():
            return stated != OBJECT
        case Instance(path, id_):
            mro = q.get(mro_of, path, id_)
            if mro.unknown or any(_is_protocol(class_node(q, *each)) for each in mro.classes):
                return False
            return attribute_type(q, stated, "__await__") is None
        case _:
            return False


def _is_protocol(node: ast.ClassDef | None) -> bool:
    return node is None or any("Protocol" in ast.unparse(base) for base in node.bases)


def _uses(ctx: Context, taker: Taker, param: Param) -> bool:
    """Whether a function reads what it is given, and each time as no coroutine can be."""
    frame = frame_of(ctx.queries, taker.path, taker.fact.id) if taker.exact and not taker.fact.decorators else None
    if frame is None or param.name in frame.body.inner_reads or frame.body.times_bound.get(param.name) != 1:
        return False
    reads = frame.body.reads.get(param.name, ())
    return len(reads) > 0 and all(needs_value(frame.body, each) or _is_shown(frame.body, each) for each in reads)


def _is_shown(body: Body, node: ast.expr) -> bool:
    match parents_of(body).get(id(node)):
        case ast.Call(ast.Name(name), [first]):
            return first is node and name in _SHOWS and name not in body.bound
        case _:
            return False
