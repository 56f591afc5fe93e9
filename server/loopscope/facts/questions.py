"""Small questions about expressions and outlines that many ask."""

from collections.abc import Iterable
from enum import Enum
from typing import Final, NamedTuple, TypeAlias, cast

from loopscope.facts.expr import Call, Concat, Const, Expr, Items, Pairs, Ref, dotted
from loopscope.facts.outline import Assigned, ClassFact, FunctionFact, Guard, Outline
from loopscope.text.frozen import frozen

MARK_PREFIX = "pytest.mark."
FIXTURE_DECORATORS = frozenset(
    {"pytest.fixture", "pytest.yield_fixture", "pytest_asyncio.fixture", "_pytest.fixtures.fixture"}
)
"""The decorators that register a fixture; `pytest.yield_fixture` is the deprecated name of `pytest.fixture`."""
_ALIASES = {"pytest_asyncio.plugin.fixture": "pytest_asyncio.fixture", "_pytest.fixtures.fixture": "pytest.fixture"}
_MAX_STEPS = 10


class Nothing(Enum):
    """The type of `NOTHING`."""

    NOTHING = "no literal"


NOTHING: Final = Nothing.NOTHING
"""What is returned for an expression that is no literal; None is a literal."""

Keywords: TypeAlias = tuple[tuple[str | None, Expr], ...]


class DecoratorCall(NamedTuple):
    """A decorator taken apart; `called` is false for one without parentheses."""

    name: str | None
    args: tuple[Expr, ...]
    keywords: Keywords
    called: bool


@frozen
class Mark:
    """One `pytest.mark.name(...)`: `index` is that of the decorator, or of the item of a `pytestmark` list."""

    name: str
    args: tuple[Expr, ...]
    keywords: Keywords
    index: int

    def keyword(self, name: str) -> Expr | None:
        """The value given for a keyword, or None when it is not given."""
        return next((value for key, value in self.keywords if key == name), None)


def canonical(outline: Outline, expr: Expr) -> Expr:
    """The expression with module-level aliases followed: after `fix = pytest.fixture`, `fix` is `pytest.fixture`.

    Followed are names that the module assigns exactly once, outside of conditions; what `functools.partial` gives is
    the call that it stands for. Anything else stays as it is.
    """
    return _followed(outline, expr, _MAX_STEPS)


def decorator_call_parts(expr: Expr) -> DecoratorCall:
    """The canonical name and the arguments of a decorator."""
    if isinstance(expr, Call):
        return DecoratorCall(dotted(expr.func) if isinstance(expr.func, Ref) else None, expr.args, expr.keywords, True)
    return DecoratorCall(dotted(expr), (), (), False)


def fixture_decorator(expr: Expr) -> str | None:
    """`pytest.fixture`, `pytest.yield_fixture` or `pytest_asyncio.fixture` for a decorator that registers a fixture."""
    name = decorator_call_parts(expr).name
    name = _ALIASES.get(name, name) if name else None
    return name if name in FIXTURE_DECORATORS else None


def marks_of(holder: FunctionFact | ClassFact | Expr, outline: Outline | None = None) -> tuple[Mark, ...]:
    """The marks of a function or class by its decorators, or of a value of `pytestmark`, in source order.

    Read are `pytest.mark.x`, `pytest.mark.x(...)`, and lists, tuples and sums of those; what is none of these is left
    out. With `outline`, that of the same file, aliases are followed.
    """
    if isinstance(holder, FunctionFact | ClassFact):
        return tuple(
            mark for index, expr in enumerate(holder.decorators) for mark in _marks(expr, outline, index) if mark
        )
    items = _items(_resolved(holder, outline))
    return tuple(mark for index, item in enumerate(items) for mark in _marks(item, outline, index))


def literal(expr: Expr) -> object:
    """The value of a literal, also of displays and sums of literals; `NOTHING` for anything else."""
    match expr:
        case Const(constant):
            return constant
        case Items(kind, items):
            return _display(kind, [literal(item) for item in items])
        case Pairs(pairs):
            return _mapping([(NOTHING if key is None else literal(key), literal(value)) for key, value in pairs])
        case Concat(left, right):
            return _sum(literal(left), literal(right))
        case _:
            return NOTHING


def _display(kind: str, values: list[object]) -> object:
    if any(value is NOTHING for value in values):
        return NOTHING
    if kind == "set":
        return set(values) if all(map(_hashable, values)) else NOTHING
    return values if kind == "list" else tuple(values)


def _mapping(pairs: list[tuple[object, object]]) -> object:
    if any(key is NOTHING or value is NOTHING or not _hashable(key) for key, value in pairs):
        return NOTHING
    return dict(pairs)


def _hashable(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_hashable, cast("tuple[object, ...]", value)))
    return not isinstance(value, list | set | dict)


def _sum(left: object, right: object) -> object:
    match left, right:
        case (str(), str()) | (bytes(), bytes()):
            return cast("str", left) + cast("str", right)
        case (list(), list()) | (tuple(), tuple()):
            return cast("list[object]", left) + cast("list[object]", right)
        case _:
            return NOTHING


def _items(value: Expr) -> tuple[Expr, ...]:
    match value:
        case Items(_, items):
            return items
        case Concat(left, right):
            return _items(left) + _items(right)
        case _:
            return (value,)


def _marks(expr: Expr, outline: Outline | None, index: int) -> Iterable[Mark]:
    parts = decorator_call_parts(_resolved(expr, outline))
    if parts.name and parts.name.startswith(MARK_PREFIX):
        name = parts.name.removeprefix(MARK_PREFIX)
        # `pytest.mark.x.with_args(...)` and the like are nothing that is known here.
        if name and "." not in name:
            yield Mark(name, parts.args, parts.keywords, index)


def _resolved(expr: Expr, outline: Outline | None) -> Expr:
    return expr if outline is None else canonical(outline, expr)


def _followed(outline: Outline, expr: Expr, left: int) -> Expr:
    if left == 0:
        return expr
    match expr:
        case Ref(name):
            root, dot, rest = name.partition(".")
            value = _single(outline, root)
            if value is None:
                return expr
            value = _followed(outline, value, left - 1)
            if not dot:
                return value
            return Ref(f"{value.name}.{rest}") if isinstance(value, Ref) else expr
        case Call(func, args, keywords):
            return _called(_followed(outline, func, left - 1), args, keywords, expr)
        case _:
            return expr


def _called(func: Expr, args: tuple[Expr, ...], keywords: Keywords, expr: Call) -> Expr:
    match func:
        case Call(Ref("functools.partial"), (first, *more), given):
            names = {name for name, _ in keywords}
            merged = tuple(pair for pair in given if pair[0] is None or pair[0] not in names) + keywords
            return Call(first, (*more, *args), merged)
        case Call(Ref(name), before, given) if name.startswith(MARK_PREFIX):
            # A `MarkDecorator` called with more arguments combines them (`Mark.combined_with`).
            return Call(Ref(name), (*before, *args), given + keywords)
        case Ref():
            return Call(func, args, keywords)
        case _:
            return expr


def _single(outline: Outline, name: str) -> Expr | None:
    bindings = outline.by_name.get(name, ())
    if len(bindings) != 1:
        return None
    _, target, guard = bindings[0]
    fixed = guard in (Guard.ALWAYS, Guard.NOT_TYPE_CHECKING)
    return target.value if fixed and isinstance(target, Assigned) and not target.augmented else None
