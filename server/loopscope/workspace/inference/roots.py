"""The name that an expression begins with, and whether pytest gives it its value: then no type checker knows it."""

import ast

from loopscope.workspace.inference.bindings import How, bindings_of
from loopscope.workspace.inference.fixtures import injected
from loopscope.workspace.inference.frames import Frame

_DEEPEST = 8


def root_of(node: ast.expr) -> str | None:
    """The name that an expression begins with: `db` of `(await db.get()).name`."""
    while True:
        match node:
            case ast.Name(name):
                return name
            case ast.Attribute(inner) | ast.Subscript(inner) | ast.Call(inner) | ast.Await(inner):
                node = inner
            case _:
                return None


def is_injected(frame: Frame, node: ast.expr, depth: int = 0) -> bool:
    """Whether an expression begins with a parameter that pytest fills and nobody annotates, or is made of one."""
    name, body = root_of(node), frame.body
    if name is None or depth > _DEEPEST:
        return False
    while name not in body.bound:
        around = frame.facts.around(body)
        if around is None:
            return False
        body = around
    for bound in bindings_of(body).get(name, ()):
        if bound.how is How.PARAMETER:
            own = bool(body.id.holder) and body.node.args.args[:1] and body.node.args.args[0].arg == name
            if not own and bound.annotation is None and frame.q.get(injected, frame.path, body.id, name) is not None:
                return True
        elif bound.node is not None and is_injected(frame._replace(body=body), bound.node, depth + 1):
            return True
    return False
