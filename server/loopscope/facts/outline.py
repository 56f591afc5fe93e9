"""What one file says to others: an outline without offsets, so that typing in a body leaves it equal."""

from enum import Enum
from functools import cached_property
from typing import NamedTuple

from loopscope.facts.distinct import distinct
from loopscope.facts.expr import Expr, Param
from loopscope.text.frozen import frozen


class FactId(NamedTuple):
    """Names one definition in a file: its dotted name and, where that is defined again, the how-manieth (from 0)."""

    qualname: str
    nth: int = 0

    @property
    def holder(self) -> str:
        """The dotted name of the class that holds the definition; empty at module level."""
        return self.qualname.rpartition(".")[0]


class Guard(Enum):
    """Under which condition a name is bound."""

    ALWAYS = "always"
    TYPE_CHECKING = "if TYPE_CHECKING"
    NOT_TYPE_CHECKING = "else of if TYPE_CHECKING"
    CONDITION = "if, match, for or while"
    TRY = "try"
    EXCEPT = "except"


@distinct
class FunctionFact(NamedTuple):
    """A `def` at module or class level. `decorators` are in source order, the outermost first."""

    id: FactId
    name: str
    is_async: bool
    yields: bool
    params: tuple[Param, ...]
    decorators: tuple[Expr, ...] = ()
    returns: str | None = None


@distinct
class ClassFact(NamedTuple):
    """A class at module or class level; `bindings` is its body's namespace in source order."""

    id: FactId
    name: str
    bases: tuple[Expr, ...]
    keywords: tuple[tuple[str | None, Expr], ...]
    decorators: tuple[Expr, ...]
    bindings: tuple["Binding", ...]


@distinct
class ImportedModule(NamedTuple):
    """`import a.b as c` (module `a.b`); a plain `import a.b` binds `a` to module `a` and loads `a.b`."""

    module: str
    loads: str


@distinct
class ImportedName(NamedTuple):
    """`from module import name`; `name` is `*` for a star import (bound name `*`). Relative modules keep their dots."""

    module: str
    name: str


@distinct
class Assigned(NamedTuple):
    """`name = value` (also annotated, walrus excepted); `augmented` for `name += value`."""

    value: Expr
    augmented: bool = False


@distinct
class Rebound(NamedTuple):
    """Bound in a way that says nothing of its value.

    `how` is `for`, `with`, `except`, `match`, `unpacking`, `augmented` (by
    another operator than `+`), `walrus`, `del`, `type`, or `global` (in a function).
    """

    how: str


Target = FunctionFact | ClassFact | ImportedModule | ImportedName | Assigned | Rebound


class Binding(NamedTuple):
    """One binding of a name in a module or class body.

    `name` is dotted when an attribute of a name is set: `TestThing.__test__ = False`.
    """

    name: str
    target: Target
    guard: Guard = Guard.ALWAYS


class GuardedEffect(NamedTuple):
    """A call that stands as a statement below a condition or a `try` at module level."""

    guard: Guard
    call: Expr


@frozen
class Outline:
    """All that other files, and pytest's collection, can see of a file.

    `effects` are the calls that stand as statements at module level and run whenever the module is imported
    (`pytest.skip(...)`, `pytest.importorskip(...)`); `guarded` those that only may run, without those below
    `if __name__ == "__main__"`, which pytest never runs.
    `dynamic` names ways in which the module makes names that no reading finds: `"globals"`, `"locals"`, `"vars"`,
    `"setattr"`, `"sys.modules"`, `"exec"`, `"__getattr__"`.
    """

    bindings: tuple[Binding, ...]
    effects: tuple[Expr, ...] = ()
    dynamic: frozenset[str] = frozenset()
    has_syntax_errors: bool = False
    guarded: tuple[GuardedEffect, ...] = ()

    # No slots: `cached_property` keeps its value in the instance's dict, which is left out when pickled.
    @cached_property
    def by_name(self) -> dict[str, tuple[Binding, ...]]:
        """The bindings of each name of the module, in source order; not to be changed."""
        found: dict[str, list[Binding]] = {}
        for binding in self.bindings:
            found.setdefault(binding.name, []).append(binding)
        return {name: tuple(bindings) for name, bindings in found.items()}

    def __reduce__(self) -> tuple[type["Outline"], tuple[object, ...]]:
        return Outline, (self.bindings, self.effects, self.dynamic, self.has_syntax_errors, self.guarded)
