"""What the names that imports bind stand for."""

import ast
from collections.abc import Iterable, Mapping

from loopscope.facts.outline import Guard, ImportedModule, ImportedName
from loopscope.facts.scan import Raw, Value

_LAST = (Guard.EXCEPT, Guard.TYPE_CHECKING)


def module_names(raws: Iterable[Raw]) -> dict[str, str]:
    """The canonical dotted name of each name that imports bind in a module body.

    Of several imports of a name the first counts, unless it is a fallback (`except ImportError:`) or for type checkers.
    A name that the module also binds in another way stands for nothing, but for fallbacks and `name = None`.
    """
    found: dict[str, tuple[int, str]] = {}
    other: set[str] = set()
    for raw in raws:
        target = canonical_import(raw)
        if target is not None:
            rank = _LAST.index(raw.guard) + 1 if raw.guard in _LAST else 0
            if raw.name not in found or rank < found[raw.name][0]:
                found[raw.name] = (rank, target)
        elif raw.guard is not Guard.EXCEPT and not _is_none(raw):
            other.add(raw.name)
    return {name: target for name, (_, target) in found.items() if name not in other}


def class_names(names: Mapping[str, str], raws: Iterable[Raw]) -> Mapping[str, str]:
    """What names stand for in the body of a class that binds `raws` inside a module with `names`."""
    own = [raw for raw in raws if raw.name and (raw.name in names or canonical_import(raw) is not None)]
    if not own:
        return names
    hidden = {raw.name for raw in own}
    return {name: target for name, target in names.items() if name not in hidden} | module_names(own)


def canonical_import(raw: Raw) -> str | None:
    """The canonical dotted name that an import binds its name to; None for star imports and all that is no import."""
    match raw.what:
        case ImportedModule(module):
            return module
        case ImportedName(_, "*"):
            return None
        case ImportedName(module, name):
            return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"
        case _:
            return None


def _is_none(raw: Raw) -> bool:
    return isinstance(raw.what, Value) and isinstance(raw.what.node, ast.Constant) and raw.what.node.value is None
