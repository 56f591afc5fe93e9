"""What a function binds its local names to, and what its lambdas read."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from loopscope.facts.tree import descendants


def assigned(statements: Sequence[ast.stmt]) -> Mapping[str, ast.expr]:
    """The expression of the first plain assignment to each name that has one."""
    found: dict[str, ast.expr] = {}
    for statement in statements:
        # Faster than `match`: this is asked of every function whose variables are in question.
        if isinstance(statement, ast.Assign):
            target = statement.targets[0] if len(statement.targets) == 1 else None
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        else:
            continue
        if isinstance(target, ast.Name) and statement.value is not None:
            found.setdefault(target.id, statement.value)
    return found


def read_in_lambdas(lambdas: Sequence[ast.Lambda]) -> Iterator[str]:
    """The names in lambdas."""
    for each in lambdas:
        yield from (inner.id for inner in descendants(each) if isinstance(inner, ast.Name))
