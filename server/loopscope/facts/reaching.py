"""Which of several assignments to a local name a read surely sees: the last one before it, with no way around."""

import ast
from collections.abc import Iterator, Mapping
from typing import cast

from loopscope.facts.bodies import Body
from loopscope.facts.tree import parents

_SWALLOWS = ("raises", "suppress", "ignore", "catch", "expect")
"""Words in the names of context managers after whose block an assignment in it may not have happened."""

_SCOPES = (
    *(ast.Lambda, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""Within these a name may be another one."""


def parents_of(body: Body) -> dict[int, ast.AST]:
    """What holds each node of a function, by the `id` of the node."""
    found = body.notes.get("parents")
    if found is None:
        found = body.notes["parents"] = parents(body.node)
    # The key is used here only.
    return cast("dict[int, ast.AST]", found)


def reaching(body: Body, read: ast.Name) -> int | None:
    """The place in `body.statements` of the assignment whose value a read sees; None when that is not certain.

    Of a name that is bound once there is nothing to ask: None as well.
    """
    if body.times_bound.get(read.id, 0) < 2:
        return None
    return _seen(body, read.id).get(id(read))


def may_see(body: Body, statement: ast.stmt, name: str) -> list[ast.Name]:
    """The reads in the own body that may see what a statement assigns to a name."""
    reads = body.reads.get(name, ())
    if body.times_bound.get(name, 0) < 2:
        return list(reads)
    seen = _seen(body, name)
    return [read for read in reads if (place := seen.get(id(read))) is None or body.statements[place] is statement]


def _seen(body: Body, name: str) -> Mapping[int, int]:
    """Where the assignments stand that the reads of a name see, by the `id` of the read."""
    # The keys are used here only.
    known = cast("dict[str, Mapping[int, int]]", body.notes.setdefault("reaching", {}))
    found = known.get(name)
    if found is None:
        bound = _places(body).get(name, [])
        found = known[name] = {}
        # What is bound in another way (`except`, `match`, `global`, a walrus, a nested function) is not followed.
        if bound and len(bound) + (name in _parameters(body)) == body.times_bound[name]:
            seen = ((id(read), _reached(body, read, bound)) for read in body.reads.get(name, ()))
            found = known[name] = {read: place for read, place in seen if place is not None}
    return found


def _places(body: Body) -> Mapping[str, list[int]]:
    """The places in `body.statements` of the statements that bind a name."""
    found = body.notes.get("places of bindings")
    if found is None:
        places: dict[str, list[int]] = {}
        for place, statement in enumerate(body.statements):
            for name in _binds(statement):
                places.setdefault(name, []).append(place)
        found = body.notes["places of bindings"] = places
    return cast("Mapping[str, list[int]]", found)


def _reached(body: Body, read: ast.Name, bound: list[int]) -> int | None:
    around = parents_of(body)
    before = [place for place in bound if _ends(body.statements[place], read)]
    if not before:
        return None
    place = max(before, key=lambda each: _end(body.statements[each]))
    statement = body.statements[place]
    holders: list[ast.AST | None]
    match statement:
        case ast.Assign() | ast.AnnAssign(value=ast.expr()):
            holders = [around.get(id(statement))]
        case ast.With() | ast.AsyncWith():
            holders = [statement]
        case ast.For() | ast.AsyncFor():
            if any(_within(body.statements[each], statement) for each in bound if each != place):
                return None
            holders = [statement]
        case _:
            return None
    # The blocks that go on where the assignment has happened: its own, and those around a `with`.
    while isinstance(holders[-1], ast.With | ast.AsyncWith) and not _may_swallow(holders[-1]):
        holders.append(around.get(id(holders[-1])))
    inner: ast.AST = read
    while (outer := around.get(id(inner))) is not None and outer not in holders:
        if isinstance(outer, ast.For | ast.AsyncFor | ast.While) and any(
            _within(body.statements[each], outer) for each in bound
        ):
            return None
        if isinstance(outer, _SCOPES):
            return None
        inner = outer
    if outer is None or not (_is_in(statement, inner) or _same_block(outer, statement, inner, around)):
        return None
    return place


def _is_in(block: ast.stmt, inner: ast.AST) -> bool:
    match block:
        case ast.With() | ast.AsyncWith() | ast.For() | ast.AsyncFor():
            return any(each is inner for each in block.body)
        case _:
            return False


def _same_block(holder: ast.AST, statement: ast.stmt, later: ast.AST, around: Mapping[int, ast.AST]) -> bool:
    """Whether a statement, or the `with` that holds it, stands in the same block of `holder` as a later one."""
    first: ast.AST = statement
    if first is holder:
        return False
    while around.get(id(first)) is not holder:
        above = around.get(id(first))
        if above is None:
            return False
        first = above
    blocks: list[list[ast.AST]] = [value for value in vars(holder).values() if isinstance(value, list)]
    return any(any(each is first for each in block) and any(each is later for each in block) for block in blocks)


def _binds(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets):
            for target in targets:
                yield from _names(target)
        case ast.AnnAssign(target) | ast.AugAssign(target) | ast.For(target) | ast.AsyncFor(target):
            yield from _names(target)
        case ast.With(items) | ast.AsyncWith(items):
            for item in items:
                if item.optional_vars is not None:
                    yield from _names(item.optional_vars)
        case _:
            pass


def _names(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(name):
            yield name
        case ast.Tuple(items) | ast.List(items):
            for item in items:
                yield from _names(item)
        case ast.Starred(value):
            yield from _names(value)
        case _:
            pass


def _parameters(body: Body) -> frozenset[str]:
    arguments = body.node.args
    given = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return frozenset(each.arg for each in given if each is not None)


def _end(statement: ast.stmt) -> tuple[int, int]:
    """Where a binding is done: at the end of an assignment, at the head of a block."""
    match statement:
        case ast.For(target) | ast.AsyncFor(target):
            return target.lineno, target.col_offset
        case ast.With() | ast.AsyncWith():
            return statement.lineno, statement.col_offset
        case _:
            return statement.end_lineno or 0, statement.end_col_offset or 0


def _ends(statement: ast.stmt, read: ast.Name) -> bool:
    return _end(statement) <= (read.lineno, read.col_offset)


def _within(statement: ast.stmt, outer: ast.For | ast.AsyncFor | ast.While) -> bool:
    return (
        (outer.lineno, outer.col_offset)
        <= (statement.lineno, statement.col_offset)
        <= (outer.end_lineno or 0, outer.end_col_offset or 0)
    )


def _may_swallow(block: ast.With | ast.AsyncWith) -> bool:
    said = " ".join(ast.unparse(item.context_expr).lower() for item in block.items)
    return any(word in said for word in _SWALLOWS)
