"""The fixtures that pytest finds in a module or in an instance of a class: `FixtureManager.parsefactories`."""

from dataclasses import dataclass, field
from pathlib import PurePath

from loopscope.facts.expr import Call, dotted
from loopscope.facts.outline import Assigned, Binding, ClassFact, FactId, FunctionFact, Guard, ImportedName
from loopscope.workspace.glance import FIXTURE, import_may_bring
from loopscope.workspace.model import Unknown
from loopscope.workspace.mro import attributes, member
from loopscope.workspace.namespace import index_of, lookup, names_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.recipes import Recipe, recipe_of
from loopscope.workspace.values import Alternatives, Value


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The fixtures of one holder in the order of registration; names that may be fixtures; why there may be more."""

    recipes: tuple[Recipe, ...] = ()
    maybe: tuple[Recipe, ...] = ()
    """Fixtures below a condition, each the only one of its name here."""
    unknown: dict[str, Unknown] = field(default_factory=dict[str, Unknown])
    dynamic: Unknown | None = None


NOTHING = Held()


def held_by_module(q: Queries, path: PurePath) -> Held:
    """The fixtures in a module's namespace, its own and imported ones, in the order of `dir()`."""
    found = [
        (name, q.get(lookup, path, name)) for name in sorted(q.get(names_of, path)) if may_be_fixture(q, path, name)
    ]
    return _held(q, found, bound=False, dynamic=_dynamic(q, path))


def held_by_class(q: Queries, path: PurePath, id_: FactId) -> Held:
    """The fixtures among the attributes of an instance, through the MRO, in the order of `dir()`."""
    found = [(name, q.get(member, path, id_, name)) for name in sorted(q.get(attributes, path, id_))]
    return _held(q, found, bound=True, dynamic=None)


def _held(q: Queries, values: list[tuple[str, Value | None]], *, bound: bool, dynamic: Unknown | None) -> Held:
    recipes: list[Recipe] = []
    maybe: list[Recipe] = []
    unknown: dict[str, Unknown] = {}
    for name, value in values:
        possible = value.values if isinstance(value, Alternatives) else (value,)
        found = [each for one in possible if (each := recipe_of(q, one, name, bound=bound)) is not None]
        if len(found) == 1 and isinstance(found[0], Recipe):
            (maybe if isinstance(value, Alternatives) else recipes).append(found[0])
        for each in found if len(found) > 1 else ():
            unknown[each.name if isinstance(each, Recipe) else name] = Unknown(f"`{name}` is bound under a condition")
        if len(found) == 1 and isinstance(found[0], Unknown):
            unknown[name] = found[0]
    return Held(tuple(recipes), tuple(maybe), unknown, dynamic)


def _dynamic(q: Queries, path: PurePath) -> Unknown | None:
    index = q.get(index_of, path)
    outline = q.outline(path)
    # pytest-asyncio makes its private runner fixtures in a loop, and nothing else.
    if index.dynamic - {"__getattr__"} and "pytest_asyncio" not in path.parts:
        return Unknown(f"{path.name} makes names at run time ({', '.join(sorted(index.dynamic))})")
    for effect in outline.effects if outline is not None else ():
        if isinstance(effect, Call) and (dotted(effect) or "").endswith("pytest_factoryboy.register"):
            return Unknown("pytest_factoryboy.register makes fixtures at run time")
    return None


def may_be_fixture(q: Queries, path: PurePath, name: str) -> bool:
    """A quick look, so that imports of ordinary functions and classes cost nothing."""
    placed = q.get(index_of, path).names.get(name)
    if placed is None:
        return True
    return any(_binding_may_be_fixture(q, path, each.binding) for each in placed)


def _binding_may_be_fixture(q: Queries, path: PurePath, binding: Binding) -> bool:
    if binding.guard is Guard.TYPE_CHECKING:
        return False
    match binding.target:
        case FunctionFact() as fact:
            return bool(fact.decorators)
        case Assigned(value, _):
            return not isinstance(value, Call) or bool(value.args or value.keywords)
        case ImportedName(module, name):
            # pytest's own modules import no fixtures from each other.
            return "_pytest" not in path.parts and import_may_bring(q, path, module, name, FIXTURE)
        case ClassFact():
            return False
        case _:
            return False
