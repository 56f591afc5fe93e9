"""Ways in which a module makes names that no reading finds."""

import ast
from collections.abc import Iterator

from loopscope.syntax.chunk import Chunk

_HINTS = ("globals", "locals", "vars", "exec", "modules", "__getattr__")
_READING = frozenset({"get", "keys", "values", "items", "copy", "__contains__", "__getitem__"})


def dynamic_names(chunk: Chunk, *, in_module: bool) -> frozenset[str]:
    """What of `Outline.dynamic` a chunk gives rise to; `in_module` is false for members of a class.

    Reading `globals()["x"]` is none; what is not known to only read counts. `locals()` and `vars()` count in the bodies
    of modules and classes, where writing to them has an effect.
    """
    text = chunk.text
    if not any(hint in text for hint in _HINTS):
        return frozenset()
    found: set[str] = set()
    for statement in chunk.body:
        start, end = chunk.span(statement)
        if any(text.find(hint, start, end) >= 0 for hint in _HINTS):
            found.update(_statement(statement, in_module=in_module))
    return frozenset(found)


def _statement(statement: ast.stmt, *, in_module: bool) -> Iterator[str]:
    pending: list[tuple[ast.AST, ast.AST, bool]] = [(statement, statement, False)]
    while pending:
        node, parent, in_function = pending.pop()
        match node:
            case ast.FunctionDef("__getattr__") if in_module and isinstance(parent, ast.If | ast.Try) | (
                node is parent
            ):
                yield "__getattr__"
            case ast.Call(ast.Name(("globals" | "locals" | "vars") as name), []):
                if not (in_function and name != "globals") and not _only_reads(node, parent):
                    yield name
            case ast.Call(ast.Name("exec"), arguments) if not in_function and len(arguments) < 2:
                yield "exec"
            case ast.Subscript(ast.Attribute(_, "modules") | ast.Name("modules"), ast.Name("__name__")):
                if how := _module_use(node, parent):
                    yield how
            case _:
                pass
        inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        pending.extend((child, node, inside) for child in ast.iter_child_nodes(node))


def _only_reads(node: ast.Call, parent: ast.AST) -> bool:
    match parent:
        case ast.Subscript(ctx=ast.Load()) | ast.Compare() | ast.For() | ast.comprehension():
            return True
        case ast.Attribute(attr=attr):
            return attr in _READING
        case ast.Call(ast.Name("sorted" | "list" | "dict" | "set" | "tuple" | "len" | "print" | "eval")):
            return node is not parent.func
        case ast.Call() | ast.keyword():
            # Given to something that may write to it, as `exec(code, globals())` does; formatting only reads.
            return isinstance(parent, ast.keyword) and parent.arg is None
        case _:
            return False


def _module_use(node: ast.Subscript, parent: ast.AST) -> str | None:
    if not isinstance(node.ctx, ast.Load):
        return "sys.modules"
    match parent:
        case ast.Attribute(ctx=ast.Load(), attr=attr):
            return "setattr" if attr == "__dict__" else None
        case ast.Attribute():
            return "setattr"
        case ast.Call(ast.Name("setattr")):
            return "setattr"
        case ast.Call():
            return None
        case _:
            return "setattr"
