"""The bindings of one file, in order and by name: what its namespace is made of."""

from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.outline import Binding, ClassFact, FactId, FunctionFact, Guard, ImportedModule, ImportedName
from loopscope.text.frozen import frozen
from loopscope.workspace.queries import Queries


class Placed(NamedTuple):
    """A binding with its place in the order of the module's bindings, and the run of `try:` … `except:` it is in."""

    place: int
    binding: Binding
    block: int = -1


@frozen(eq=False)
class Index:
    """The bindings of one file by name, in order; star imports apart; definitions by id, methods included."""

    names: dict[str, tuple[Placed, ...]]
    stars: tuple[Placed, ...]
    functions: dict[FactId, FunctionFact]
    classes: dict[FactId, ClassFact]
    dynamic: frozenset[str]
    tried: tuple[tuple[Binding, ...], ...] = ()
    """What neighbouring bindings inside `try:` bind, by run."""

    def class_named(self, qualname: str) -> ClassFact | None:
        """The class of that dotted name, the last one when there are several."""
        found = [fact for id_, fact in self.classes.items() if id_.qualname == qualname]
        return found[-1] if found else None


_EMPTY = Index({}, (), {}, {}, frozenset())


def index_of(q: Queries, path: PurePath) -> Index:
    """The index of a file; empty when it cannot be read."""
    outline = q.outline(path)
    if outline is None:
        return _EMPTY
    names: dict[str, list[Placed]] = {}
    stars: list[Placed] = []
    functions: dict[FactId, FunctionFact] = {}
    classes: dict[FactId, ClassFact] = {}
    blocks: list[tuple[Binding, ...]] = []
    before = always = Guard.ALWAYS
    in_else = False
    for place, binding in enumerate(outline.bindings):
        if binding.guard is before is always and binding.name != "*":
            names.setdefault(binding.name, []).append(Placed(place, binding))
            continue
        guarded = binding.guard in (Guard.TRY, Guard.EXCEPT)
        imports = isinstance(binding.target, ImportedModule | ImportedName)
        if before is Guard.EXCEPT and binding.guard is Guard.TRY and not imports:
            in_else = True
        elif guarded and (
            before not in (Guard.TRY, Guard.EXCEPT) or (imports and (in_else or before is not binding.guard))
        ):
            blocks.append(())
            in_else = False
        if binding.guard is Guard.TRY:
            blocks[-1] = (*blocks[-1], binding)
        before = binding.guard
        placed = Placed(place, binding, len(blocks) - 1 if guarded else -1)
        if isinstance(binding.target, ImportedName) and binding.target.name == "*":
            stars.append(placed)
        else:
            names.setdefault(binding.name, []).append(placed)
    _gather(outline.bindings, functions, classes)
    frozen = {name: tuple(all_placed) for name, all_placed in names.items()}
    return Index(frozen, tuple(stars), functions, classes, outline.dynamic, tuple(blocks))


def _gather(
    bindings: tuple[Binding, ...], functions: dict[FactId, FunctionFact], classes: dict[FactId, ClassFact]
) -> None:
    for _, target, _ in bindings:
        if isinstance(target, FunctionFact):
            functions[target.id] = target
        elif isinstance(target, ClassFact):
            classes[target.id] = target
            _gather(target.bindings, functions, classes)
