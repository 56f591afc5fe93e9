"""Values with named fields that nobody changes: what `dataclasses` offers for them, at a tenth of its price.

A class of `dataclasses` takes half a millisecond to make, and importing that module five: a fifth of the time that
`loopscope check` takes for a small project. That nothing is assigned to a field is for type checkers to see.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar, Protocol, TypeVar, cast, dataclass_transform, overload

T = TypeVar("T")

_ABSENT = object()


class _Frozen(Protocol):
    __match_args__: ClassVar[tuple[str, ...]]


class _Field:
    """What `field` says of a field."""

    def __init__(self, default: object, factory: Callable[[], object] | None, *, compare: bool) -> None:
        self.default = default
        self.factory = factory
        self.compare = compare


def field(
    *, default: object = _ABSENT, default_factory: Callable[[], object] | None = None, compare: bool = True
) -> Any:
    """The default of a field, or what makes one, and whether the field counts when values are compared."""
    return _Field(default, default_factory, compare=compare)


@overload
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(made: type[T], /) -> type[T]: ...


@overload
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(*, eq: bool) -> Callable[[type[T]], type[T]]: ...


def frozen(made: type[T] | None = None, /, *, eq: bool = True) -> type[T] | Callable[[type[T]], type[T]]:
    """The class with an `__init__` that takes its fields, and without `eq=False` compared and hashed by them."""

    def with_fields(given: type[T]) -> type[T]:
        return _with_fields(given, eq=eq)

    return with_fields if made is None else with_fields(made)


def replace(value: T, **changes: object) -> T:
    """A value like another one but for some fields, those of a dataclass as well. Raises `TypeError` for others."""
    return type(value)(**{**{name: getattr(value, name) for name in fields_of(type(value))}, **changes})


def fields_of(kind: type[object]) -> tuple[str, ...]:
    """The names of the fields of a class, in order."""
    return cast("type[_Frozen]", kind).__match_args__


def _with_fields(made: type[T], *, eq: bool) -> type[T]:
    names = tuple(made.__annotations__)
    taken: list[str] = []
    kept: list[str] = []
    compared: list[str] = []
    known: dict[str, object] = {"_absent": _ABSENT}
    for name in names:
        said = made.__dict__.get(name, _ABSENT)
        found = said if isinstance(said, _Field) else _Field(said, None, compare=True)
        if said is not _ABSENT:
            delattr(made, name)
        if found.compare:
            compared.append(name)
        if found.factory is not None:
            known[f"_make_{name}"] = found.factory
            taken.append(f"{name}=_absent")
            kept.append(f"self.{name} = _make_{name}() if {name} is _absent else {name}")
        else:
            if found.default is not _ABSENT:
                known[f"_default_{name}"] = found.default
            taken.append(name if found.default is _ABSENT else f"{name}=_default_{name}")
            kept.append(f"self.{name} = {name}")
    source = f"def __init__(self, {', '.join(taken)}):\n    {'; '.join(kept)}\n"
    exec(source, known)  # noqa: S102  made of the names of fields alone
    methods = {"__init__": known["__init__"], "__match_args__": names, "__repr__": _shown}
    if eq:
        methods |= _comparison(tuple(compared))
    for name, method in methods.items():
        if name not in made.__dict__ or name == "__hash__":
            setattr(made, name, method)
    return made


def _comparison(names: tuple[str, ...]) -> dict[str, object]:
    values = cast("Callable[[object], object]", attrgetter(*names))

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed}


def _shown(self: object) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in fields_of(type(self)))
    return f"{type(self).__qualname__}({fields})"
