"""The fixtures that pytest finds in a module or in an instance of a class: `FixtureManager.parsefactories`."""

import ast
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from loopscope.facts.expr import Call, Const, Ref, dotted
from loopscope.facts.outline import (
    Assigned,
    Binding,
    ClassFact,
    FactId,
    FunctionFact,
    Guard,
    ImportedModule,
    ImportedName,
    Target,
)
from loopscope.text.frozen import field, frozen, replace
from loopscope.workspace.circles import Cycle
from loopscope.workspace.class_decorators import fixtures_set_by
from loopscope.workspace.glance import FIXTURE, import_may_bring, source_may_hold
from loopscope.workspace.imports import find_import, importable, is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.model import Unknown
from loopscope.workspace.mro import class_fact, member, mro_of, own_bindings
from loopscope.workspace.namespace import exported, lookup, names_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.recipes import Recipe, recipe_of
from loopscope.workspace.values import Alternatives, Expression, Value

_REGISTERS = "register_fixture"


@frozen(eq=False)
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
    held = _held(q, found, bound=False, dynamic=_dynamic(q, path))
    return held if is_installed(q, path) else _with_absent(q, path, held)


def held_by_class(q: Queries, path: PurePath, id_: FactId) -> Held:
    """The fixtures among the attributes of an instance, through the MRO, in the order of `dir()`."""
    names = {name for base in q.get(mro_of, path, id_).classes for name in q.get(_maybe_fixtures_in, *base)}
    found = [(name, q.get(member, path, id_, name)) for name in sorted(names)]
    held = _held(q, found, bound=True, dynamic=None)
    for base_path, base_id in q.get(mro_of, path, id_).classes:
        fact = class_fact(q, base_path, base_id)
        for expr in fact.decorators if fact is not None else ():
            doubt = Unknown(f"the decorator `{dotted(expr)}` sets it")
            held.unknown.update(dict.fromkeys(q.get(fixtures_set_by, base_path, expr), doubt))
    return held


def _maybe_fixtures_in(q: Queries, path: PurePath, id_: FactId) -> frozenset[str]:
    """A quick look at the body of one class: most methods have no decorator."""
    fact = class_fact(q, path, id_)
    bindings = own_bindings(q, path, fact) if fact is not None else ()
    return frozenset(each.name for each in bindings if "." not in each.name and _may_be_recipe(each.target))


def _may_be_recipe(target: Target) -> bool:
    """Whether `recipe_of` may say anything of what a binding binds."""
    match target:
        case FunctionFact():
            return bool(target.decorators)
        case Assigned(value):
            return isinstance(value, Call | Ref)
        case _:
            return isinstance(target, ImportedName)


def _with_absent(q: Queries, path: PurePath, held: Held) -> Held:
    """What imports of modules that are not found may bring: such a name may be a fixture."""
    index = q.get(index_of, path)
    unknown: dict[str, Unknown] = {}
    for name, placed in index.names.items():
        target = placed[-1].binding.target
        if isinstance(target, ImportedName) and placed[-1].binding.guard is Guard.ALWAYS and _absent(q, path, target):
            unknown[name] = Unknown(f"`{name}` is imported from `{target.module}`, which is not found")
    dynamic = held.dynamic
    for star in index.stars:
        target = star.binding.target
        if isinstance(target, ImportedName) and star.binding.guard is Guard.ALWAYS and _absent(q, path, target):
            dynamic = dynamic or Unknown(f"`{target.module}`, of which {path.name} imports all, is not found")
    if not unknown and dynamic is held.dynamic:
        return held
    return replace(held, unknown={**held.unknown, **unknown}, dynamic=dynamic)


def _absent(q: Queries, path: PurePath, target: ImportedName) -> bool:
    """Whether an import has no source and is none of the standard library."""
    top = target.module.partition(".")[0]
    if top in sys.stdlib_module_names or top in ("pytest", "_pytest", "pytest_asyncio"):
        return False
    return find_import(q, path, target.module) is None and importable(q, path, target.module) is not True


def _held(q: Queries, values: list[tuple[str, Value | None]], *, bound: bool, dynamic: Unknown | None) -> Held:
    recipes: list[Recipe] = []
    maybe: list[Recipe] = []
    unknown: dict[str, Unknown] = {}
    for name, value in values:
        possible = value.values if isinstance(value, Alternatives) else (value,)
        found = [each for one in possible if (each := recipe_of(q, one, name, bound=bound)) is not None]
        if len(found) == 1 and isinstance(found[0], Recipe):
            unsure = isinstance(value, Alternatives) and not _surely_defined(q, found[0])
            (maybe if unsure else recipes).append(found[0])
        for each in found if len(found) > 1 else ():
            unknown[each.name if isinstance(each, Recipe) else name] = Unknown(f"`{name}` is bound under a condition")
        if len(found) == 1 and isinstance(found[0], Unknown):
            unknown[name] = found[0]
    return Held(tuple(recipes), tuple(maybe), unknown, dynamic)


def _surely_defined(q: Queries, recipe: Recipe) -> bool:
    """Whether an autouse fixture stands below an `if` that asks for what an import found: `if have_faker:`."""
    if recipe.marker.autouse is not True or "." in recipe.function.id.qualname:
        return False
    facts = q.facts(recipe.path)
    for placed in facts.tree.chunks if facts is not None else ():
        for statement in placed.chunk.body:
            match statement:
                case ast.If(ast.Name(asked), body) if any(
                    isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == recipe.function.name
                    for each in body
                ):
                    value = q.get(lookup, recipe.path, asked)
                    return isinstance(value, Expression) and value.expr == Const(True)
                case _:
                    pass
    return False


def _dynamic(q: Queries, path: PurePath) -> Unknown | None:
    index = q.get(index_of, path)
    outline = q.outline(path)
    # pytest-asyncio makes its private runner fixtures in a loop, and nothing else.
    if index.dynamic - {"__getattr__"} and "pytest_asyncio" not in path.parts:
        return Unknown(f"{path.name} makes names at run time ({', '.join(sorted(index.dynamic))})")
    for effect in outline.effects if outline is not None else ():
        if isinstance(effect, Call) and (dotted(effect) or "").endswith("pytest_factoryboy.register"):
            return Unknown("pytest_factoryboy.register makes fixtures at run time")
    for fact in index.classes.values() if q.mentions(path, (_REGISTERS,)) else ():
        if any((dotted(each) or "").endswith(f".{_REGISTERS}") for each in fact.decorators):
            return Unknown(f"polyfactory's {_REGISTERS} makes fixtures at run time")
    return None


def may_be_fixture(q: Queries, path: PurePath, name: str) -> bool:
    """A quick look, so that imports of ordinary functions and classes cost nothing."""
    index = q.get(index_of, path)
    placed = index.names.get(name)
    if placed is None:
        return any(_star_may_bring(q, source, name) for source in q.get(_star_sources, path).get(name, ()))
    return any(_binding_may_be_fixture(q, path, each.binding) for each in placed)


def _star_may_bring(q: Queries, source: PurePath, name: str) -> bool:
    try:
        return q.get(may_be_fixture, source, name)
    except Cycle:
        return True


def _star_sources(q: Queries, path: PurePath) -> Mapping[str, Sequence[PurePath]]:
    """The modules that a file imports all of, by the names that this brings."""
    found: dict[str, list[PurePath]] = {}
    for star in q.get(index_of, path).stars:
        target = star.binding.target
        source = find_import(q, path, target.module) if isinstance(target, ImportedName) else None
        if source is None:
            continue
        try:
            for name in q.get(exported, source):
                found.setdefault(name, []).append(source)
        except Cycle:
            continue
    return found


def _binding_may_be_fixture(q: Queries, path: PurePath, binding: Binding) -> bool:
    if binding.guard is Guard.TYPE_CHECKING:
        return False
    match binding.target:
        case FunctionFact() as fact:
            return bool(fact.decorators)
        case Assigned(Ref(written), _):
            return name_may_make(q, path, written)
        case Assigned(Call() as call, _):
            maker = dotted(call)
            return maker is None or name_may_make(q, path, maker) or _takes_decorated(q, path, call)
        case ImportedName(module, name):
            # pytest's own modules import no fixtures from each other.
            return "_pytest" not in path.parts and import_may_bring(q, path, module, name, FIXTURE)
        case _:
            return False


def _takes_decorated(q: Queries, path: PurePath, call: Call) -> bool:
    """Whether a call is given a decorated function of the file, as in `other = copy(a_fixture)`."""
    names = q.get(index_of, path).names
    placed = [one for given in call.args if isinstance(given, Ref) for one in names.get(given.name, ())]
    return any(isinstance(one.binding.target, FunctionFact) and one.binding.target.decorators for one in placed)


def class_may_hold(q: Queries, path: PurePath, fact: ClassFact) -> bool:
    """A quick look at a class of a module: whether it, or a base that is not the standard library's, may hold any."""
    return class_may_define(q, path, fact) or not all(
        of_standard_library(q, path, dotted(base) or "") for base in fact.bases if base != Ref("object")
    )


def class_may_define(q: Queries, path: PurePath, fact: ClassFact) -> bool:
    """A quick look at a class: whether its own body may define any."""
    return any(_binding_may_be_fixture(q, path, each) for each in fact.bindings)


def name_may_make(q: Queries, path: PurePath, written: str) -> bool:
    """Whether a dotted name, as the outline of a file has it, may mean a fixture or what makes one."""
    if "fixture" in written.lower():
        return True
    module, _, name = written.rpartition(".")
    if not module or module.startswith("."):
        return True
    if of_standard_library(q, path, written):
        return False
    source = find_import(q, path, module) if _is_imported(q, path, written) else None
    return source is None or q.get(source_may_hold, source, name, ("fixture",))


def of_standard_library(q: Queries, path: PurePath, written: str) -> bool:
    """Whether a dotted name, as the outline of a file has it, means something that the standard library defines."""
    first, dot, _ = written.partition(".")
    return bool(dot) and first in sys.stdlib_module_names and _is_imported(q, path, written)


def _is_imported(q: Queries, path: PurePath, written: str) -> bool:
    """Whether no definition of the file hides the module that a dotted name begins with."""
    placed = q.get(index_of, path).names.get(written.partition(".")[0], ())
    return all(isinstance(each.binding.target, ImportedModule | ImportedName) for each in placed)
