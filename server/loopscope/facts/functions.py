"""What the header of a `def` says, and whether the function is a generator."""

import ast
from collections.abc import Iterator

from loopscope.facts.outline import Param, ParamKind
from loopscope.syntax.chunk import Chunk

Function = ast.FunctionDef | ast.AsyncFunctionDef


def params(arguments: ast.arguments, chunk: Chunk) -> tuple[Param, ...]:
    """The parameters in source order, which is the order of `inspect.signature`."""
    return tuple(
        [
            Param(argument.arg, kind, has_default, source(argument.annotation, chunk))
            for argument, kind, has_default in parameters(arguments)
        ]
    )


def parameters(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ParamKind, bool]]:
    """Each parameter in source order with its kind and whether it has a default."""
    without = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    for index, argument in enumerate(arguments.posonlyargs):
        yield argument, ParamKind.POSITIONAL_ONLY, index >= without
    for index, argument in enumerate(arguments.args, len(arguments.posonlyargs)):
        yield argument, ParamKind.NORMAL, index >= without
    if arguments.vararg:
        yield arguments.vararg, ParamKind.VAR_POSITIONAL, False
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield argument, ParamKind.KEYWORD_ONLY, default is not None
    if arguments.kwarg:
        yield arguments.kwarg, ParamKind.VAR_KEYWORD, False


def source(node: ast.expr | None, chunk: Chunk) -> str | None:
    """The source text of an expression of a chunk."""
    return None if node is None else chunk.text[slice(*chunk.span(node))]


def yields(node: Function, chunk: Chunk) -> bool:
    """Whether the function's own body has a `yield`, which makes it a generator (`inspect.isgeneratorfunction`)."""
    start, end = chunk.span(node)
    if chunk.text.find("yield", start, end) < 0:
        return False
    pending: list[ast.AST] = list(node.body)
    while pending:
        inner = pending.pop()
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            # Decorators, defaults and (unless postponed) annotations run where the function is defined.
            pending += inner.decorator_list
            pending.append(inner.args)
        elif isinstance(inner, ast.Lambda):
            pending.append(inner.args)
        elif isinstance(inner, ast.ClassDef):
            pending += inner.decorator_list
            pending += inner.bases
            pending += inner.keywords
        else:
            pending.extend(ast.iter_child_nodes(inner))
    return False
