"""Ways in which a module makes names that no reading finds."""

import ast

from loopscope.facts.seek import Step, lines_with, steps
from loopscope.syntax.chunk import Chunk

# Few modules use them, and those that do write them so, or with a blank.
_HINTS = {"globals": "(", "locals": "(", "vars": "(", "exec": "(", "modules": "["}
_READING = frozenset({"get", "keys", "values", "items", "copy", "__contains__", "__getitem__"})
_READERS = frozenset({"sorted", "list", "dict", "set", "tuple", "len", "print", "eval", "repr", "str"})


def dynamic_names(chunk: Chunk) -> frozenset[str]:
    """What of `Outline.dynamic` the code of a chunk gives rise to.

    Reading `globals()["x"]` is none; what is not known to only read counts. `locals()` and `vars()` count in the bodies
    of modules and classes, where writing to them has an effect.
    """
    text = chunk.text
    hints = [(word, bracket) for word, bracket in _HINTS.items() if word in text]
    words = [used for word, bracket in hints for used in (word + bracket, f"{word} {bracket}") if used in text]
    if not words:
        return frozenset()
    found = (_how(step) for step in steps(chunk.body, lines_with(chunk, words)))
    return frozenset(how for how in found if how)


def _how(step: Step) -> str | None:
    node, parent, in_function = step
    match node:
        case ast.Call(ast.Name("globals" | "locals" | "vars" as name), []):
            return None if (in_function and name != "globals") or _only_reads(node, parent) else name
        case ast.Call(ast.Name("exec"), arguments) if not in_function and len(arguments) < 2:
            return "exec"
        case ast.Subscript(ast.Attribute(_, "modules") | ast.Name("modules"), ast.Name("__name__")):
            return _module_use(node, parent)
        case _:
            return None


def _only_reads(node: ast.Call, parent: ast.AST) -> bool:
    match parent:
        case ast.Subscript(ctx=ast.Load()) | ast.Compare() | ast.For() | ast.comprehension():
            return True
        case ast.Attribute(attr=attr):
            return attr in _READING
        case ast.Call(ast.Name(name)):
            return node is not parent.func and name in _READERS
        case ast.keyword(arg=None):
            return True
        case _:
            # Kept or given to something that may write to it, as `exec(code, globals())` does.
            return False


def _module_use(node: ast.Subscript, parent: ast.AST) -> str | None:
    if not isinstance(node.ctx, ast.Load):
        return "sys.modules"
    match parent:
        case ast.Attribute(_, attr, ast.Load()) if attr != "__dict__":
            return None
        case ast.Call(func) if not (isinstance(func, ast.Name) and func.id == "setattr"):
            return None
        case _:
            return "setattr"
