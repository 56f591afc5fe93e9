"""What expressions of a function are, followed through names, attributes and calls across files."""

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call, Const, Expr, Items, Pairs, Ref
from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import FactId, FunctionFact, ParamKind
from loopscope.workspace.imports import is_installed
from loopscope.workspace.inference import externals
from loopscope.workspace.inference.annotations import (
    Names,
    annotation_type,
    item_of,
    known_instance,
    parsed,
    text_type,
)
from loopscope.workspace.inference.bindings import Bound, How, bindings_of, rebound_inside
from loopscope.workspace.inference.decorators import keeps_result
from loopscope.workspace.inference.model import (
    NONE,
    OBJECT,
    AsyncIterable,
    Awaitable,
    Callee,
    ClassObject,
    Coroutine,
    Giving,
    Group,
    Instance,
    Iterable,
    Known,
    LocalFunction,
    Manager,
    ModuleObject,
    Named,
    Plain,
    Type,
    agreed,
)
from loopscope.workspace.inference.requests import requested_by
from loopscope.workspace.model import Kind
from loopscope.workspace.mro import class_fact, member, mro_of
from loopscope.workspace.namespace import index_of, module_member
from loopscope.workspace.oracle import Question
from loopscope.workspace.queries import Cycle, Queries
from loopscope.workspace.signature import decorator_name, scoped_decorators
from loopscope.workspace.stdlib_async import CLASSES, COROUTINE_FUNCTIONS, INSTANCES, public_name
from loopscope.workspace.targets import attribute, class_doubt, imported, may_have, referred
from loopscope.workspace.values import Alternatives, Class, Expression, External, Function, Module, Value
from loopscope.workspace.wrappers import coroutine_doubt

_DEEPEST = 12
_TRANSPARENT = frozenset(
    (
        "staticmethod",
        "classmethod",
        "abc.abstractmethod",
        "typing.final",
        "typing.override",
        "typing.no_type_check",
        "typing.overload",
        "typing_extensions.final",
        "typing_extensions.override",
        "typing_extensions.overload",
        "functools.wraps",
        "functools.lru_cache",
        "functools.cache",
    )
)
_PROPERTY = frozenset(("property", "functools.cached_property", "abc.abstractproperty"))
_DATA = (
    ast.JoinedStr,
    ast.List,
    ast.ListComp,
    ast.Dict,
    ast.DictComp,
    ast.Set,
    ast.SetComp,
    ast.Compare,
)
_NAMES = {
    ast.JoinedStr: "str",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Compare: "bool",
}


class Frame(NamedTuple):
    """Where an expression stands: in the body of a function, whose first parameter may be known to be `receiver`."""

    q: Queries
    path: PurePath
    facts: FileFacts
    body: Body
    receiver: Instance | ClassObject | None = None


def expression_type(frame: Frame, node: ast.expr, depth: int = 0) -> Type | None:
    """What an expression is; None when that is not certain."""
    if depth > _DEEPEST:
        return None
    match node:
        case ast.Name(name):
            return name_type(frame, name)
        case ast.Attribute(value, attr):
            direct = _dotted_type(frame, node)
            return attribute_type(frame.q, expression_type(frame, value, depth + 1), attr) if direct is None else direct
        case ast.Call():
            return call_type(frame, node, depth + 1)
        case ast.Await(value):
            return awaited(frame.q, expression_type(frame, value, depth + 1))
        case ast.NamedExpr(_, value) | ast.Starred(value):
            return expression_type(frame, value, depth + 1)
        case ast.IfExp(_, body, orelse):
            return agreed([expression_type(frame, body, depth + 1), expression_type(frame, orelse, depth + 1)])
        case ast.BoolOp(ast.Or(), values):
            return agreed([expression_type(frame, value, depth + 1) for value in values])
        case ast.Tuple(items) if not any(isinstance(item, ast.Starred) for item in items):
            return Group(tuple(expression_type(frame, item, depth + 1) for item in items))
        case ast.Subscript(value, ast.Constant(int() as index)):
            return _item_at(expression_type(frame, value, depth + 1), index)
        case ast.Subscript(value):
            # `Class[Argument]` makes what `Class` makes.
            found = expression_type(frame, value, depth + 1)
            return found if isinstance(found, ClassObject) else None
        case _:
            return _display(node)


def _display(node: ast.expr) -> Type | None:
    """What a literal, display or operator gives."""
    match node:
        case ast.Constant(value):
            return NONE if value is None else Plain(type(value).__name__)
        case ast.GeneratorExp(element, generators):
            waits = any(each.is_async for each in generators) or _has_await(element)
            waits = waits or any(_has_await(test) for each in generators for test in each.ifs)
            return AsyncIterable(None, is_generator=True) if waits else Iterable(None)
        case ast.UnaryOp(ast.Not()):
            return Plain("bool")
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Mod(), right):
            return OBJECT if isinstance(left, ast.Constant) or isinstance(right, ast.Constant) else None
        case _ if isinstance(node, _DATA):
            return Plain(_NAMES[type(node)])
        case _:
            return None


def name_type(frame: Frame, name: str) -> Type | None:
    """What a name of a function is: its own variable, one of a function around it, or a name of the module."""
    body: Body | None = frame.body
    while body is not None:
        if name in body.bound:
            receiver = frame.receiver if body is frame.body else None
            try:
                return frame.q.get(local_type, frame.path, body.id, name, receiver)
            except Cycle:
                return None
        body = frame.facts.around(body)
    return _module_name(frame, name, "")


def _module_name(frame: Frame, root: str, rest: str) -> Type | None:
    """What a name of the module is, or an attribute chain that begins with one: as written, else through imports."""
    found = value_type(frame.q, referred(frame.q, frame.path, root + rest))
    canonical = frame.facts.names.get(root)
    if canonical is not None and (found is None or isinstance(found, Named)):
        return value_type(frame.q, imported(frame.q, frame.path, canonical + rest)) or found
    return found


def frame_of(q: Queries, path: PurePath, id_: FactId, receiver: Instance | ClassObject | None = None) -> Frame | None:
    """The frame of a function of a file, nested ones too."""
    facts = q.facts(path)
    body = facts.body(id_) if facts is not None else None
    return None if facts is None or body is None else Frame(q, path, facts, body, receiver)


def local_type(
    q: Queries, path: PurePath, id_: FactId, name: str, receiver: Instance | ClassObject | None
) -> Type | None:
    """What a variable of a function is: what all its bindings agree on."""
    frame = frame_of(q, path, id_, receiver)
    if frame is None or (frame.body.nested and rebound_inside(frame.body, name)):
        return None
    return agreed([_bound_type(frame, name, bound) for bound in bindings_of(frame.body).get(name, ())])


def _bound_type(frame: Frame, name: str, bound: Bound) -> Type | None:
    q = frame.q
    match bound.how:
        case How.PARAMETER:
            return _parameter(frame, name, bound)
        case How.DEFINED:
            found = [inner for inner in frame.body.nested if inner.node.name == name]
            return LocalFunction(frame.path, found[0].id) if len(found) == 1 else None
        case How.IMPORTED:
            return value_type(q, imported(q, frame.path, bound.target))
        case How.OTHER:
            return None
        case _:
            pass
    if bound.node is None:
        # `name: Type`, to be given a value later.
        return NONE if bound.annotation is not None else None
    value = expression_type(frame, bound.node)
    match bound.how:
        case How.ENTERED | How.ASYNC_ENTERED:
            value = entered(q, value, is_async=bound.how is How.ASYNC_ENTERED)
        case How.ITEM:
            value = value.item if isinstance(value, Iterable) else None
        case How.ASYNC_ITEM:
            value = iterated(q, value)
        case _:
            pass
    return value if bound.place is None else _item_at(value, bound.place)


def _item_at(value: Type | None, index: int) -> Type | None:
    return value.items[index] if isinstance(value, Group) and 0 <= index < len(value.items) else None


# Parameters


def _parameter(frame: Frame, name: str, bound: Bound) -> Type | None:
    own = _own_class(frame, name)
    if own is not None:
        return own
    given = frame.q.get(injected, frame.path, frame.body.id, name)
    if given is not None:
        return given[0]
    return None if bound.annotation is None else annotation_type(names_of(frame), bound.annotation)


def names_of(frame: Frame) -> Names:
    """What names in the annotations of a function stand for."""
    own = frame.receiver or _class_of(frame)
    return Names(frame.q, frame.path, own if isinstance(own, Instance) else _instance(own))


def _own_class(frame: Frame, name: str) -> Instance | ClassObject | None:
    """What `self` or `cls` is, when that is the parameter asked for."""
    arguments = (*frame.body.node.args.posonlyargs, *frame.body.node.args.args)
    if not arguments or arguments[0].arg != name:
        return None
    return frame.receiver or _class_of(frame)


def _class_of(frame: Frame) -> Instance | ClassObject | None:
    body = frame.body
    if not body.id.holder or body.id != body.outermost:
        return None
    index = frame.q.get(index_of, frame.path)
    owners = [id_ for id_ in index.classes if id_.qualname == body.id.holder]
    fact = index.functions.get(body.id)
    if len(owners) != 1 or fact is None:
        return None
    names = _decorators(frame.q, frame.path, fact)
    if "staticmethod" in names:
        return None
    on_class = "classmethod" in names or body.node.name in ("__new__", "__init_subclass__", "__class_getitem__")
    return ClassObject(frame.path, owners[0]) if on_class else Instance(frame.path, owners[0])


def _instance(value: Type | None) -> Instance | None:
    return Instance(value.path, value.id) if isinstance(value, ClassObject) else None


# Attributes


def value_type(q: Queries, value: Value | None) -> Type | None:
    """What a name of a module or class is."""
    match value:
        case Function(path, fact):
            name = f"asyncio.{fact.name}" if path.parent.name == "asyncio" else ""
            return Named(name) if name in COROUTINE_FUNCTIONS or name in INSTANCES else Callee(path, fact.id)
        case Class(path, fact):
            known = known_instance(f"asyncio.{fact.name}") if path.parent.name == "asyncio" else None
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
        result = agreed([call_result(q, each, []) for each in types])
        return None if result is None else Giving(result)
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
        case Call(func, args):
            return call_result(q, q.get(assigned_type, path, func), [q.get(assigned_type, path, each) for each in args])
        case _:
            return None


def _dotted_type(frame: Frame, node: ast.Attribute) -> Type | None:
    """What `package.module.name` is, all at once: imports of submodules show only in the whole name."""
    rest = ""
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        rest = f".{inner.attr}{rest}"
        inner = inner.value
    if not isinstance(inner, ast.Name):
        return None
    body: Body | None = frame.body
    while body is not None:
        if inner.id in body.bound:
            imports = [each for each in bindings_of(body).get(inner.id, ()) if each.how is How.IMPORTED]
            if len(imports) != 1 or body.times_bound.get(inner.id) != 1:
                return None
            return value_type(frame.q, imported(frame.q, frame.path, imports[0].target + rest))
        body = frame.facts.around(body)
    return _module_name(frame, inner.id, rest) if inner.id in frame.facts.names else None


def attribute_type(q: Queries, owner: Type | None, name: str) -> Type | None:
    """What an attribute of a value is; methods know what they were taken from."""
    match owner:
        case Instance(path, id_) if name == "__class__":
            return ClassObject(path, id_)
        case Instance(path, id_) | ClassObject(path, id_):
            try:
                return q.get(class_attribute, path, id_, name, owner)
            except Cycle:
                return None
        case ModuleObject(module, path):
            return value_type(q, module_member(q, Module(module, path), name))
        case Named(known):
            return Named(f"{known}.{name}")
        case Known(known):
            result = externals.method(known, name)
            return None if result is None else Giving(result)
        case Awaitable():
            result = externals.method("asyncio.Task", name)
            return None if result is None else Giving(result)
        case AsyncIterable(item, True) if name in ("__anext__", "asend", "athrow", "aclose"):
            return Giving(Coroutine(None if name == "aclose" else item))
        case _:
            return None


def class_attribute(q: Queries, path: PurePath, id_: FactId, name: str, owner: Instance | ClassObject) -> Type | None:
    """What an attribute of an instance or class is, from its bodies, else from what methods set on `self`."""
    # `setattr`-like changes of the class itself are seen by `member`; what instances set hides a method.
    set_on_self = isinstance(owner, Instance) and q.get(_may_be_set, path, id_, name)
    found = attribute(q, Class(path, fact), name) if (fact := class_fact(q, path, id_)) is not None else None
    if found is None or (isinstance(found, Expression) and found.expr == Const(None)):
        if name == "objects" and isinstance(owner, ClassObject):
            return _django_manager(q, path, id_)
        if not isinstance(owner, Instance) or q.get(class_doubt, path, id_) is not None:
            return None
        return q.get(_set_attribute, path, id_, name) if set_on_self else q.get(_declared, path, id_, name)
    if isinstance(found, Function | Alternatives) and set_on_self:
        return None
    if isinstance(found, Alternatives):
        return _one_of(q, [_taken(q, each, owner) for each in found.values])
    return _taken(q, found, owner)


def _django_manager(q: Queries, path: PurePath, id_: FactId) -> Type | None:
    """What `Model.objects` is, which Django's metaclass adds: a manager, with the methods of a query set."""
    for base_path, base_id in q.get(mro_of, path, id_).classes:
        if base_id.qualname == "Model" and base_path.parts[-4:] == ("django", "db", "models", "base.py"):
            queries = base_path.with_name("query.py")
            found = q.get(index_of, queries).class_named("QuerySet")
            return None if found is None else Instance(queries, found.id)
    return None


def _taken(q: Queries, value: Value, owner: Instance | ClassObject) -> Type | None:
    """A member of a class as taken from an instance or the class."""
    if isinstance(value, Function):
        names = _decorators(q, value.path, value.fact)
        if any(name in _PROPERTY for name in names):
            if isinstance(owner, ClassObject):
                return None
            return q.get(function_result, value.path, value.fact.id, owner)
        if any(name.endswith((".setter", ".getter", ".deleter")) for name in names):
            return None
        return Callee(value.path, value.fact.id, owner)
    return value_type(q, value)


def _may_be_set(q: Queries, path: PurePath, id_: FactId, name: str) -> bool:
    classes = q.get(mro_of, path, id_).classes
    if not any(q.sets(each, name) for each in {base for base, _ in classes}):
        return False
    return any(True for _ in _setters(q, path, id_, name))


def _set_attribute(q: Queries, path: PurePath, id_: FactId, name: str) -> Type | None:
    """What all methods of a class and its bases agree to set on `self` under a name."""
    return agreed([_set_type(frame, each, own, name) for frame, each, own in _setters(q, path, id_, name)])


def _setters(q: Queries, path: PurePath, id_: FactId, name: str) -> Iterator[tuple[Frame, ast.stmt, str]]:
    """The statements in methods of a class and its bases that set an attribute on their first parameter."""
    for base_path, base_id in q.get(mro_of, path, id_).classes:
        facts = q.facts(base_path) if q.mentions(base_path, (f".{name}",)) else None
        for method_id in q.get(index_of, base_path).functions:
            if facts is None or method_id.holder != base_id.qualname:
                continue
            body = facts.body(method_id)
            arguments = (*body.node.args.posonlyargs, *body.node.args.args) if body is not None else ()
            if body is not None and arguments:
                own = arguments[0].arg
                yield from ((Frame(q, base_path, facts, body), each, own) for each in _sets(body, own, name))


def _sets(body: Body, self_name: str, name: str) -> list[ast.stmt]:
    bodies = [body]
    found: list[ast.stmt] = []
    while bodies:
        current = bodies.pop()
        bodies += current.nested
        for statement in current.statements:
            targets: list[ast.expr] = []
            match statement:
                case ast.Assign(written):
                    targets = [each for one in written for each in _flat(one)]
                case ast.AnnAssign(target) | ast.AugAssign(target) | ast.For(target) | ast.AsyncFor(target):
                    targets = _flat(target)
                case ast.With(items) | ast.AsyncWith(items):
                    targets = [each for item in items if item.optional_vars for each in _flat(item.optional_vars)]
                case _:
                    pass
            if any(_is_attribute(target, self_name, name) for target in targets):
                found.append(statement)
    return found


def _flat(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        return [inner for item in target.elts for inner in _flat(item)]
    return [target]


def _is_attribute(target: ast.expr, self_name: str, name: str) -> bool:
    match target:
        case ast.Attribute(ast.Name(owner), attr):
            return owner == self_name and attr == name
        case _:
            return False


def _set_type(frame: Frame, statement: ast.stmt, self_name: str, name: str) -> Type | None:
    match statement:
        case ast.Assign([ast.Attribute()], value):
            return expression_type(frame, value)
        case ast.AnnAssign(_, annotation, value):
            inferred = None if value is None else expression_type(frame, value)
            stated = annotation_type(names_of(frame), annotation)
            return stated if inferred in (None, NONE) else inferred
        case ast.With(items) | ast.AsyncWith(items):
            for item in items:
                if item.optional_vars is not None and _is_attribute(item.optional_vars, self_name, name):
                    is_async = isinstance(statement, ast.AsyncWith)
                    return entered(frame.q, expression_type(frame, item.context_expr), is_async=is_async)
            return None
        case ast.Assign([ast.Tuple(targets)], value):
            places = [index for index, each in enumerate(targets) if _is_attribute(each, self_name, name)]
            return _item_at(expression_type(frame, value), places[0]) if len(places) == 1 else None
        case _:
            return None


def _declared(q: Queries, path: PurePath, id_: FactId, name: str) -> Type | None:
    """What an annotation without a value in the body of a class says: a field of a dataclass, or of a protocol."""
    for base_path, base_id in q.get(mro_of, path, id_).classes:
        if not q.mentions(base_path, (f"{name}: ",)):
            continue
        facts = q.facts(base_path)
        for part in facts.parts if facts is not None else ():
            for def_id, node in part.defs:
                if def_id != base_id or not isinstance(node, ast.ClassDef):
                    continue
                for annotation in _annotations(facts, base_id, node, name):
                    return annotation_type(Names(q, base_path, Instance(path, id_)), annotation)
    return None


def _annotations(facts: FileFacts | None, id_: FactId, node: ast.ClassDef, name: str) -> list[ast.expr]:
    """The annotations of a name in a class, whose members may be chunks of their own."""
    statements: list[ast.stmt] = list(node.body)
    for placed, part in zip(facts.tree.chunks, facts.parts, strict=True) if facts is not None else ():
        if part.holder == id_.qualname:
            statements += placed.chunk.body
    return [
        statement.annotation
        for statement in statements
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.target.id == name
    ]


def surely_lacks(q: Queries, value: Instance, name: str) -> bool:
    """Whether instances of a class have no attribute of a name, as far as all of its bases say.

    For special names the classes alone decide: neither `__getattr__` nor what is set on `self` counts.
    """
    mro = q.get(mro_of, value.path, value.id)
    if mro.unknown or any(may_have(base, name) for base in mro.names) or q.get(class_doubt, value.path, value.id):
        return False
    if q.get(member, value.path, value.id, name) is not None:
        return False
    if name.startswith("__"):
        return True
    hidden = q.get(member, value.path, value.id, "__getattr__") is not None
    if hidden or q.get(_may_be_set, value.path, value.id, name):
        return False
    return q.get(_declared, value.path, value.id, name) is None


# Calls


def call_type(frame: Frame, node: ast.Call, depth: int = 0) -> Type | None:
    """What a call gives."""
    callee = expression_type(frame, node.func, depth)
    if isinstance(callee, Named) and public_name(callee.name) in ("typing.cast", "typing_extensions.cast"):
        return _cast(frame, node, depth)
    if isinstance(callee, Named) and callee.name in ("super", "builtins.super"):
        return None
    if isinstance(callee, Giving) and isinstance(node.func, ast.Attribute) and len(node.args) > 0:
        special = _of_argument(frame, node.func, node.args[0], depth)
        if special is not None:
            return special
    given: list[Type | None] = []
    if isinstance(callee, Named):
        matters = externals.hands_on(callee.name)
        given = [expression_type(frame, each, depth + 1) if matters else None for each in node.args]
    return call_result(frame.q, callee, given)


def _cast(frame: Frame, node: ast.Call, depth: int) -> Type | None:
    if len(node.args) != len(("type", "value")):
        return None
    value = expression_type(frame, node.args[1], depth + 1)
    return value if value is not None else None if mentions_mock(node.args[1]) else _stated(frame, node.args[0])


def _stated(frame: Frame, node: ast.expr) -> Type | None:
    return annotation_type(names_of(frame), node)


def _of_argument(frame: Frame, func: ast.Attribute, argument: ast.expr, depth: int) -> Type | None:
    """What methods give that hand on what they are given: `stack.enter_async_context(…)`, `group.create_task(…)`."""
    owner = expression_type(frame, func.value, depth + 1)
    name = owner.name if isinstance(owner, Known) else ""
    match name, func.attr:
        case "contextlib.AsyncExitStack", "enter_async_context":
            return Coroutine(entered(frame.q, expression_type(frame, argument, depth + 1), is_async=True))
        case (("contextlib.AsyncExitStack" | "contextlib.ExitStack"), "enter_context"):
            return entered(frame.q, expression_type(frame, argument, depth + 1), is_async=False)
        case "asyncio.TaskGroup", "create_task":
            return Awaitable(awaited(frame.q, expression_type(frame, argument, depth + 1)))
        case "asyncio.Runner", "run":
            return awaited(frame.q, expression_type(frame, argument, depth + 1))
        case _:
            return None


def call_result(q: Queries, callee: Type | None, given: list[Type | None]) -> Type | None:
    """What calling a value gives."""
    match callee:
        case Callee(path, id_, receiver):
            try:
                return q.get(function_result, path, id_, receiver)
            except Cycle:
                return None
        case LocalFunction(path, id_):
            try:
                return q.get(local_result, path, id_)
            except Cycle:
                return None
        case ClassObject(path, id_):
            return q.get(made, path, id_)
        case Instance():
            return call_result(q, attribute_type(q, callee, "__call__"), given)
        case Giving(result):
            return result
        case Named(name):
            return _named_result(q, name, given)
        case _:
            return None


def made(q: Queries, path: PurePath, id_: FactId) -> Type | None:
    """What calling a class gives: an instance, or what its `__new__` says that it gives."""
    if q.get(class_doubt, path, id_) is not None:
        return None
    maker = q.get(member, path, id_, "__new__")
    if not isinstance(maker, Function):
        return Instance(path, id_, exact=True) if maker is None else None
    return text_type(Names(q, maker.path, Instance(path, id_)), maker.fact.returns)


def _named_result(q: Queries, name: str, given: list[Type | None]) -> Type | None:
    if name in ("asyncio.run", "asyncio.wait_for", "asyncio.shield", "asyncio.create_task", "asyncio.ensure_future"):
        given = [Coroutine(awaited(q, each)) if index == 0 else each for index, each in enumerate(given)]
    return externals.called(name, given)


def function_result(q: Queries, path: PurePath, id_: FactId, receiver: Instance | ClassObject | None) -> Type | None:
    """What calling a function or method of a file gives, its decorators applied."""
    fact = q.get(index_of, path).functions.get(id_)
    if fact is None:
        return None
    return _decorated(q, path, fact, _raw_result(q, path, fact, receiver))


def _decorated(q: Queries, path: PurePath, fact: FunctionFact, result: Type | None) -> Type | None:
    for expr in reversed(scoped_decorators(q, path, fact)):
        name = decorator_name(q, path, expr) or ""
        if name in _TRANSPARENT or name in _PROPERTY or name.startswith("pytest.mark."):
            continue
        if name.rpartition(".")[2].endswith("fixture"):
            # What it makes cannot be called.
            return None
        if name == "contextlib.asynccontextmanager":
            result = Manager(result.item, is_async=True) if isinstance(result, AsyncIterable) else None
        elif name == "contextlib.contextmanager":
            result = Manager(result.item, is_async=False) if isinstance(result, Iterable) else None
        elif isinstance(result, Coroutine) and fact.is_async and coroutine_doubt(q, path, fact.id) is None:
            continue
        elif not keeps_result(q, path, expr):
            return None
    return result


def _raw_result(q: Queries, path: PurePath, fact: FunctionFact, receiver: Instance | ClassObject | None) -> Type | None:
    variables = _variables(fact, receiver) + type_variables(q, path, fact.id.holder, receiver)
    names = Names(q, path, _self_type(receiver), variables)
    if fact.yields:
        item = item_of(names, parsed(fact.returns), is_async=fact.is_async)
        if item is None:
            item = _inferred(q, path, fact, receiver)
        return AsyncIterable(item, is_generator=True) if fact.is_async else Iterable(item)
    stated = text_type(names, fact.returns)
    if fact.is_async:
        return Coroutine(_inferred(q, path, fact, receiver) if stated is None else stated)
    if stated is None or (isinstance(stated, Instance | Plain | Group) and not is_installed(q, path)):
        # What the body gives counts: a project's annotations of functions that hand a coroutine on are often wrong.
        inferred = _inferred(q, path, fact, receiver)
        frame = frame_of(q, path, fact.id)
        if inferred is not None or isinstance(stated, Plain | Group) or (frame and _defines_class(frame.body)):
            return inferred
    return stated


def _defines_class(body: Body) -> bool:
    """Whether a function makes a class of its own, perhaps one that does not do what an annotation says of its base."""
    return any(isinstance(statement, ast.ClassDef) for statement in body.statements)


def _self_type(receiver: Instance | ClassObject | None) -> Type | None:
    return _instance(receiver) if isinstance(receiver, ClassObject) else receiver


def _variables(fact: FunctionFact, receiver: Instance | ClassObject | None) -> tuple[tuple[str, Type | None], ...]:
    """What the type variable stands for that annotates `self`."""
    first = fact.params[0] if fact.params and receiver is not None else None
    if first is None or first.annotation is None or first.kind not in (ParamKind.NORMAL, ParamKind.POSITIONAL_ONLY):
        return ()
    name = first.annotation.strip("\"' ")
    if name.lower().startswith("type["):
        name = name[len("type[") : -1]
    return ((name, _self_type(receiver)),) if name.isidentifier() else ()


def _inferred(q: Queries, path: PurePath, fact: FunctionFact, receiver: Instance | ClassObject | None) -> Type | None:
    """What a function returns, or yields, as far as its body says."""
    frame = frame_of(q, path, fact.id, receiver)
    return None if frame is None else produced(frame, yields=fact.yields)


def type_variables(
    q: Queries, path: PurePath, qualname: str, receiver: Instance | ClassObject | None
) -> tuple[tuple[str, Type | None], ...]:
    """What the type variables of the class that defines a method stand for, as far as `receiver` says."""
    if not isinstance(receiver, Instance) or not qualname:
        return ()
    defining = q.get(index_of, path).class_named(qualname)
    if defining is None:
        return ()
    given = receiver.arguments
    if (receiver.path, receiver.id) != (path, defining.id):
        given = q.get(base_arguments, receiver.path, receiver.id, path, defining.id)
    if not given:
        return ()
    return tuple(zip(q.get(type_parameters, path, defining.id), given, strict=False))


def type_parameters(q: Queries, path: PurePath, id_: FactId) -> tuple[str, ...]:
    """The names of the type variables of a class, in order."""
    node = _class_node(q, path, id_)
    if node is None:
        return ()
    own = [each.name for each in getattr(node, "type_params", ())]
    generic = [base for base in node.bases if isinstance(base, ast.Subscript)]
    first = [base for base in generic if ast.unparse(base.value).rpartition(".")[2] in ("Generic", "Protocol")]
    for base in first or generic:
        items = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
        own += [each.id for each in items if isinstance(each, ast.Name) and each.id not in own]
    return tuple(own)


def base_arguments(
    q: Queries, path: PurePath, id_: FactId, base_path: PurePath, base_id: FactId
) -> "tuple[Type | None, ...]":
    """What a class gives to a generic base of its own: T of `class Own(Base[T])`."""
    node = _class_node(q, path, id_)
    for base in node.bases if node is not None else ():
        if isinstance(base, ast.Subscript):
            names = Names(q, path)
            found = annotation_type(names, base)
            if isinstance(found, Instance) and found[:2] == (base_path, base_id):
                return found.arguments
    return ()


def _class_node(q: Queries, path: PurePath, id_: FactId) -> ast.ClassDef | None:
    facts = q.facts(path)
    for part in facts.parts if facts is not None else ():
        for def_id, node in part.defs:
            if def_id == id_ and isinstance(node, ast.ClassDef):
                return node
    return None


def local_result(q: Queries, path: PurePath, id_: FactId) -> Type | None:
    """What calling a nested function gives; a decorator leaves it open."""
    frame = frame_of(q, path, id_)
    if frame is None or frame.body.node.decorator_list:
        return None
    node, body = frame.body.node, frame.body
    if body.yields:
        item = produced(frame, yields=True)
        return AsyncIterable(item, is_generator=True) if body.is_async else Iterable(item)
    stated = annotation_type(names_of(frame), node.returns) if node.returns is not None else None
    result = stated if stated is not None else produced(frame, yields=False)
    return Coroutine(result) if body.is_async else result


def produced(frame: Frame, *, yields: bool) -> Type | None:
    """What all `yield`s, or all `return`s, of a function agree on; None for a body that only stands for others."""
    if yields:
        values = [node.value if isinstance(node, ast.Yield) else node for node in frame.body.yields]
        if any(isinstance(value, ast.YieldFrom) for value in values):
            return None
    else:
        values = [node.value for node in frame.body.returns]
        if not values:
            return None if _is_stub(frame.body) else NONE
    found = [NONE if value is None else expression_type(frame, value) for value in values]
    return agreed(found)


def _is_stub(body: Body) -> bool:
    """Whether a body is to be overridden: `...`, `pass`, a docstring, `raise NotImplementedError`."""
    return all(
        isinstance(statement, ast.Pass | ast.Raise)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in body.statements
    )


# Awaiting, entering, iterating


def awaited(q: Queries, value: Type | None) -> Type | None:
    """What `await` gives."""
    if isinstance(value, Instance):
        return _awaited_instance(q, value)
    return externals.awaited(value)


def _awaited_instance(q: Queries, value: Instance) -> Type | None:
    found = attribute_type(q, value, "__await__")
    if not isinstance(found, Callee):
        return None
    fact = q.get(index_of, found.path).functions[found.id]
    node = parsed(fact.returns)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        names = Names(q, found.path, value, type_variables(q, found.path, found.id.holder, value))
        return annotation_type(names, node.slice.elts[-1])
    frame = frame_of(q, found.path, found.id, value)
    match [each.value for each in frame.body.returns] if frame is not None else []:
        case [ast.Call(ast.Attribute(inner, "__await__"))] if frame is not None:
            return awaited(q, expression_type(frame, inner))
        case _:
            return None


def entered(q: Queries, value: Type | None, *, is_async: bool) -> Type | None:
    """What `as` names in `async with` or `with`."""
    match value:
        case Manager(enters, managed):
            return enters if managed is is_async else None
        case Known(name):
            return externals.entered(name, is_async=is_async)
        case Instance():
            name = "__aenter__" if is_async else "__enter__"
            result = call_result(q, attribute_type(q, value, name), [])
            return awaited(q, result) if is_async else result
        case _:
            return None


def is_read_too_early(q: Queries, value: Type | None, name: str) -> bool:
    """Whether an attribute is read from something to await that only what it gives once awaited has."""
    if not isinstance(value, Instance) or name.startswith("__"):
        return False
    result = awaited(q, value)
    if not isinstance(result, Instance) or result[:2] == value[:2]:
        return False
    return surely_lacks(q, value, name) and not surely_lacks(q, result, name)


def enters_by(q: Queries, value: Type | None) -> str | None:
    """The only statement that can enter a value, `with` or `async with`; None for both, neither or not known."""
    match value:
        case Manager(_, is_async):
            return "async with" if is_async else "with"
        case Known(name):
            return CLASSES[name].enters or None if name in CLASSES else None
        case Instance():
            entered_by = _has_method(q, value, "__enter__"), _has_method(q, value, "__aenter__")
            return "async with" if entered_by == (False, True) else "with" if entered_by == (True, False) else None
        case _:
            return None


def _has_method(q: Queries, value: Instance, name: str) -> bool | None:
    """Whether a class has a special method; one that only raises does not count. None when that is not certain."""
    if surely_lacks(q, value, name):
        return False
    found = attribute_type(q, value, name)
    if not isinstance(found, Callee):
        return None
    frame = frame_of(q, found.path, found.id)
    if frame is None:
        return None
    statements = [each for each in frame.body.statements if not isinstance(each, ast.Expr)]
    return not (statements and all(isinstance(each, ast.Raise) for each in statements))


def iterated(q: Queries, value: Type | None) -> Type | None:
    """What `async for` gives."""
    match value:
        case AsyncIterable(item):
            return item
        case Instance():
            iterator = call_result(q, attribute_type(q, value, "__aiter__"), [])
            if isinstance(iterator, AsyncIterable):
                return iterator.item
            return awaited(q, call_result(q, attribute_type(q, iterator, "__anext__"), []))
        case _:
            return None


# What pytest injects


def injected(q: Queries, path: PurePath, id_: FactId, name: str) -> tuple[Type | None] | None:
    """What pytest gives to a parameter of a test or fixture; None when the function is neither."""
    found = q.get(requested_by, path, id_, name)
    if found is None:
        return None
    return (agreed([q.get(fixture_value, each.path, each.id, each.kind) for each in found]),)


def fixture_value(q: Queries, path: PurePath, id_: FactId, kind: Kind) -> Type | None:
    """The value that a fixture gives once pytest has run it: what is yielded, returned or awaited.

    The yielded or returned expression says it, else the annotation; where mocks are made, only the former counts.
    """
    frame = frame_of(q, path, id_)
    fact = q.get(index_of, path).functions.get(id_)
    if frame is None or fact is None:
        return None
    if _wraps_manager(q, path, fact):
        return Manager(None, is_async=True)
    yields = kind in (Kind.GENERATOR, Kind.ASYNC_GENERATOR)
    found = produced(frame, yields=yields)
    if found is not None and (found != NONE or not yields):
        return found
    if mentions_mock(frame.body.node) or _defines_class(frame.body):
        return found
    written = parsed(fact.returns)
    if yields:
        stated = item_of(names_of(frame), written, is_async=kind is Kind.ASYNC_GENERATOR)
    else:
        stated = None if written is None else annotation_type(names_of(frame), written)
    if stated is None and found is None and written is None and not is_installed(q, path):
        return _told(q, Question(path, id_))
    return found if stated is None else stated


def _told(q: Queries, question: Question) -> Type | None:
    """What the oracle says of a fixture whose code says nothing that is understood here."""
    answer = q.oracle(question)
    owner = q.get(index_of, answer.path).class_named(answer.qualname) if answer is not None else None
    return None if answer is None or owner is None else Instance(answer.path, owner.id)


def _wraps_manager(q: Queries, path: PurePath, fact: FunctionFact) -> bool:
    return "contextlib.asynccontextmanager" in _decorators(q, path, fact)


def _decorators(q: Queries, path: PurePath, fact: FunctionFact) -> list[str]:
    return [decorator_name(q, path, expr) or "" for expr in scoped_decorators(q, path, fact)]


def _has_await(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Await) for each in ast.walk(node))


def mentions_mock(node: ast.AST) -> bool:
    """Whether a mock seems to be made or handed on in some code."""
    for each in ast.walk(node):
        word = each.id if isinstance(each, ast.Name) else each.attr if isinstance(each, ast.Attribute) else ""
        if "mock" in word.lower() or word in ("create_autospec", "patch"):
            return True
    return False
