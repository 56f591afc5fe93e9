"""What the header of a `def` says, and whether the function is a generator."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from loopscope.facts.expr import Param, ParamKind
from loopscope.facts.seek import touches
from loopscope.syntax.chunk import Chunk

Function = ast.FunctionDef | ast.AsyncFunctionDef

_NORMAL = ParamKind.NORMAL


def params(arguments: ast.arguments, chunk: Chunk) -> tuple[Param, ...]:
    """The parameters in source order, which is the order of `inspect.signature`."""
    if not (arguments.posonlyargs or arguments.vararg or arguments.kwonlyargs or arguments.kwarg or arguments.defaults):
        # As nearly all functions have them.
        return tuple([Param(each.arg, _NORMAL, False, source(each.annotation, chunk)) for each in arguments.args])
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


def yields(node: Function, lines: Sequence[int]) -> bool:
    """Whether the function's own body has a `yield`, which makes it a generator (`inspect.isgeneratorfunction`).

    `lines` are those with the word.
    """
    if not touches(node, lines):
        return False
    pending: list[ast.AST] = [statement for statement in node.body if touches(statement, lines)]
    while pending:
        inner = pending.pop()
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            return True
        if touches(inner, lines):
            pending.extend(_own(inner))
    return False


def _own(node: ast.AST) -> Iterable[ast.AST]:
    """The children of a node that belong to the same function: of a nested one, what runs where it is defined."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [*node.decorator_list, node.args]
        case ast.Lambda():
            return [node.args]
        case ast.ClassDef():
            return [*node.decorator_list, *node.bases, *node.keywords]
        case _:
            return ast.iter_child_nodes(node)
