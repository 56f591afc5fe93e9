"""What a function binds its local names to, and what its lambdas read."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from loopscope.facts.tree import descendants


def assigned(statements: Sequence[ast.stmt]) -> Mapping[str, ast.expr]:
    """The expression of the first plain assignment to each name that has one."""
    found: dict[str, ast.expr] = {}
    for statement in statements:
        match statement:
            case ast.Assign([ast.Name(target)], value):
                found.setdefault(target, value)
            case ast.AnnAssign(ast.Name(target), _, ast.expr() as value):
                found.setdefault(target, value)
            case _:
                pass
    return found


def read_in_lambdas(lambdas: Sequence[ast.Lambda]) -> Iterator[str]:
    """The names in lambdas."""
    for each in lambdas:
        yield from (inner.id for inner in descendants(each) if isinstance(inner, ast.Name))
