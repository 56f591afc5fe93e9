"""What a function binds its local names to, and what its lambdas read."""

import ast
from collections.abc import Iterator, Mapping, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef


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


def read_in_lambdas(function: Function) -> Iterator[str]:
    """The names in the lambdas of a function."""
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Lambda):
                yield from (inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
