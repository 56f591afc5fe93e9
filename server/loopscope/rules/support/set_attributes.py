"""Attributes that code sets on objects: on which, and whether anybody else has these."""

import ast
from typing import NamedTuple

from loopscope.facts.bodies import Body


class Owner(NamedTuple):
    """What an attribute is set on, in a body."""

    body: Body
    node: ast.expr


def owners_of(body: Body | None, name: str) -> list[Owner]:
    """What a function, or one nested in it, sets the attribute `name` on."""
    if body is None:
        return []
    own = [
        Owner(body, target.value)
        for statement in body.statements
        for target in _targets(statement)
        if isinstance(target, ast.Attribute) and target.attr == name
    ]
    return own + [owner for inner in body.nested for owner in owners_of(inner, name)]


def is_made_here(owner: Owner) -> bool:
    """Whether an object is part of one that its function makes, by a class or as a mock, for itself."""
    root = owner.node
    while isinstance(root, ast.Attribute) and not root.attr.startswith("__"):
        root = root.value
    if not isinstance(root, ast.Name) or owner.body.times_bound.get(root.id) != 1:
        return False
    match owner.body.assigned.get(root.id):
        case ast.Call(ast.Name(name) | ast.Attribute(_, name)):
            return name[:1].isupper() or "mock" in name or "autospec" in name
        case _:
            return False


def _targets(statement: ast.stmt) -> list[ast.expr]:
    match statement:
        case ast.Assign(targets):
            return targets
        case ast.AnnAssign(target):
            return [target]
        case _:
            return []
