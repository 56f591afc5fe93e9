"""Expressions as facts: a small picklable mirror of the syntax that decorators, marks and assignments are made of."""

from enum import Enum
from types import EllipsisType
from typing import NamedTuple

from loopscope.facts.distinct import distinct


@distinct
class Const(NamedTuple):
    """A literal: string, bytes, number, bool, None or Ellipsis."""

    value: str | bytes | int | float | complex | bool | EllipsisType | None

    def __repr__(self) -> str:
        return repr(self.value)


@distinct
class Ref(NamedTuple):
    """A name or attribute chain, canonical through the file's imports: `pt.fixture` is `pytest.fixture`.

    A relative import keeps its dots: `from .util import x` makes `x` the name `.util.x`.
    A name that nothing in the file binds, or that a plain assignment binds, stays as written.
    """

    name: str


@distinct
class Call(NamedTuple):
    """A call with its arguments; a keyword `None` stands for `**mapping`, an `Opaque` argument may be `*args`."""

    func: "Expr"
    args: tuple["Expr", ...] = ()
    keywords: tuple[tuple[str | None, "Expr"], ...] = ()

    def keyword(self, name: str) -> "Expr | None":
        """The value given for a keyword, or None when it is not given."""
        return next((value for key, value in self.keywords if key == name), None)


@distinct
class Items(NamedTuple):
    """A list, tuple or set display."""

    kind: str
    items: tuple["Expr", ...]


@distinct
class Pairs(NamedTuple):
    """A dict display; a key None stands for `**mapping`."""

    pairs: tuple[tuple["Expr | None", "Expr"], ...]


@distinct
class Concat(NamedTuple):
    """`left + right`."""

    left: "Expr"
    right: "Expr"


class ParamKind(Enum):
    """How an argument can be given, as `inspect.Parameter.kind` says."""

    POSITIONAL_ONLY = "positional-only"
    NORMAL = "normal"
    KEYWORD_ONLY = "keyword-only"
    VAR_POSITIONAL = "*args"
    VAR_KEYWORD = "**kwargs"


class Param(NamedTuple):
    """One parameter of a function; `annotation` is its source text."""

    name: str
    kind: ParamKind
    has_default: bool
    annotation: str | None = None


@distinct
class Lambda(NamedTuple):
    """`lambda a, *, b=1: …`; what it does is unknown."""

    params: tuple[Param, ...]


@distinct
class Opaque(NamedTuple):
    """Any other expression: its value is unknown."""

    kind: str = ""


Expr = Const | Ref | Call | Items | Pairs | Concat | Lambda | Opaque


def dotted(expr: Expr) -> str | None:
    """The canonical name of `name`, or of what is called in `name(...)`; None for anything else."""
    if isinstance(expr, Call):
        expr = expr.func
    return expr.name if isinstance(expr, Ref) else None


def strings(expr: Expr) -> tuple[str, ...] | None:
    """The strings of a string literal or of a list or tuple of them; None when any part is not a literal string."""
    match expr:
        case Const(str() as value):
            return (value,)
        case Items(_, items):
            values = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, str)]
            return tuple(values) if len(values) == len(items) else None
        case Concat(left, right):
            before, after = strings(left), strings(right)
            return None if before is None or after is None else before + after
        case _:
            return None
