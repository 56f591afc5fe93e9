"""What stands behind an object that hands every attribute on: `request: Request = LocalProxy(…)`."""

import ast
from pathlib import PurePath

from loopscope.facts.expr import Expr
from loopscope.facts.outline import Assigned
from loopscope.workspace.index import index_of
from loopscope.workspace.inference.annotations import Names, annotation_type
from loopscope.workspace.inference.model import Instance, Type
from loopscope.workspace.mro import member
from loopscope.workspace.queries import Queries


def behind(q: Queries, path: PurePath, expr: Expr, value: Instance) -> Type | None:
    """The type that a module states for the only name it assigns an expression to, else the value.

    The statement counts only of values whose class has a `__getattr__`: of others, what is made is sure.
    """
    if q.get(member, value.path, value.id, "__getattr__") is None:
        return value
    name = _name_of(q, path, expr)
    node = None if name is None else q.get(stated_for, path, name)
    stated = None if node is None else annotation_type(Names(q, path), node)
    return value if stated is None else stated


def _name_of(q: Queries, path: PurePath, expr: Expr) -> str | None:
    names = [
        name
        for name, placed in q.get(index_of, path).names.items()
        for each in placed
        if isinstance(each.binding.target, Assigned) and each.binding.target.value == expr
    ]
    return names[0] if len(names) == 1 else None


def stated_for(q: Queries, path: PurePath, name: str) -> ast.expr | None:
    """The annotation of the only assignment to a name at module level."""
    facts = q.facts(path)
    found: list[ast.expr | None] = []
    for placed in facts.tree.chunks if facts is not None else ():
        if placed.holder is not None or name not in placed.chunk.text:
            continue
        for statement in placed.chunk.body:
            match statement:
                case ast.AnnAssign(ast.Name(target), annotation, ast.expr()) if target == name:
                    found.append(annotation)
                case ast.Assign([ast.Name(target)]) if target == name:
                    found.append(None)
                case _:
                    pass
    return found[0] if len(found) == 1 else None
