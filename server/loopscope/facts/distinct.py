"""Named tuples that are equal only within their own type, since `tuple` compares nothing but the items."""

from typing import TypeVar

T = TypeVar("T", bound=tuple[object, ...])

_TUPLE: type[tuple[object, ...]] = tuple


def distinct(cls: type[T]) -> type[T]:
    """Make instances of a `NamedTuple` equal only to instances of the same class with items of the same types.

    Without it `Ref("x") == Const("x")`, `import datetime` equals `from datetime import datetime`, `1` equals `True`: an
    edit from the one to the other would leave an outline equal.
    """
    # Set from outside: the body of a `NamedTuple` does not take these for pyright, and it takes no bases.
    for name, method in (("__eq__", _equal), ("__ne__", _unequal), ("__hash__", _TUPLE.__hash__)):
        setattr(cls, name, method)
    return cls


def _equal(self: tuple[object, ...], other: object) -> bool:
    return type(other) is type(self) and _TUPLE.__eq__(self, other) and _types(self) == _types(other)


def _unequal(self: tuple[object, ...], other: object) -> bool:
    return not _equal(self, other)


def _types(items: tuple[object, ...]) -> list[type]:
    return [type(item) for item in items]
