"""The types that reading tells apart. An unknown type is None; nothing here says more than is certain."""

from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from loopscope.facts.outline import FactId


class Instance(NamedTuple):
    """An instance of a class of the file `path`; `exact` when it was seen being made, so that it is of no subclass.

    `arguments` are those of a generic class, where an annotation states them.
    """

    path: PurePath
    id: FactId
    exact: bool = False
    arguments: "tuple[Type | None, ...]" = ()


class Known(NamedTuple):
    """An instance of a class that is known by name: `asyncio.Event`, `unittest.mock.Mock`."""

    name: str


class Plain(NamedTuple):
    """A value of a builtin sort that nobody awaits: `int`, `None`, `list`."""

    name: str


class ClassObject(NamedTuple):
    """A class itself."""

    path: PurePath
    id: FactId


class Named(NamedTuple):
    """A function, class or module of a known name that is not followed: `functools.partial`, `asyncio.Event`."""

    name: str


class ModuleObject(NamedTuple):
    """A module; `path` is None for one without source."""

    name: str
    path: PurePath | None


class Callee(NamedTuple):
    """A function of the outline of `path`; `receiver` is what a method was taken from."""

    path: PurePath
    id: FactId
    receiver: "Instance | ClassObject | None" = None


class LocalFunction(NamedTuple):
    """A function nested in another one: what factory fixtures hand over."""

    path: PurePath
    id: FactId


class LocalClass(NamedTuple):
    """A class that the function `id` of `path` defines, by its name there."""

    path: PurePath
    id: FactId
    name: str


class LocalInstance(NamedTuple):
    """An instance of a class that the function `id` of `path` defines, or of a subclass."""

    path: PurePath
    id: FactId
    name: str


class Giving(NamedTuple):
    """Something callable of which only its result is known."""

    result: "Type | None"


class Coroutine(NamedTuple):
    """A coroutine, which does nothing until it is awaited, and then gives `result`."""

    result: "Type | None"


class Awaitable(NamedTuple):
    """Something to await that may run by itself meanwhile, such as a future or task."""

    result: "Type | None"


class AsyncIterable(NamedTuple):
    """What `async for` takes and `for` does not; `is_generator` when it is surely an asynchronous generator."""

    item: "Type | None"
    is_generator: bool = False


class Iterable(NamedTuple):
    """A generator or iterator."""

    item: "Type | None"


class Manager(NamedTuple):
    """A context manager, for `async with` only when `is_async`, else for `with` only; `enters` is the value of `as`."""

    enters: "Type | None"
    is_async: bool


class Group(NamedTuple):
    """A tuple of known length."""

    items: "tuple[Type | None, ...]"


Type: TypeAlias = (
    Instance
    | Known
    | Plain
    | ClassObject
    | Named
    | ModuleObject
    | Callee
    | LocalFunction
    | LocalClass
    | LocalInstance
    | Giving
    | Coroutine
    | Awaitable
    | AsyncIterable
    | Iterable
    | Manager
    | Group
)

NONE = Plain("None")
OBJECT = Plain("object")


def agreed(types: "list[Type | None]") -> "Type | None":
    """What all of some alternatives are; None when they differ or one of them is unknown. `None` values do not count.

    Instances of one class agree; the answer is exact only when all are.
    """
    if len(types) == 1:
        return types[0]
    counted = [each for each in types if each != NONE] or types
    if not counted or any(each is None for each in counted):
        return None
    first = counted[0]
    if all(each == first for each in counted):
        return first if len(counted) == len(types) or not isinstance(first, Instance) else first._replace(exact=False)
    match first:
        case Instance():
            loose = first._replace(exact=False, arguments=())
            same = all(isinstance(each, Instance) and each[:2] == first[:2] for each in counted)
            return loose if same else None
        case Coroutine():
            results = [each.result for each in counted if isinstance(each, Coroutine)]
            return Coroutine(agreed(results)) if len(results) == len(counted) else None
        case Awaitable():
            results = [each.result for each in counted if isinstance(each, Awaitable)]
            return Awaitable(agreed(results)) if len(results) == len(counted) else None
        case Manager():
            entered = [each.enters for each in counted if isinstance(each, Manager) and each.is_async is first.is_async]
            return first._replace(enters=agreed(entered)) if len(entered) == len(counted) else None
        case Plain():
            return OBJECT if all(isinstance(each, Plain | Group) for each in counted) else None
        case _:
            return None
