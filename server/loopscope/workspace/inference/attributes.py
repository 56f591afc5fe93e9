"""What names of modules and attributes of values are."""

from pathlib import PurePath

from loopscope.facts.expr import Call, Const, Expr, Items, Pairs, Ref
from loopscope.facts.outline import FactId
from loopscope.workspace.circles import Cycle
from loopscope.workspace.imports import asyncio_name
from loopscope.workspace.index import index_of
from loopscope.workspace.inference import (
    calls,
    django,
    externals,
    generics,
    grpc_stubs,
    instances,
    libraries,
    local_classes,
    proxies,
    results,
)
from loopscope.workspace.inference.annotations import (
    known_instance,
)
from loopscope.workspace.inference.frames import decorator_names
from loopscope.workspace.inference.model import (
    NONE,
    AsyncIterable,
    Awaitable,
    Callee,
    ClassObject,
    Coroutine,
    Giving,
    Group,
    Instance,
    Known,
    LocalInstance,
    ModuleObject,
    Named,
    Plain,
    Type,
    agreed,
)
from loopscope.workspace.mro import class_fact, member, mro_of
from loopscope.workspace.namespace import module_member
from loopscope.workspace.queries import Queries
from loopscope.workspace.stdlib_async import COROUTINE_FUNCTIONS, INSTANCES, LOOP_FUNCTIONS
from loopscope.workspace.targets import attribute, class_doubt, may_have, referred, values_doubt
from loopscope.workspace.values import Alternatives, Class, Expression, External, Function, Module, Value

_OF_CLASSES = (Instance, ClassObject)
_NAMED = COROUTINE_FUNCTIONS | LOOP_FUNCTIONS | frozenset(INSTANCES)
PROPERTIES = frozenset(("property", "functools.cached_property", "abc.abstractproperty"))


def value_type(q: Queries, value: Value | None) -> Type | None:
    """What a name of a module or class is."""
    match value:
        case Function(path, fact):
            name = asyncio_name(q, path, fact.name)
            return Named(name) if name in _NAMED else Callee(path, fact.id)
        case Class(path, fact):
            known = known_instance(asyncio_name(q, path, fact.name))
            return Named(known.name) if isinstance(known, Known) else ClassObject(path, fact.id)
        case Module(name, path):
            return ModuleObject(name, path)
        case External(name):
            return Named(name)
        case Expression(path, expr):
            try:
                return q.get(assigned_type, path, expr)
            except Cycle:
                return None
        case Alternatives(values, _):
            return _one_of(q, [value_type(q, each) for each in values])
        case _:
            return None


def _one_of(q: Queries, types: list[Type | None]) -> Type | None:
    """What one of several values is: of functions, what all of them give."""
    if all(isinstance(each, Callee) for each in types):
        results = [calls.call_result(q, each, []) for each in types]
        result = agreed(results)
        # Of variants that all give the same the last stands for all.
        return None if result is None else types[-1] if all(each == result for each in results) else Giving(result)
    return agreed(types)


def assigned_type(q: Queries, path: PurePath, expr: Expr) -> Type | None:
    """What an expression at module or class level is."""
    match expr:
        case Const(value):
            return NONE if value is None else Plain(type(value).__name__)
        case Items(kind, items):
            return Group(tuple(q.get(assigned_type, path, each) for each in items)) if kind == "tuple" else Plain(kind)
        case Pairs():
            return Plain("dict")
        case Ref(name):
            head, _, last = name.rpartition(".")
            found = value_type(q, referred(q, path, name))
            if found is None and head.strip("."):
                return attribute_type(q, q.get(assigned_type, path, Ref(head)), last)
            return found
        case Call(func, args, keywords):
            callee = q.get(assigned_type, path, func)
            made = calls.call_result(q, callee, [q.get(assigned_type, path, each) for each in args])
            if isinstance(callee, ClassObject):
                values = (*args, *(value for _, value in keywords))
                made = generics.of_class(q, made, (q.get(assigned_type, path, each) for each in values))
            return proxies.behind(q, path, expr, made) if isinstance(made, Instance) else made
        case _:
            return None


def attribute_type(q: Queries, owner: Type | None, name: str) -> Type | None:
    """What an attribute of a value is; methods know what they were taken from."""
    if isinstance(owner, _OF_CLASSES):
        if name == "__class__" and isinstance(owner, Instance):
            return ClassObject(owner.path, owner.id)
        try:
            return q.get(class_attribute, owner, name)
        except Cycle:
            return None
    match owner:
        case LocalInstance(path, id_, local):
            try:
                return q.get(local_classes.local_attribute, path, id_, local, name)
            except Cycle:
                return None
        case ModuleObject(module, path):
            return value_type(q, module_member(q, Module(module, path), name))
        case Named(known):
            return Named(f"{known}.{name}")
        case Known(known):
            result = externals.method(known, name)
            return externals.attribute(known, name) if result is None else Giving(result)
        case Awaitable():
            result = externals.method("asyncio.Task", name)
            return None if result is None else Giving(result)
        case AsyncIterable(item, True) if name in ("__anext__", "asend", "athrow", "aclose"):
            return Giving(Coroutine(None if name == "aclose" else item))
        case _:
            return None


def class_attribute(q: Queries, owner: Instance | ClassObject, name: str) -> Type | None:
    """What an attribute of an instance or class is, from its bodies, else from what methods set on `self`."""
    path, id_ = owner.path, owner.id
    # `setattr`-like changes of the class itself are seen by `member`; what instances set hides a method.
    set_on_self = isinstance(owner, Instance) and q.get(instances.may_be_set_on_self, path, id_, name)
    found = attribute(q, Class(path, fact), name) if (fact := class_fact(q, path, id_)) is not None else None
    if found is None or (isinstance(found, Expression) and found.expr == Const(None)):
        if name == "objects" and isinstance(owner, ClassObject):
            return django.default_manager(q, path, id_)
        if not isinstance(owner, Instance) or q.get(class_doubt, path, id_) is not None:
            return None
        if set_on_self:
            made = grpc_stubs.stub_method(q, owner, name)
            return q.get(instances.attribute_set_on_self, path, id_, name) if made is None else made
        declared = q.get(instances.declared_attribute, path, id_, name)
        if declared is not None or found is not None:
            return declared
        return django.reverse_manager(q, path, id_, name) or _made_at_run_time(q, owner, name)
    if isinstance(found, Function | Alternatives) and set_on_self:
        return None
    if isinstance(found, Expression):
        value = value_type(q, found)
        related = django.related_manager(q, value) if isinstance(value, Instance) else None
        if related is not None:
            return related if isinstance(owner, Instance) else None
        return _field(q, path, id_, name, value)
    if isinstance(found, Alternatives):
        return _one_of(q, [_taken(q, each, owner) for each in found.values])
    return _taken(q, found, owner)


def _made_at_run_time(q: Queries, owner: Instance, name: str) -> Type | None:
    """What a decorator of the class makes under a name, else what `__getattr__` gives for all names."""
    generated = q.get(libraries.generated_members, owner.path, owner.id)
    if name in generated or name.startswith("_") or not _defines_nothing(q, owner, name):
        return generated.get(name)
    return calls.call_result(q, attribute_type(q, owner, "__getattr__"), [])


def _defines_nothing(q: Queries, value: Instance, name: str) -> bool:
    """Whether no class of an instance binds a name, as far as all of them are known."""
    mro = q.get(mro_of, value.path, value.id)
    if mro.unknown or any(may_have(base, name) for base in mro.names) or q.get(class_doubt, value.path, value.id):
        return False
    return q.get(member, value.path, value.id, name) is None


def _field(q: Queries, path: PurePath, id_: FactId, name: str, value: Type | None) -> Type | None:
    """What an attribute with a value in the class body is: a descriptor, or one that the class replaces, is not it."""
    if not isinstance(value, Instance):
        return value
    descriptor = q.get(member, value.path, value.id, "__get__") is not None
    unsure = descriptor or q.get(mro_of, value.path, value.id).unknown is not None
    replaced = unsure or q.get(values_doubt, path, id_)
    manager = django.own_manager(q, value, path, id_) if replaced else None
    if manager is not None:
        return manager
    return q.get(instances.declared_attribute, path, id_, name) if replaced else value


def _taken(q: Queries, value: Value, owner: Instance | ClassObject) -> Type | None:
    """A member of a class as taken from an instance or the class."""
    if isinstance(value, Function):
        getter = getter_of(q, value)
        if getter is not None:
            if isinstance(owner, ClassObject):
                return None
            return q.get(results.function_result, getter.path, getter.fact.id, owner)
        if _of_property(decorator_names(q, value.path, value.fact)):
            return None
        return Callee(value.path, value.fact.id, owner)
    return value_type(q, value)


def getter_of(q: Queries, function: Function) -> Function | None:
    """What reads a property that a function is of: itself, else of a setter or deleter the property above it."""
    names = decorator_names(q, function.path, function.fact)
    if any(name in PROPERTIES for name in names):
        return function
    earlier = FactId(function.fact.id.qualname, function.fact.id.nth - 1)
    above = q.get(index_of, function.path).functions.get(earlier) if _of_property(names) else None
    return None if above is None else getter_of(q, Function(function.path, above))


def _of_property(names: list[str]) -> bool:
    return any(name.endswith((".setter", ".deleter")) for name in names)


def surely_lacks(q: Queries, value: Instance, name: str) -> bool:
    """Whether instances of a class have no attribute of a name, as far as all of its bases say.

    For special names the classes alone decide: neither `__getattr__` nor what is set on `self` counts.
    """
    if not _defines_nothing(q, value, name) or name in q.get(libraries.generated_members, value.path, value.id):
        return False
    if name.startswith("__"):
        return True
    hidden = q.get(member, value.path, value.id, "__getattr__") is not None
    if hidden or q.get(instances.may_be_set_on_self, value.path, value.id, name):
        return False
    return q.get(instances.declared_attribute, value.path, value.id, name) is None
