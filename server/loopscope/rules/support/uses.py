"""Uses of a name that tell what its value must be able to do."""

import ast
from collections.abc import Collection

from loopscope.facts.bodies import Body
from loopscope.facts.tree import descendants


def uses_value(body: Body, load: ast.Name, attributes: Collection[str]) -> bool:
    """Whether a name is indexed, awaited, iterated, entered, calculated with, or read for an attribute.

    Attributes do not count that begin with `_` or are among those given: what any object has, or that one.
    """
    for node in (node for statement in body.statements for node in descendants(statement)):
        match node:
            case ast.Subscript(value) | ast.Await(value) | ast.Starred(value) if value is load:
                return True
            case ast.Attribute(value, attribute, ast.Load()) if value is load:
                return not attribute.startswith("_") and attribute not in attributes
            case ast.For(_, value) | ast.AsyncFor(_, value) | ast.withitem(value) if value is load:
                return True
            case ast.comprehension(_, value) if value is load:
                return True
            case ast.BinOp(left, _, right) if load in (left, right):
                return True
            case _:
                pass
    return False
