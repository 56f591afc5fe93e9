"""An edit inside of functions: what their file says to others stays, and so does every other piece of it."""

import ast
from collections.abc import Sequence

from loopscope.facts.part import Part, make_part
from loopscope.facts.scan import Raw, scan_chunk
from loopscope.syntax.chunk import Tree


def inside_functions(tree: Tree, before: Tree, parts: Sequence[Part]) -> tuple[Part, ...] | None:
    """The parts of a tree when it differs from another one, whose `parts` these are, inside of functions only.

    None when more may be different: then the parts, imported names and the outline are to be made anew.
    """
    if len(tree.chunks) != len(before.chunks):
        return None
    found = list(parts)
    for index, (placed, earlier) in enumerate(zip(tree.chunks, before.chunks, strict=True)):
        if placed.holder != earlier.holder:
            return None
        if placed.chunk is earlier.chunk:
            continue
        old, raws = parts[index], scan_chunk(placed.chunk)
        if placed.chunk.kind != earlier.chunk.kind or not (_is_function(old.raws) and _is_function(raws)):
            return None
        new = make_part(placed.chunk, raws, old.names, old.own_names, old.holder, old.above)
        if not _says_the_same(new, old):
            return None
        found[index] = new
    return tuple(found)


def _is_function(raws: Sequence[Raw]) -> bool:
    return len(raws) == 1 and isinstance(raws[0].what, ast.FunctionDef | ast.AsyncFunctionDef)


def _says_the_same(new: Part, old: Part) -> bool:
    """Whether nothing that is put together to the outline differs, nor what other parts are made with."""
    return (
        new.bindings == old.bindings
        and new.effects == old.effects
        and new.guarded == old.guarded
        and new.dynamic == old.dynamic
        and [name for name, _ in new.globals] == [name for name, _ in old.globals]
        and bool(new.chunk.problems) == bool(old.chunk.problems)
        and [id_ for id_, _ in new.defs] == [id_ for id_, _ in old.defs]
    )
