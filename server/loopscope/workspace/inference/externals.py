"""What known functions give that are not followed: of builtins, `asyncio`, `contextlib`, `functools`, mocks, pytest."""

import builtins
from collections.abc import Mapping, Sequence

from loopscope.workspace.inference.annotations import known_instance
from loopscope.workspace.inference.model import (
    OBJECT,
    AsyncIterable,
    Awaitable,
    Coroutine,
    Group,
    Iterable,
    Known,
    Manager,
    Plain,
    Type,
)
from loopscope.workspace.stdlib_async import CLASSES, COROUTINE_FUNCTIONS, INSTANCES, LOOP_FUNCTIONS, public_name

MOCKS = ("unittest.mock.", "mock.", "asyncmock.", "asynctest.")
_PLAIN_FUNCTIONS: Mapping[str, str] = {
    "len": "int",
    "repr": "str",
    "format": "str",
    "sorted": "list",
    "isinstance": "bool",
    "issubclass": "bool",
    "callable": "bool",
    "hasattr": "bool",
    "all": "bool",
    "any": "bool",
    "id": "int",
    "hash": "int",
    "abs": "int",
    "round": "int",
    "print": "None",
    "open": "file",
    "input": "str",
    "chr": "str",
    "ord": "int",
}
_PLAIN_CLASSES = frozenset(
    ("int", "str", "bytes", "bool", "float", "complex", "list", "dict", "set", "frozenset", "tuple", "bytearray")
)
_SYNC_MANAGERS = frozenset(
    (
        "pytest.raises",
        "pytest.warns",
        "pytest.deprecated_call",
        "unittest.mock.patch",
        "unittest.mock.patch.object",
        "unittest.mock.patch.dict",
        "unittest.mock.patch.multiple",
        "contextlib.suppress",
        "contextlib.redirect_stdout",
        "contextlib.redirect_stderr",
        "contextlib.closing",
        "contextlib.ExitStack",
        "warnings.catch_warnings",
        "tempfile.TemporaryDirectory",
        "tempfile.NamedTemporaryFile",
        "tempfile.TemporaryFile",
        "threading.Lock",
        "threading.RLock",
    )
)

_HANDED_ON = frozenset(
    (
        "contextlib.closing",
        "contextlib.aclosing",
        "functools.partial",
        "anext",
        "next",
        "builtins.anext",
        "builtins.next",
    )
)


def hands_on(name: str) -> bool:
    """Whether what calling a known name gives depends on what it is given."""
    known = public_name(name)
    return known in _HANDED_ON or known.startswith("asyncio.")


def called(name: str, given: Sequence[Type | None]) -> Type | None:
    """What calling the function or class of a known name gives; `given` are the types of its positional arguments."""
    known = public_name(name)
    first = given[0] if given else None
    if known in _SYNC_MANAGERS and not (known == "pytest.raises" and len(given) > 1):
        return Manager(first if known == "contextlib.closing" else None, is_async=False)
    if known in CLASSES:
        return Known(known)
    if known.startswith(MOCKS):
        return Known(known)
    if known in LOOP_FUNCTIONS:
        return Known("asyncio.AbstractEventLoop")
    if known in COROUTINE_FUNCTIONS or known in INSTANCES:
        return _of_asyncio(known, first, given)
    match known:
        case "asyncio.run":
            return awaited(first)
        case "functools.partial":
            return first if len(given) > 0 else None
        case "contextlib.aclosing":
            return Manager(first, is_async=True)
        case "contextlib.nullcontext":
            return None
        case "anext" | "builtins.anext":
            return Coroutine(first.item) if isinstance(first, AsyncIterable) else None
        case "next" | "builtins.next":
            return first.item if isinstance(first, Iterable) else None
        case _:
            return _builtin(known.removeprefix("builtins."))


def _of_asyncio(name: str, first: Type | None, given: Sequence[Type | None]) -> Type | None:
    result: Type | None = None
    if name in ("asyncio.gather", "asyncio.shield", "asyncio.wait_for", "asyncio.create_task", "asyncio.ensure_future"):
        result = Plain("list") if name == "asyncio.gather" else awaited(first)
    elif name in INSTANCES:
        parts = tuple(Known(each) for each in INSTANCES[name])
        result = parts[0] if len(parts) == 1 else Group(parts)
        if name.startswith("asyncio.timeout"):
            return result
    elif name == "asyncio.sleep":
        result = given[1] if len(given) > 1 else Plain("None")
    return Coroutine(result) if name in COROUTINE_FUNCTIONS else Awaitable(result)


def _builtin(name: str) -> Type | None:
    if name in _PLAIN_FUNCTIONS:
        return Plain(_PLAIN_FUNCTIONS[name])
    if name in _PLAIN_CLASSES:
        return Plain(name)
    exception = getattr(builtins, name, None) if "." not in name else None
    return Plain(name) if isinstance(exception, type) and issubclass(exception, BaseException) else None


def method(name: str, attribute: str) -> Type | None:
    """What calling a method of an instance of a known class gives; None when that is not known."""
    interface = CLASSES.get(name)
    if interface is None:
        return None
    result = known_instance(interface.results[attribute]) if attribute in interface.results else None
    if attribute in interface.coroutines:
        return Coroutine(result)
    if attribute in interface.others:
        return result or OBJECT
    return None


def attribute(name: str, attribute_name: str) -> Type | None:
    """What an attribute of an instance of a known class is that is no method."""
    interface = CLASSES.get(name)
    known = interface.attributes.get(attribute_name) if interface is not None else None
    return None if known is None else Known(known)


def entered(name: str, *, is_async: bool) -> Type | None:
    """What `as` names after entering an instance of a known class."""
    interface = CLASSES.get(name)
    if interface is None or interface.enters != ("async with" if is_async else "with"):
        return None
    return None if name in ("asyncio.Lock", "asyncio.Semaphore", "asyncio.Condition") else Known(name)


def awaited(value: Type | None) -> Type | None:
    """What awaiting gives, for the types that say it themselves."""
    match value:
        case Coroutine(result) | Awaitable(result):
            return result
        case _:
            return None


def article(name: str) -> str:
    """The indefinite article in front of a name."""
    return "an" if name[:1].lower() in tuple("aeiou") else "a"


def never_awaitable(value: Type | None) -> str | None:
    """What a value is, with its article, if `await` surely fails on it by its builtin sort alone."""
    match value:
        case Plain(name):
            return "`None`" if name == "None" else f"{article(name)} `{name}`"
        case Group():
            return "a tuple"
        case Iterable():
            return "an iterator"
        case AsyncIterable(_, True):
            return "an asynchronous generator"
        case Manager(_, True):
            return "an asynchronous context manager"
        case Known(name) if name in CLASSES and not CLASSES[name].awaitable:
            return f"an `{name}`"
        case _:
            return None
