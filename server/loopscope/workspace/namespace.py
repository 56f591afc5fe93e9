"""Static module namespaces: what the names of a module are once it has been imported."""

from pathlib import PurePath

from loopscope.facts.expr import Call, Concat, Expr, Ref, strings
from loopscope.facts.outline import (
    Assigned,
    Binding,
    ClassFact,
    FunctionFact,
    Guard,
    ImportedModule,
    ImportedName,
    Rebound,
)
from loopscope.workspace.circles import Cycle
from loopscope.workspace.imports import find_import, importable, is_installed, stub_of
from loopscope.workspace.index import Placed, index_of
from loopscope.workspace.known_names import NOT_FOLLOWED, SAME
from loopscope.workspace.libraries import VALUES
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Alternatives, Class, Expression, External, Function, Hidden, Module, Value


def names_of(q: Queries, path: PurePath) -> tuple[str, ...]:
    """The names bound at run time in a module, in the order of its `__dict__`: that of their first binding."""
    index = q.get(index_of, path)
    places: dict[str, int] = {}
    for name, placed in index.names.items():
        bound = [each.place for each in placed if each.binding.guard is not Guard.TYPE_CHECKING]
        if bound and "." not in name:
            places[name] = bound[0]
    for star in index.stars:
        for name in _starred(q, path, star):
            places[name] = min(places.get(name, star.place), star.place)
    return tuple(sorted(places, key=lambda name: places[name]))


def exported(q: Queries, path: PurePath) -> tuple[str, ...]:
    """What `from module import *` binds: `__all__`, else the names without a leading underscore."""
    declared = q.get(declared_all, path)
    if declared is not None:
        return declared
    return tuple(name for name in q.get(names_of, path) if not name.startswith("_"))


def declared_all(q: Queries, path: PurePath) -> tuple[str, ...] | None:
    """The names in `__all__` as far as they are literal; None when the module has none."""
    placed = q.get(index_of, path).names.get("__all__")
    if placed is None:
        return None
    found: list[str] = []
    for each in placed:
        target = each.binding.target
        if isinstance(target, Assigned):
            found = [*(found if target.augmented else ()), *_literal_names(q, path, target.value)]
    return tuple(dict.fromkeys(found))


def _literal_names(q: Queries, path: PurePath, expr: Expr) -> tuple[str, ...]:
    if isinstance(expr, Concat):
        return (*_literal_names(q, path, expr.left), *_literal_names(q, path, expr.right))
    if isinstance(expr, Ref) and expr.name.endswith(".__all__"):
        target = find_import(q, path, expr.name.removesuffix(".__all__"))
        inner = q.get(declared_all, target) if target is not None else None
        return inner or ()
    return strings(expr) or ()


def _starred(q: Queries, path: PurePath, star: Placed) -> tuple[str, ...]:
    target = star.binding.target
    if star.binding.guard is Guard.TYPE_CHECKING or not isinstance(target, ImportedName):
        return ()
    source = find_import(q, path, target.module)
    if source is None:
        return ()
    try:
        return q.get(exported, source)
    except Cycle:
        return ()


def _brings(q: Queries, path: PurePath, star: Placed, name: str) -> bool:
    """Whether a star import binds a name. A module that says what it exports is read only if it says that."""
    target = star.binding.target
    source = find_import(q, path, target.module) if isinstance(target, ImportedName) else None
    if source is not None and q.mentions(source, ("\n__all__",)):
        said = (f"'{name}'", f'"{name}"', "import *", ".__all__")
        if not q.mentions(source, said):
            return False
    return name in _starred(q, path, star)


def lookup(q: Queries, path: PurePath, name: str) -> Value | None:
    """What a name of a module is after its import, the last binding winning; None when it is not bound."""
    placed = bindings_of(q, path, name)
    return settled(q, path, name, placed) if placed else None


def bindings_of(q: Queries, path: PurePath, name: str) -> list[Placed]:
    """What binds a name of a module, star imports too, in order."""
    index = q.get(index_of, path)
    placed = [*index.names.get(name, ()), *(star for star in index.stars if _brings(q, path, star, name))]
    placed.sort(key=lambda each: each.place)
    return placed


def settled(q: Queries, path: PurePath, name: str, bindings: list[Placed]) -> Value | None:
    """The value after all bindings of one name have run, as their guards allow."""
    values: list[Value] = []
    sure = False
    tried: bool | None = None
    for _, binding, block in bindings:
        guard = binding.guard
        if guard is Guard.TYPE_CHECKING:
            continue
        if isinstance(binding.target, Rebound) and binding.target.how == "del":
            done = q.get(_block_succeeds, path, block) if guard is Guard.TRY else guard is Guard.ALWAYS
            values, sure = ([], False) if done else (values, sure and done is False and guard is Guard.TRY)
            continue
        if guard is Guard.TRY:
            tried = _succeeds(q, path, binding)
            tried = q.get(_block_succeeds, path, block) if tried is None else tried
            if tried is False:
                continue
            values, sure = [*(() if tried else values), value_of(q, path, name, binding)], True
        elif guard is Guard.EXCEPT:
            tried = q.get(_block_succeeds, path, block) if tried is None else tried
            if tried is True:
                continue
            values, sure = ([] if tried is False else values), sure or tried is False
            values.append(value_of(q, path, name, binding))
        elif guard is Guard.CONDITION:
            values.append(value_of(q, path, name, binding))
        else:
            values, sure, tried = [value_of(q, path, name, binding)], True, None
    if not values:
        return None
    if len(values) == 1 and sure:
        return values[0]
    return Alternatives(tuple(values), not sure)


def _block_succeeds(q: Queries, path: PurePath, block: int) -> bool | None:
    """Whether the imports inside a `try:` all succeed; None when there are none, or only some do."""
    found = {_succeeds(q, path, binding) for binding in q.get(index_of, path).tried[block]} - {None}
    return found.pop() if len(found) == 1 else None


def _succeeds(q: Queries, path: PurePath, binding: Binding) -> bool | None:
    """Whether a binding inside `try:` comes to pass; None when it is no import, or nobody can tell."""
    match binding.target:
        case ImportedModule(_, loads):
            return importable(q, path, loads)
        case ImportedName(module, name):
            found = importable(q, path, module)
            if found and name != "*" and _imported(q, path, module, name) is None:
                return False
            return found
        case _:
            return None


def value_of(q: Queries, path: PurePath, name: str, binding: Binding) -> Value:
    """What one binding binds."""
    match binding.target:
        case FunctionFact() as fact:
            return Function(path, fact)
        case ClassFact() as fact:
            return Class(path, fact)
        case ImportedModule(module, _):
            return Module(module, find_import(q, path, module))
        case ImportedName(module, "*"):
            return _imported(q, path, module, name) or Hidden("a star import")
        case ImportedName(module, imported):
            return _imported(q, path, module, imported) or Hidden(f"`{imported}` is not found in `{module}`")
        case Assigned(Ref(other), False):
            return dereference(q, path, other, but=name) or Expression(path, Ref(other))
        case Assigned(value, _):
            return _stated(q, path, name, value) or Expression(path, value)
        case Rebound(how):
            return Hidden(f"bound by {how}")


def _stated(q: Queries, path: PurePath, name: str, value: Expr) -> Value | None:
    """What a call of an installed library makes: a class or function of its stub, or an instance of a known class."""
    if not isinstance(value, Call) or not is_installed(q, path):
        return None
    known = VALUES.get("/".join(path.parts[-2:]), {}).get(name)
    if known is not None:
        return Expression(path, Call(Ref(known)))
    stub = stub_of(q, path)
    for placed in q.get(index_of, stub).names.get(name, ()) if stub is not None else ():
        match placed.binding.target:
            case FunctionFact() | ClassFact():
                return value_of(q, stub or path, name, placed.binding)
            case _:
                pass
    return None


def _imported(q: Queries, path: PurePath, module: str, name: str) -> Value | None:
    """What `from module import name` binds; None when the module surely has no such name."""
    dotted = f"{module}.{name}" if not module.endswith(".") else f"{module}{name}"
    if not module.startswith("."):
        if dotted in SAME:
            return External(SAME[dotted])
        if module.partition(".")[0] in NOT_FOLLOWED:
            return External(dotted)
    source = find_import(q, path, module)
    if source is None:
        submodule = find_import(q, path, dotted)
        return Module(dotted, submodule) if submodule is not None else External(dotted)
    if source != path:
        try:
            found = q.get(lookup, source, name)
        except Cycle:
            return Hidden("an import cycle")
        if found is not None:
            return found
    submodule = find_import(q, path, dotted)
    if submodule is not None:
        return Module(dotted, submodule)
    hidden = q.get(index_of, source).names.get(name, ()) if is_installed(q, source) else ()
    if hidden and source != path:
        # Names that a library imports for type checkers only are imported lazily when they are asked for.
        return value_of(q, source, name, hidden[-1].binding)
    if q.get(index_of, source).dynamic:
        return Hidden(f"`{module}` makes its names at run time")
    return External(dotted) if importable(q, path, dotted) else None


def dereference(q: Queries, path: PurePath, dotted: str, but: str | None = None) -> Value | None:
    """What a `Ref` of the file means: a name of the module, else of an import; None when it is neither.

    `but` is the name whose value is being asked for: `x = x` says nothing, but for what a star import brought.
    """
    return q.get(_meaning, path, dotted) if but is None else _meaning(q, path, dotted, but)


def _meaning(q: Queries, path: PurePath, dotted: str, but: str | None = None) -> Value | None:
    if dotted in SAME:
        return External(SAME[dotted])
    first, _, rest = dotted.partition(".")
    placed = q.get(index_of, path).names.get(first, ()) if first and first != but else ()
    if any(each.binding.guard is not Guard.TYPE_CHECKING for each in placed):  # others hide no import
        try:
            return _attributes(q, q.get(lookup, path, first), rest)
        except Cycle:
            return Hidden("a definition in terms of itself")
    if first in NOT_FOLLOWED:
        return External(dotted)
    if but is not None and first == but:
        stars = [star for star in q.get(index_of, path).stars if _brings(q, path, star, but)]
        if stars:
            return _attributes(q, settled(q, path, but, stars), rest)
    if not first or rest or _from_star(q, path, first):
        return imported_name(q, path, dotted)
    return External(dotted)


def _from_star(q: Queries, path: PurePath, name: str) -> bool:
    return any(_brings(q, path, star, name) for star in q.get(index_of, path).stars)


def imported_name(q: Queries, path: PurePath, dotted: str) -> Value | None:
    """The longest module in a dotted name, then attributes of it."""
    dots = len(dotted) - len(dotted.lstrip("."))
    parts = dotted[dots:].split(".")
    if not dots and len(parts) >= 1 and _from_star(q, path, parts[0]):
        return _attributes(q, q.get(lookup, path, parts[0]), ".".join(parts[1:]))
    for length in range(len(parts) - 1, 0, -1):
        module = "." * dots + ".".join(parts[:length])
        if find_import(q, path, module) is not None:
            return _attributes(q, _imported(q, path, module, parts[length]), ".".join(parts[length + 1 :]))
    if dots:
        return _attributes(q, _imported(q, path, "." * dots, parts[0]), ".".join(parts[1:]))
    return External(dotted)


def _attributes(q: Queries, value: Value | None, rest: str) -> Value | None:
    """Follow the attributes `a.b` of a value."""
    for name in rest.split(".") if rest else ():
        match value:
            case Module(_, path) if path is not None:
                value = module_member(q, value, name)
            case Module(module, _) | External(module):
                value = External(SAME.get(f"{module}.{name}", f"{module}.{name}"))
            case Class(path, fact):
                last = [binding for binding in fact.bindings if binding.name == name]
                value = value_of(q, path, name, last[-1]) if last else Hidden(f"`{name}` of a class")
            case None:
                return None
            case _:
                return Hidden(f"the attribute `{name}` of a value")
    return value


def module_member(q: Queries, module: Module, name: str) -> Value | None:
    """What an attribute of a module is, submodules included; hidden when it is not found."""
    if module.path is None or module.name.partition(".")[0] in NOT_FOLLOWED:
        return External(f"{module.name}.{name}")
    if f"{module.name}.{name}" in SAME:
        return External(SAME[f"{module.name}.{name}"])
    try:
        found = q.get(lookup, module.path, name)
    except Cycle:
        return Hidden("an import cycle")
    if found is not None:
        return found
    if module.path.name == "__init__.py":
        submodule = find_import(q, module.path, f".{name}")
        if submodule is not None:
            return Module(f"{module.name}.{name}", submodule)
    return Hidden(f"`{name}` is not found in `{module.name}`")


def followed(q: Queries, path: PurePath, expr: Expr) -> Value | None:
    """What an expression of the file is: a `Ref` dereferenced, anything else itself."""
    if isinstance(expr, Ref):
        return dereference(q, path, expr.name)
    return Expression(path, expr)
