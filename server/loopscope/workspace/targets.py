"""What a dotted target names once it is imported, and whether calling that gives a coroutine.

For `mock.patch("package.module.Client.get")` and its kin: `target` finds the real definition, `attribute` goes one
step further from a module or class, and `is_coroutine_function` says what kind of function it is. All are `None` where
reading leaves a doubt.
"""

import builtins
import collections.abc
import contextlib
import enum
import sys
import typing
from pathlib import PurePath

from loopscope.facts.outline import ClassFact, FactId, FunctionFact
from loopscope.workspace.class_decorators import states_same_class
from loopscope.workspace.imports import find_import, is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.mro import class_fact, member, mro_of
from loopscope.workspace.namespace import dereference, followed, imported_name, module_member
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import decorator_name, scoped_decorators
from loopscope.workspace.stdlib_async import CLASSES, COROUTINE_FUNCTIONS, FUTURE_FUNCTIONS, public_name
from loopscope.workspace.values import Alternatives, Class, Expression, External, Function, Module, Value, last_of
from loopscope.workspace.wrappers import coroutine_doubt

_KEEPS_CLASS = frozenset(
    (
        "dataclasses.dataclass",
        "attr.s",
        "attr.attrs",
        "attr.define",
        "attr.frozen",
        "attrs.define",
        "attrs.frozen",
        "attrs.mutable",
        "functools.total_ordering",
        "typing.final",
        "typing.runtime_checkable",
        "typing_extensions.final",
        "typing_extensions.runtime_checkable",
    )
)
_LOADED = {each.__name__: each for each in (builtins, collections.abc, contextlib, typing, enum)}
_KEEPS_NO_FUNCTION = ("property", "functools.cached_property")


def target(q: Queries, path: PurePath, dotted: str) -> Value | None:
    """What an absolute dotted name is that is imported from the file `path`, as `pkgutil.resolve_name` would find it.

    Methods of classes are found through their bases. None when it is not found, or not certain.
    """
    return q.get(_target, path, dotted)


def _target(q: Queries, path: PurePath, dotted: str) -> Value | None:
    parts = dotted.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    for length in range(len(parts) - 1, 0, -1):
        # The longest name whose rest are attributes of classes.
        value = imported_name(q, path, ".".join(parts[:length]))
        if isinstance(value, Class | Module):
            for name in parts[length:]:
                value = None if value is None else attribute(q, value, name)
            return value
    value = imported_name(q, path, dotted)
    return value if isinstance(value, External | Function | Class | Module) else None


def imported(q: Queries, path: PurePath, canonical: str) -> Value | None:
    """What an import of `path` binds that stands for a canonical dotted name, relative names with their dots."""
    if "." not in canonical:
        source = find_import(q, path, canonical)
        return External(canonical) if source is None else Module(canonical, source)
    value = imported_name(q, path, canonical)
    if isinstance(value, External | Function | Class | Module | Expression | Alternatives):
        return value
    head, _, last = canonical.rpartition(".")
    owner = imported(q, path, head) if head.strip(".") else None
    return attribute(q, owner, last) if isinstance(owner, Class) else value


def referred(q: Queries, path: PurePath, dotted: str) -> Value | None:
    """What a name in the code of `path` is, attributes of classes looked up through their bases.

    `dotted` is canonical, as in `CallSite.name` or `Ref.name` (names bound by imports stand for what they import).
    """
    value = dereference(q, path, dotted)
    if value is not None and isinstance(value, External | Function | Class | Module | Alternatives):
        return value
    head, _, last = dotted.rpartition(".")
    owner = referred(q, path, head) if head.strip(".") else None
    return attribute(q, owner, last) if isinstance(owner, Class) else value


def attribute(q: Queries, owner: Value, name: str) -> Value | None:
    """What an attribute of a module, or of a class or its instances, is; None when that is not certain."""
    match owner:
        case Module():
            return module_member(q, owner, name)
        case Class(path, fact):
            return q.get(method, path, fact.id, name)
        case External(known):
            return External(f"{known}.{name}")
        case Alternatives(values, False) if values:
            found = {attribute(q, each, name) for each in values}
            return found.pop() if len(found) == 1 else None
        case _:
            return None


def method(q: Queries, path: PurePath, id_: FactId, name: str) -> Value | None:
    """What an instance of a class has under a name, if only its classes decide that."""
    owner = class_fact(q, path, id_)
    mro = q.get(mro_of, path, id_)
    found = q.get(member, path, id_, name)
    if owner is None or found is None:
        return None
    # A base that is not found may come earlier in the order, unless the class itself has the attribute.
    hidden = mro.unknown or any(may_have(base, name) for base in mro.names)
    if hidden and not _in_only_line(q, path, owner, name):
        return None
    return None if q.get(class_doubt, path, id_) is not None else found


def _in_only_line(q: Queries, path: PurePath, owner: ClassFact, name: str) -> bool:
    """Whether a class has an attribute itself, or its only base has, and so on: no other base can come before."""
    while not any(binding.name == name for binding in owner.bindings):
        base = last_of(followed(q, path, owner.bases[0])) if len(owner.bases) == 1 else None
        if not isinstance(base, Class) or base == Class(path, owner):
            return False
        path, owner = base
    return True


def class_doubt(q: Queries, path: PurePath, id_: FactId) -> str | None:
    """Why the body of a class and of its bases do not say what its instances have; None when they do."""
    owner = class_fact(q, path, id_)
    if owner is None:
        return "the class is not found"
    if not is_installed(q, path):
        for expr in owner.decorators:
            name = decorator_name(q, path, expr)
            known = name is not None and _canonical(name) in _KEEPS_CLASS
            if not (known or states_same_class(q, path, expr)):
                return f"the decorator `{name or 'of the class'}` may change it"
        if any(key == "metaclass" and not _is_abc(q, path, owner) for key, _ in owner.keywords):
            return "its metaclass may change it"
    return "it has a `__getattribute__`" if q.get(member, path, id_, "__getattribute__") is not None else None


def values_doubt(q: Queries, path: PurePath, id_: FactId) -> bool:
    """Whether what the body of a class assigns may be replaced as the class is made: fields become descriptors.

    Metaclasses and `__init_subclass__` do that, those of installed libraries too, and of bases that are not found.
    """
    mro = q.get(mro_of, path, id_)
    if mro.unknown or any(name.partition(".")[0] not in sys.stdlib_module_names for name in mro.names):
        return True
    for base_path, base_id in mro.classes:
        fact = class_fact(q, base_path, base_id)
        if fact is None or any(key == "metaclass" and not _is_abc(q, base_path, fact) for key, _ in fact.keywords):
            return True
    return q.get(member, path, id_, "__init_subclass__") is not None


def is_coroutine_function(q: Queries, value: Value | None) -> bool | None:
    """Whether calling it gives a coroutine (`inspect.iscoroutinefunction`); None where a doubt remains.

    False for classes, generators and functions that give futures; decorators must be known to keep what they decorate.
    """
    match value:
        case Function(path, fact):
            return q.get(function_is_coroutine, path, fact.id)
        case External(name):
            known = public_name(name)
            owner, _, last = known.rpartition(".")
            if owner in CLASSES:
                interface = CLASSES[owner]
                return True if last in interface.coroutines else False if last in interface.others else None
            if known in CLASSES or known in FUTURE_FUNCTIONS:
                return False
            return True if known in COROUTINE_FUNCTIONS else None
        case Class():
            return False
        case Alternatives(values, False):
            answers = {is_coroutine_function(q, each) for each in values}
            return answers.pop() if len(answers) == 1 else None
        case _:
            return None


def function_is_coroutine(q: Queries, path: PurePath, id_: FactId) -> bool | None:
    """`is_coroutine_function` of a function or method of a file."""
    fact = q.get(index_of, path).functions.get(id_)
    if fact is None or fact.name == "__new__":
        return None
    if fact.is_async and not fact.yields:
        names = _decorators(q, path, fact)
        if any(name in _KEEPS_NO_FUNCTION or name.rpartition(".")[2].endswith("fixture") for name in names):
            return None
        return True if coroutine_doubt(q, path, id_) is None else None
    names = _decorators(q, path, fact)
    kept = all(name in ("staticmethod", "classmethod", "abc.abstractmethod") for name in names)
    return False if kept or any(name.endswith("contextmanager") for name in names) else None


def _decorators(q: Queries, path: PurePath, fact: FunctionFact) -> list[str]:
    return [decorator_name(q, path, expr) or "" for expr in scoped_decorators(q, path, fact)]


def _canonical(name: str) -> str:
    return name.replace("attr._next_gen.", "attrs.").replace("attr._make.attrs", "attr.s")


def _is_abc(q: Queries, path: PurePath, owner: ClassFact) -> bool:
    value = dict(owner.keywords).get("metaclass")
    name = decorator_name(q, path, value) if value is not None else None
    return name == "abc.ABCMeta"


def may_have(base: str, name: str) -> bool:
    """Whether a class that is known by name only may have an attribute: of the standard library's some are known."""
    module, _, last = base.rpartition(".")
    known = getattr(_LOADED.get(module or "builtins"), last, None)
    return known is None or hasattr(known, name)
