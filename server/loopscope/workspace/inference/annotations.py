"""From an annotation to the type that it states."""

import ast
import builtins
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.expr import Call, Const, Opaque, Ref, dotted
from loopscope.facts.outline import Guard
from loopscope.workspace.imports import asyncio_name
from loopscope.workspace.index import index_of
from loopscope.workspace.inference.model import (
    NONE,
    AsyncIterable,
    Awaitable,
    ClassObject,
    Coroutine,
    Giving,
    Group,
    Instance,
    Iterable,
    Known,
    Manager,
    Plain,
    Type,
    agreed,
)
from loopscope.workspace.namespace import value_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.stdlib_async import CLASSES, public_name
from loopscope.workspace.targets import attribute, referred
from loopscope.workspace.values import Alternatives, Class, Expression, External, Value

_TYPING = ("typing.", "typing_extensions.", "collections.abc.", "contextlib.", "_collections_abc.")
_ITERABLE = frozenset(("Generator", "Iterator", "Iterable"))
_ASYNC_ITERABLE = frozenset(("AsyncGenerator", "AsyncIterator", "AsyncIterable"))
_MANAGER = frozenset(("AbstractContextManager", "ContextManager"))
_ASYNC_MANAGER = frozenset(("AbstractAsyncContextManager", "AsyncContextManager"))
_FUTURES = (Known("asyncio.Future"), Known("asyncio.Task"))
_SAME = frozenset(("Annotated", "ClassVar", "Final", "Required", "NotRequired", "ReadOnly"))
_COLLECTIONS = frozenset(
    ("list", "set", "frozenset", "dict", "List", "Dict", "Set", "FrozenSet", "Mapping", "Sequence", "Collection")
)
_MOST_ALIASES = 8


class Names(NamedTuple):
    """Where the names of an annotation are looked up; `self_type` is what `Self` and the type of `self` stand for.

    `variables` gives the type for type variables of the file, by their names.
    """

    q: Queries
    path: PurePath
    self_type: Type | None = None
    variables: tuple[tuple[str, Type | None], ...] = ()
    left: int = _MOST_ALIASES


def text_type(names: Names, text: str | None) -> Type | None:
    """The type that the source text of an annotation states; None for no text, or when it is not known."""
    node = parsed(text)
    return None if node is None else annotation_type(names, node)


@lru_cache(maxsize=1024)
def parsed(text: str | None) -> ast.expr | None:
    """The syntax of an annotation, out of its quotes; None for no text, or text that cannot be parsed."""
    if text is None:
        return None
    try:
        node = ast.parse(text.strip(), mode="eval").body
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return node


def annotation_type(names: Names, node: ast.expr) -> Type | None:
    """The type that an annotation states. Of `T | None` it is T: on None no attribute would be found."""
    match node:
        case ast.Constant(None):
            return NONE
        case ast.Constant(str() as text):
            return text_type(names, text)
        case ast.Name() | ast.Attribute():
            written = _dotted(node)
            return None if written is None else _named(names, written)
        case ast.BinOp(left, ast.BitOr(), right):
            return agreed([annotation_type(names, left), annotation_type(names, right)])
        case ast.Subscript(value, inner):
            written = _dotted(value)
            return None if written is None else _subscripted(names, written, inner)
        case _:
            return None


def alternatives(names: Names, node: ast.expr) -> list[Type | None]:
    """The types that an annotation leaves the choice of, through aliases; None among them where one is not known."""
    match node:
        case ast.Constant(str() as text) if (quoted := parsed(text)) is not None:
            return alternatives(names, quoted)
        case ast.BinOp(left, ast.BitOr(), right):
            return [*alternatives(names, left), *alternatives(names, right)]
        case ast.Subscript(value, inner) if typing_name(names, value) == "Union":
            return [found for each in _arguments(inner) for found in alternatives(names, each)]
        case ast.Subscript(value, inner) if typing_name(names, value) == "Optional":
            return [NONE, *alternatives(names, inner)]
        case ast.Name() | ast.Attribute() if names.left > 0 and (written := _dotted(node)) is not None:
            match meaning(names.q, names.path, written):
                case Expression(path, Opaque("Subscript" | "BinOp")):
                    found = names.q.get(alias, path, written.rpartition(".")[2])
                    inside = names._replace(path=path, left=names.left - 1)
                    return [None] if found is None else alternatives(inside, found)
                case _:
                    return [annotation_type(names, node)]
        case _:
            return [annotation_type(names, node)]


def item_of(names: Names, node: ast.expr | None, *, is_async: bool) -> Type | None:
    """The type T of an annotation `Iterator[T]`, `Generator[T, …]` or their asynchronous kin; None for any other."""
    if not isinstance(node, ast.Subscript):
        return None
    head = typing_name(names, node.value)
    if head not in (_ASYNC_ITERABLE if is_async else _ITERABLE):
        return None
    return annotation_type(names, _arguments(node.slice)[0])


def typing_name(names: Names, node: ast.expr) -> str | None:
    """The name of a type of `typing`, `collections.abc` or `contextlib`, without the module."""
    written = _dotted(node)
    if written is None:
        return None
    value = meaning(names.q, names.path, written)
    return _typing(value.name) if isinstance(value, External) else _typing_class(value)


def meaning(q: Queries, path: PurePath, written: str) -> Value | None:
    """What a dotted name in an annotation of the file means; names that only type checkers import count."""
    first, _, rest = written.partition(".")
    placed = q.get(index_of, path).names.get(first, ())
    hidden = [each.binding for each in placed if each.binding.guard is Guard.TYPE_CHECKING]
    if not hidden or len(hidden) != len(placed):
        return referred(q, path, written)
    value: Value | None = value_of(q, path, first, hidden[-1])
    for name in rest.split(".") if rest else ():
        value = None if value is None else attribute(q, value, name)
    return value


def instance_of(q: Queries, value: Value | None) -> Type | None:
    """What an annotation that names a class, or a type by its known name, states."""
    match value:
        case Class(path, fact):
            known = asyncio_name(q, path, fact.name)
            return Known(known) if known in CLASSES else Instance(path, fact.id)
        case External(name):
            return known_instance(name)
        case Alternatives(values, _):
            found = {instance_of(q, each) for each in values}
            return found.pop() if len(found) == 1 else None
        case _:
            return None


def known_instance(name: str) -> Type | None:
    """An instance of a class that is known by name: a builtin's is plain, of the others only some are known."""
    known = public_name(name)
    if known in CLASSES or name.startswith(("unittest.mock.", "mock.")):
        return Known(known)
    last = name.removeprefix("builtins.")
    if "." not in last and isinstance(getattr(builtins, last, None), type):
        return None if last in ("object", "type") else Plain(last)
    return None


def _named(names: Names, written: str) -> Type | None:
    for variable, bound in names.variables:
        if variable == written:
            return bound
    value = meaning(names.q, names.path, written)
    match value:
        case External(name) if _typing(name) is not None:
            return _bare(names, _typing(name) or "")
        case Class() if (bare := _typing_class(value)) is not None:
            return _bare(names, bare)
        case Expression(path, Call() as call) if (dotted(call) or "").rpartition(".")[2] == "TypeVar":
            return _variable(names, path, call)
        case Expression(path, Const(str() as text)) if names.left > 0:
            return text_type(names._replace(path=path, left=names.left - 1), text)
        case Expression(path, Ref(name)) if names.left > 0 and name != written:
            return _named(names._replace(path=path, left=names.left - 1), name)
        case Expression(path, Opaque("Subscript" | "BinOp")) if names.left > 0:
            node = names.q.get(alias, path, written.rpartition(".")[2])
            return None if node is None else annotation_type(names._replace(path=path, left=names.left - 1), node)
        case _:
            return instance_of(names.q, value)


def alias(q: Queries, path: PurePath, name: str) -> ast.expr | None:
    """The expression that a module assigns to a name just once: a type alias."""
    facts = q.facts(path)
    found: list[ast.expr] = []
    for placed in facts.tree.chunks if facts is not None else ():
        if placed.holder is not None or name not in placed.chunk.text:
            continue
        for statement in placed.chunk.body:
            match statement:
                case ast.Assign([ast.Name(target)], value) | ast.AnnAssign(ast.Name(target), _, ast.expr() as value):
                    found += [value] if target == name else []
                case _:
                    pass
    return found[0] if len(found) == 1 else None


def _bare(names: Names, name: str) -> Type | None:
    """A type of `typing` without arguments."""
    if name == "Self":
        return names.self_type
    if name in _ASYNC_ITERABLE:
        return AsyncIterable(None, is_generator=name == "AsyncGenerator")
    if name in ("Coroutine", "Awaitable"):
        return Coroutine(None) if name == "Coroutine" else Awaitable(None)
    if name in _ASYNC_MANAGER:
        return Manager(None, is_async=True)
    return Plain(name.lower()) if name in _COLLECTIONS else None


def _subscripted(names: Names, written: str, inner: ast.expr) -> Type | None:
    value = meaning(names.q, names.path, written)
    name = value.name if isinstance(value, External) else None
    short = _typing(name) if name is not None else _typing_class(value)
    if short is None and name is not None and "." not in name.removeprefix("builtins."):
        short = name.removeprefix("builtins.")
    if short is None and isinstance(value, Class):
        found = instance_of(names.q, value)
        given = tuple(annotation_type(names, each) for each in _arguments(inner))
        return found._replace(arguments=given) if isinstance(found, Instance) else found
    arguments = _arguments(inner)
    first = arguments[0]
    if instance_of(names.q, value) in _FUTURES:
        return Awaitable(annotation_type(names, first))
    if short is None:
        return None
    if short in _SAME or short == "Optional":
        return annotation_type(names, first)
    if short == "Union":
        return agreed([annotation_type(names, each) for each in arguments])
    if short in _ITERABLE:
        return Iterable(annotation_type(names, first)) if short != "Iterable" else None
    if short in _ASYNC_ITERABLE:
        return AsyncIterable(annotation_type(names, first), is_generator=short == "AsyncGenerator")
    if short in _MANAGER or short in _ASYNC_MANAGER:
        return Manager(annotation_type(names, first), is_async=short in _ASYNC_MANAGER)
    if short in ("tuple", "Tuple"):
        fixed = not any(isinstance(each, ast.Constant) and each.value is ... for each in arguments)
        return Group(tuple(annotation_type(names, each) for each in arguments)) if fixed else Plain("tuple")
    return _wrapped(names, short, arguments)


def _wrapped(names: Names, short: str, arguments: list[ast.expr]) -> Type | None:
    match short:
        case "Awaitable":
            return Awaitable(annotation_type(names, arguments[0]))
        case "Coroutine":
            return Coroutine(annotation_type(names, arguments[-1]))
        case "Callable":
            # `Callable[..., None]` says that nobody looks at the result, of coroutine functions too.
            none = isinstance(arguments[-1], ast.Constant) and arguments[-1].value is None
            return Giving(None if none else annotation_type(names, arguments[-1]))
        case "type" | "Type":
            found = annotation_type(names, arguments[0])
            return ClassObject(found.path, found.id) if isinstance(found, Instance) else None
        case _:
            return Plain(short.lower()) if short in _COLLECTIONS else None


def _variable(names: Names, path: PurePath, call: Call) -> Type | None:
    """A type variable: its bound, since what is more is not known."""
    bound = call.keyword("bound")
    inside = names._replace(path=path, left=names.left - 1)
    if bound is None or names.left <= 0:
        return None
    match bound:
        case Const(str() as text):
            return text_type(inside, text)
        case Ref(name):
            return _named(inside, name)
        case _:
            return None


def _typing(name: str) -> str | None:
    for prefix in _TYPING:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return None


def _typing_class(value: Value | None) -> str | None:
    """The short name of a class of `collections.abc`, when it was followed to its source."""
    if isinstance(value, Class) and value.path.name == "_collections_abc.py":
        return value.fact.name
    return None


def _arguments(inner: ast.expr) -> list[ast.expr]:
    return list(inner.elts) if isinstance(inner, ast.Tuple) and inner.elts else [inner]


def _dotted(node: ast.expr) -> str | None:
    rest = ""
    while isinstance(node, ast.Attribute):
        rest = f".{node.attr}{rest}"
        node = node.value
    return f"{node.id}{rest}" if isinstance(node, ast.Name) else None
