"""Which scope of the syntax binds a name, as Python's own symbol table decides it."""

import ast
from collections.abc import Iterable, Iterator

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ScopeNode = Function | ast.ClassDef | Comprehension

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, *COMPREHENSIONS)


def binds(scope: ScopeNode, name: str) -> bool:
    """Whether a scope has a variable of that name of its own."""
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and has_parameter(scope, name):
        return True
    if isinstance(scope, ast.Lambda):
        return any(_binds_here(node, name) for node in own_nodes((scope.body,)))
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        found = False
        for node in own_nodes(scope.body):
            if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
                return False
            found = found or _binds_here(node, name)
        return found
    targets = (generator.target for generator in scope.generators)
    return any(_binds_here(node, name) for target in targets for node in ast.walk(target))


def has_parameter(function: Function, name: str) -> bool:
    """Whether a parameter has that name, `*args` and `**kwargs` included."""
    return any(argument.arg == name for argument in parameters(function))


def parameters(function: Function) -> Iterator[ast.arg]:
    """All parameters of a function, as in the signature but for `*args`, which comes before the keyword-only ones."""
    given = function.args
    yield from (*given.posonlyargs, *given.args)
    if given.vararg is not None:
        yield given.vararg
    yield from given.kwonlyargs
    if given.kwarg is not None:
        yield given.kwarg


def own_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes that run in the scope itself; of inner scopes only what is evaluated outside of them.

    A walrus in a comprehension binds in the scope around it (PEP 572), so it is among them.
    """
    pending = list(nodes)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _SCOPES):
            pending += ast.iter_child_nodes(node)
            continue
        pending += outside(node)
        if isinstance(node, COMPREHENSIONS):
            pending += [inner.target for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr)]


def outside(node: ScopeNode) -> list[ast.AST]:
    """What of a scope is evaluated around it: decorators, defaults, annotations, bases, a first iterable."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef):
        defaults = [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]
        if isinstance(node, ast.Lambda):
            return [*defaults]
        annotations = [argument.annotation for argument in parameters(node) if argument.annotation is not None]
        returns = [node.returns] if node.returns is not None else []
        return [*node.decorator_list, *defaults, *annotations, *returns]
    return [node.generators[0].iter]


def _binds_here(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=given, ctx=ast.Store() | ast.Del()):
            return given == name
        case ast.FunctionDef(name=given) | ast.AsyncFunctionDef(name=given) | ast.ClassDef(name=given):
            return given == name
        case ast.alias(name=imported, asname=alias):
            return (alias or imported.partition(".")[0]) == name
        case ast.ExceptHandler(name=given) | ast.MatchAs(name=given) | ast.MatchStar(name=given):
            return given == name
        case ast.MatchMapping(rest=given):
            return given == name
        case _:
            return False
