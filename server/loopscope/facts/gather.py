"""Bodies from walks: what the names of calls mean, once all names that a function binds are known."""

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.expressions import arguments_of
from loopscope.facts.functions import Function
from loopscope.facts.imports import module_names
from loopscope.facts.met import Met, Walk
from loopscope.facts.outline import FactId
from loopscope.facts.scan import scan
from loopscope.facts.statements import block

_TUPLE: type[tuple[object, ...]] = tuple


class _Scope(NamedTuple):
    """What names mean inside a function: names imported here or further out, and those bound otherwise."""

    imported: Mapping[str, str]
    local: frozenset[str]


def body_of(node: Function, id_: FactId, names: Mapping[str, str], above: Mapping[str, int]) -> Body:
    """The body of a function of the outline, nested functions inside.

    `names` says what imports of the module bind; `above` how often dotted names of nested functions were used above.
    """
    return _Gatherer(Counter(above)).body(node, id_, id_, _Scope(names, frozenset()))


def calls_of(
    statements: Sequence[ast.stmt], names: Mapping[str, str], class_bound: frozenset[str]
) -> tuple[CallSite, ...]:
    """The calls that happen when statements of a module run, or of a class body that binds `class_bound`."""
    if not statements:
        return ()
    walk = _met("", (), statements[0], statements)
    scope = _Scope(names, class_bound)
    return tuple([_site(met, scope) for met in walk.calls])


class _Gatherer:
    """Counts the names of nested functions in source order."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def body(self, node: Function, id_: FactId, outermost: FactId, outer: _Scope) -> Body:
        names = [argument.arg for argument in arguments_of(node.args)]
        walk = _met(f"{id_.qualname}.<locals>.", names, node, node.body)
        scope = _inner(outer, walk)
        nested: list[Body] = []
        for qualname, inner in walk.nested:
            inner_id = FactId(qualname, self._counts[qualname])
            self._counts[qualname] += 1
            nested.append(self.body(inner, inner_id, outermost, scope))
        return Body(
            id=id_,
            node=node,
            outermost=outermost,
            calls=tuple([_site(met, scope) for met in walk.calls]),
            awaits=tuple(walk.awaits),
            yields=tuple(walk.yields),
            withs=tuple(walk.withs),
            fors=tuple(walk.fors),
            returns=tuple(walk.returns),
            loads=tuple(walk.loads),
            bound=_bound(walk),
            binds=(*names, *walk.binds),
            statements=tuple(walk.statements),
            lambdas=tuple(walk.lambdas),
            comprehensions=tuple(walk.comprehensions),
            walruses=tuple(walk.walruses),
            nested=tuple(nested),
        )


def _met(prefix: str, bound: Iterable[str], statement: ast.stmt, statements: Iterable[ast.stmt]) -> Walk:
    """What is met in statements of a function or module that already binds some names."""
    walk = Walk(prefix, statement, bound)
    try:
        block(walk, statements)
    except RecursionError:
        # Nested too deep: with half of the names unknown, nothing right could be said.
        return Walk(prefix, statement, bound)
    return walk


def _inner(outer: _Scope, walk: Walk) -> _Scope:
    """What names mean inside a function that binds what `walk` met."""
    bound = walk.bound - walk.not_local if walk.not_local else walk.bound
    if not walk.imports:
        return _Scope(outer.imported, outer.local | bound)
    # A name that is bound in another way too is taken for a variable.
    own = {name: target for name, target in module_names(scan(walk.imports)).items() if name not in walk.bound}
    return _Scope({**outer.imported, **own}, (outer.local | bound) - own.keys())


def _bound(walk: Walk) -> frozenset[str]:
    names = walk.bound - walk.not_local
    if walk.imports:
        names.update(raw.name for raw in scan(walk.imports))
    return frozenset(names)


def _site(met: Met, scope: _Scope) -> CallSite:
    node, use, parent, statement, in_lambda, in_comprehension, hidden = met
    func: ast.expr = node.func
    rest = ""
    while type(func) is ast.Attribute:
        rest = f".{func.attr}{rest}"
        func = func.value
    name: str | None = None
    local_root = imported = False
    if type(func) is ast.Name:
        root = func.id
        if root in scope.local or (hidden and any(root in names for names in hidden)):
            name, local_root = root + rest, True
        elif (target := scope.imported.get(root)) is not None:
            name, imported = target + rest, True
        else:
            name = root + rest
    # As `CallSite(…)` does, in half the time: there are ten thousand in a megabyte.
    return _TUPLE.__new__(
        CallSite, (node, name, local_root, imported, use, parent, statement, in_lambda, in_comprehension)
    )
