"""Which of several assignments to a local name a read surely sees: the last one before it, with no way around."""

import ast
from bisect import bisect_right
from collections.abc import Mapping
from typing import TypeAlias, cast

from loopscope.facts.bodies import Body
from loopscope.facts.tree import holders, parents

_SWALLOWS = ("raises", "suppress", "ignore", "catch", "expect")
"""Words in the names of context managers after whose block an assignment in it may not have happened."""

_SCOPES = (
    *(ast.Lambda, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""Within these a name may be another one."""
_BIND_ONE = (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)
_WITHS = (ast.With, ast.AsyncWith)
_LOOPS = (ast.For, ast.AsyncFor)
_REPEATED = (ast.For, ast.AsyncFor, ast.While)
_Bound: TypeAlias = tuple[tuple[int, int], int]
"""Where a statement has bound its names, as line and column, and its place in `Body.statements`."""


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


def _around(body: Body, read: ast.Name) -> Mapping[int, ast.AST]:
    """`parents_of`, as far as statements and a read are concerned: most expressions of a function nobody asks about."""
    # The key is used here only.
    known = cast("tuple[dict[int, ast.AST], list[tuple[int, int]]] | None", body.notes.get("around statements"))
    if known is None:
        starts = [(each.lineno, each.col_offset) for each in body.statements]
        known = body.notes["around statements"] = holders(body.node), starts
    found, starts = known
    if id(read) not in found:
        # As a rule it stands in the last statement that begins before it.
        place = bisect_right(starts, (read.lineno, read.col_offset)) - 1
        if place >= 0:
            found.update(parents(body.statements[place], inner=False))
        if id(read) not in found:
            found.update(parents_of(body))
    return found


def _places(body: Body) -> Mapping[str, list[_Bound]]:
    """The statements that bind a name."""
    found = body.notes.get("places of bindings")
    if found is None:
        places: dict[str, list[_Bound]] = {}
        for place, statement in enumerate(body.statements):
            for name in _binds(statement):
                places.setdefault(name, []).append((_end(statement), place))
        found = body.notes["places of bindings"] = places
    return cast("Mapping[str, list[_Bound]]", found)


def _reached(body: Body, read: ast.Name, bound: list[_Bound]) -> int | None:
    at = (read.lineno, read.col_offset)
    before = [each for each in bound if each[0] <= at]
    if not before:
        return None
    place = max(before)[1]
    statement = body.statements[place]
    around = _around(body, read)
    holders: list[ast.AST | None]
    match statement:
        case ast.Assign() | ast.AnnAssign(value=ast.expr()):
            holders = [around.get(id(statement))]
        case ast.With() | ast.AsyncWith():
            holders = [statement]
        case ast.For() | ast.AsyncFor():
            if any(_within(body.statements[each], statement) for _, each in bound if each != place):
                return None
            holders = [statement]
        case _:
            return None
    # The blocks that go on where the assignment has happened: its own, and those around a `with`.
    while isinstance(holders[-1], _WITHS) and not _may_swallow(holders[-1]):
        holders.append(around.get(id(holders[-1])))
    inner: ast.AST = read
    while (outer := around.get(id(inner))) is not None and outer not in holders:
        if isinstance(outer, _REPEATED) and any(_within(body.statements[each], outer) for _, each in bound):
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


def _binds(statement: ast.stmt) -> list[str]:
    """The names that a statement binds by assignment, in a loop or a `with`."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, _BIND_ONE):
        targets = [statement.target]
    elif isinstance(statement, _WITHS):
        targets = [item.optional_vars for item in statement.items if item.optional_vars is not None]
    else:
        return []
    found: list[str] = []
    while targets:
        target, *targets = targets
        if isinstance(target, ast.Name):
            found.append(target.id)
        elif isinstance(target, ast.Tuple | ast.List):
            targets = [*target.elts, *targets]
        elif isinstance(target, ast.Starred):
            targets = [target.value, *targets]
    return found


def _parameters(body: Body) -> frozenset[str]:
    arguments = body.node.args
    given = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return frozenset(each.arg for each in given if each is not None)


def _end(statement: ast.stmt) -> tuple[int, int]:
    """Where a binding is done: at the end of an assignment, at the head of a block."""
    if isinstance(statement, _LOOPS):
        return statement.target.lineno, statement.target.col_offset
    if isinstance(statement, _WITHS):
        return statement.lineno, statement.col_offset
    return statement.end_lineno or 0, statement.end_col_offset or 0


def _within(statement: ast.stmt, outer: ast.For | ast.AsyncFor | ast.While) -> bool:
    return (
        (outer.lineno, outer.col_offset)
        <= (statement.lineno, statement.col_offset)
        <= (outer.end_lineno or 0, outer.end_col_offset or 0)
    )


def _may_swallow(block: ast.With | ast.AsyncWith) -> bool:
    said = " ".join(ast.unparse(item.context_expr).lower() for item in block.items)
    return any(word in said for word in _SWALLOWS)
