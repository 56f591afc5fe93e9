"""Classes with their bases across modules: the linearisation that Python computes, as far as bases are found."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from loopscope.facts.expr import Call, Opaque, Ref, dotted
from loopscope.facts.outline import Binding, ClassFact, FactId, Guard
from loopscope.workspace.circles import Cycle
from loopscope.workspace.index import index_of
from loopscope.workspace.namespace import bindings_of, followed, settled, value_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Alternatives, Class, Expression, External, Value, last_of

ClassKey: TypeAlias = tuple[PurePath, FactId]
Link: TypeAlias = ClassKey | str
"""A class of a file, or the known name of one that is not followed."""

TESTCASES = frozenset(("unittest.TestCase", "unittest.IsolatedAsyncioTestCase", "unittest.FunctionTestCase"))
"""What `_pytest/unittest.py` collects by itself, whatever its name."""

_PLAIN = frozenset(("object", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol", "abc.ABC"))


class Mro(NamedTuple):
    """A class and its bases in lookup order; `unknown` names the first base that was not found."""

    links: tuple[Link, ...]
    unknown: str | None
    classes: tuple[ClassKey, ...]
    """The links whose source is known."""
    names: frozenset[str]
    """The names of bases that are not followed, such as `unittest.TestCase`."""


def _mro(links: tuple[Link, ...], unknown: str | None) -> Mro:
    classes = tuple(link for link in links if not isinstance(link, str))
    return Mro(links, unknown, classes, frozenset(link for link in links if isinstance(link, str)))


def mro_of(q: Queries, path: PurePath, id_: FactId) -> Mro:
    """The method resolution order of a class (C3), `object` left out."""
    fact = class_fact(q, path, id_)
    own: Link = (path, id_)
    if fact is None:
        return _mro((own,), "a class that is not found")
    bases: list[tuple[Link, ...]] = []
    unknown: str | None = None
    for expr in fact.bases:
        if isinstance(expr, Opaque) and expr.kind == "Starred":
            unknown = unknown or "a computed base class"
            continue
        value = last_of(followed(q, path, expr))
        if value is None or (isinstance(value, Class) and (value.path, value.fact.id) == own):
            # Deleted since, or bound again by the class itself.
            value = last_of(q.get(_where_defined, path, dotted(expr) or "", id_))
        match value:
            case Class(base_path, base) if (base_path, base.id) != own:
                try:
                    inner = q.get(mro_of, base_path, base.id)
                except Cycle:
                    unknown = unknown or "a cycle of base classes"
                    continue
                bases.append(inner.links)
                unknown = unknown or inner.unknown
            case External(name):
                bases.append(() if name in _PLAIN else (name,))
            case Expression(_, Call(Ref(name), (Ref() as query_set,))) if name.endswith(".from_queryset"):
                inner = _made_manager(q, path, Ref(name.removesuffix(".from_queryset")), query_set)
                bases.append(inner.links)
                unknown = unknown or inner.unknown
            case _:
                unknown = unknown or "a computed base class"
    merged = _merge([*bases, tuple(base[0] for base in bases if base)])
    return _mro((own, *merged), unknown)


def _where_defined(q: Queries, path: PurePath, name: str, id_: FactId) -> Value | None:
    """What a name of a module is where a class of its top level is defined; None when it is not bound there."""
    same = q.get(index_of, path).names.get(id_.qualname, ())
    place = next((each.place for each in same if getattr(each.binding.target, "id", None) == id_), 0)
    placed = [each for each in bindings_of(q, path, name) if each.place < place]
    return settled(q, path, name, placed) if placed else None


def _made_manager(q: Queries, path: PurePath, manager: Ref, query_set: Ref) -> Mro:
    """What Django's `Manager.from_queryset(QuerySet)` makes: the manager, with the methods of the query set."""
    found = [last_of(followed(q, path, each)) for each in (manager, query_set)]
    orders = [q.get(mro_of, each.path, each.fact.id) for each in found if isinstance(each, Class)]
    unknown = (
        "a computed base class"
        if len(orders) < len(found)
        else next((each.unknown for each in orders if each.unknown), None)
    )
    return _mro(tuple(dict.fromkeys(link for order in orders for link in order.links)), unknown)


def class_fact(q: Queries, path: PurePath, id_: FactId) -> ClassFact | None:
    """The class of a file by its id."""
    return q.get(index_of, path).classes.get(id_)


def attributes(q: Queries, path: PurePath, id_: FactId) -> tuple[str, ...]:
    """The names that the class and its bases bind, each once, the class's own first."""
    found: dict[str, None] = {}
    for base_path, base_id in q.get(mro_of, path, id_).classes:
        fact = class_fact(q, base_path, base_id)
        for binding in own_bindings(q, base_path, fact) if fact is not None else ():
            if binding.guard is not Guard.TYPE_CHECKING and "." not in binding.name:
                found[binding.name] = None
    return tuple(found)


def member(q: Queries, path: PurePath, id_: FactId, name: str) -> Value | None:
    """What an attribute of a class is, the nearest class of the MRO winning; None when no known class binds it."""
    for base_path, fact, names in q.get(_class_bodies, path, id_):
        value = _bound_in(q, base_path, fact, names[name]) if name in names else None
        if value is not None:
            return value
    return None


def _class_bodies(
    q: Queries, path: PurePath, id_: FactId
) -> tuple[tuple[PurePath, ClassFact, Mapping[str, tuple[Binding, ...]]], ...]:
    """A class and its bases with what each binds, at one go: most of the names that are asked for none of them has."""
    return tuple(
        (base_path, fact, q.get(_bindings_by_name, base_path, base_id))
        for base_path, base_id in q.get(mro_of, path, id_).classes
        if (fact := class_fact(q, base_path, base_id)) is not None
    )


def own_bindings(q: Queries, path: PurePath, fact: ClassFact) -> tuple[Binding, ...]:
    """The bindings of a class body, and the attributes that the module sets on the class afterwards."""
    if "." in fact.id.qualname:
        return fact.bindings
    return (*fact.bindings, *q.get(_set_from_outside, path).get(fact.name, ()))


def _set_from_outside(q: Queries, path: PurePath) -> Mapping[str, list[Binding]]:
    """What a module sets as attributes of its names, by these."""
    found: dict[str, list[Binding]] = {}
    for written, all_placed in q.get(index_of, path).names.items():
        owner, dot, name = written.partition(".")
        if dot:
            found.setdefault(owner, []).extend(placed.binding._replace(name=name) for placed in all_placed)
    return found


def own_member(q: Queries, path: PurePath, fact: ClassFact, name: str) -> Value | None:
    """What the body of one class binds a name to; None when it does not."""
    return _bound_in(q, path, fact, q.get(_bindings_by_name, path, fact.id).get(name, ()))


def _bound_in(q: Queries, path: PurePath, fact: ClassFact, bindings: tuple[Binding, ...]) -> Value | None:
    values: list[Value] = []
    sure = False
    for binding in bindings:
        if binding.guard is Guard.TYPE_CHECKING:
            continue
        value = _in_body(q, path, fact, binding)
        if binding.guard in (Guard.CONDITION, Guard.EXCEPT):
            values.append(value)
        else:
            values, sure = [value], True
    if not values:
        return None
    return values[0] if len(values) == 1 and sure else Alternatives(tuple(values), not sure)


def _bindings_by_name(q: Queries, path: PurePath, id_: FactId) -> Mapping[str, tuple[Binding, ...]]:
    fact = class_fact(q, path, id_)
    found: dict[str, list[Binding]] = {}
    for binding in own_bindings(q, path, fact) if fact is not None else ():
        found.setdefault(binding.name, []).append(binding)
    return {name: tuple(bindings) for name, bindings in found.items()}


def _in_body(q: Queries, path: PurePath, fact: ClassFact, binding: Binding) -> Value:
    """A binding of a class body; a name that it refers to may be another one of the body."""
    value = value_of(q, path, binding.name, binding)
    if isinstance(value, External) and "." not in value.name and value.name != binding.name:
        inner = own_member(q, path, fact, value.name)
        return inner if inner is not None else value
    return value


def is_subclass(q: Queries, path: PurePath, id_: FactId, names: frozenset[str]) -> bool:
    """Whether one of the named classes is among the bases."""
    return bool(q.get(mro_of, path, id_).names & names)


def _merge(sequences: list[tuple[Link, ...]]) -> list[Link]:
    """C3; bases that contradict each other are taken in the order in which they come."""
    left = [list(sequence) for sequence in sequences if sequence]
    merged: list[Link] = []
    while left:
        tails = {link for sequence in left for link in sequence[1:]}
        head = next((sequence[0] for sequence in left if sequence[0] not in tails), left[0][0])
        merged.append(head)
        left = [[link for link in sequence if link != head] for sequence in left]
        left = [sequence for sequence in left if sequence]
    return merged
