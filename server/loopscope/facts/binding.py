"""How often, and to what, a function binds its local names."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef


def times_bound(node: Function, statements: Iterable[ast.stmt]) -> Mapping[str, int]:
    """How often each name is bound by a function's parameters and by the statements of its own body.

    What is declared global or nonlocal is bound elsewhere as well: it counts as more than once.
    """
    arguments = node.args
    found = Counter(each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))
    found.update(each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None)
    for statement in statements:
        match statement:
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                found[name] += 1
            case ast.Import(names) | ast.ImportFrom(_, names):
                found.update(alias.asname or alias.name.partition(".")[0] for alias in names)
            case ast.Global(names) | ast.Nonlocal(names):
                found.update((*names, *names))
            case _:
                found.update(_stored(statement))
    return found


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


def _stored(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement stores to; statements inside have their own turn, a lambda binds its own."""
    pending: list[ast.AST] = [statement]
    while pending:
        for value in vars(pending.pop()).values():
            for child in value if type(value) is list else (value,):
                kind = type(child)
                if kind is ast.Name:
                    if type(child.ctx) is not ast.Load:
                        yield child.id
                elif kind is ast.Constant or not isinstance(child, ast.AST) or isinstance(child, ast.stmt | ast.Lambda):
                    continue
                else:
                    if isinstance(child, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and child.name:
                        yield child.name
                    pending.append(child)
