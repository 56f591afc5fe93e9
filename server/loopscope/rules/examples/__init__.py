"""The examples that would make the file of a rule long: a module or a package beside for each such rule.

They are loaded when somebody looks at them, which `loopscope check` never does.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Generic, TypeVar, overload

from loopscope.rules.model import Example, NearMiss

_Item = TypeVar("_Item")


def examples_of(rule: str) -> tuple[Sequence[Example], Sequence[NearMiss]]:
    """The examples and near misses of a rule, by the `__name__` of its module: those of the module here called so."""
    module = f"{__name__}.{rule.rpartition('.')[2]}"
    return _Later(module, "EXAMPLES"), _Later(module, "NEAR_MISSES")


class _Later(Sequence[_Item], Generic[_Item]):
    """A tuple of a module that is imported when the first item is asked for."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    @overload
    def __getitem__(self, index: int) -> _Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_Item]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self._items()[index]

    def __len__(self) -> int:
        return len(self._items())

    def _items(self) -> tuple[_Item, ...]:
        found: tuple[_Item, ...] = getattr(import_module(self._module), self._name)
        return found
