"""What expressions of a function are, followed through its names."""

import ast
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.facts.reaching import reaching
from loopscope.workspace.circles import Cycle
from loopscope.workspace.index import index_of
from loopscope.workspace.inference import attributes, calls, fixtures, local_classes, protocols
from loopscope.workspace.inference.annotations import (
    annotation_type,
)
from loopscope.workspace.inference.bindings import Bound, How, bindings_of, bound_by, rebound_inside
from loopscope.workspace.inference.frames import (
    Frame,
    decorator_names,
    frame_of,
    item_at,
    names_of,
    own_class,
)
from loopscope.workspace.inference.model import (
    NONE,
    OBJECT,
    AsyncIterable,
    Callee,
    ClassObject,
    Coroutine,
    Giving,
    Group,
    Instance,
    Iterable,
    LocalClass,
    LocalFunction,
    Named,
    Plain,
    Type,
    agreed,
)
from loopscope.workspace.inference.requests import is_parametrized
from loopscope.workspace.queries import Queries
from loopscope.workspace.targets import imported, referred
from loopscope.workspace.values import Class, Expression

_DEEPEST = 12
# Members of an enum are slow to look up.
_VALUE, _IMPORTED = How.VALUE, How.IMPORTED


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


def expression_type(frame: Frame, node: ast.expr, depth: int = 0) -> Type | None:
    """What an expression is; None when that is not certain."""
    if depth > _DEEPEST:
        return None
    # Most expressions are one of these.
    if isinstance(node, ast.Name):
        seen = reaching(frame.body, node)
        return name_type(frame, node.id) if seen is None else _seen_type(frame, node.id, seen)
    if isinstance(node, ast.Attribute):
        return _attribute_type(frame, node, depth)
    if isinstance(node, ast.Call):
        return calls.call_type(frame, node, depth + 1)
    if isinstance(node, ast.Constant):
        return NONE if node.value is None else Plain(type(node.value).__name__)
    match node:
        case ast.Await(value):
            return protocols.awaited(frame.q, expression_type(frame, value, depth + 1))
        case ast.NamedExpr(_, value) | ast.Starred(value):
            return expression_type(frame, value, depth + 1)
        case ast.IfExp(_, body, orelse):
            return agreed([expression_type(frame, body, depth + 1), expression_type(frame, orelse, depth + 1)])
        case ast.BoolOp(ast.Or(), values):
            return agreed([expression_type(frame, value, depth + 1) for value in values])
        case ast.Tuple(items) if not any(isinstance(item, ast.Starred) for item in items):
            return Group(tuple(expression_type(frame, item, depth + 1) for item in items))
        case ast.Subscript(value, ast.Constant(int() as index)):
            found = expression_type(frame, value, depth + 1)
            return protocols.item(frame.q, found) if isinstance(found, Instance) else item_at(found, index)
        case ast.Subscript(value):
            # `Class[Argument]` makes what `Class` makes.
            found = expression_type(frame, value, depth + 1)
            return found if isinstance(found, ClassObject) else protocols.item(frame.q, found)
        case _:
            return _display(node)


def _display(node: ast.expr) -> Type | None:
    """What a literal, display or operator gives."""
    match node:
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


def _seen_type(frame: Frame, name: str, statement: int) -> Type | None:
    try:
        return frame.q.get(assigned_local, frame.path, frame.body.id, name, statement, frame.receiver)
    except Cycle:
        return None


def assigned_local(
    q: Queries, path: PurePath, id_: FactId, name: str, statement: int, receiver: Instance | ClassObject | None
) -> Type | None:
    """What the assignment at a place in the statements of a function gives a variable."""
    frame = frame_of(q, path, id_, receiver)
    if frame is None or (frame.body.nested and rebound_inside(frame.body, name)):
        return None
    bound = bound_by(frame.body, statement, name)
    return None if bound is None else _bound_type(frame, name, bound)


def _module_name(frame: Frame, root: str, rest: str) -> Type | None:
    """What a name of the module is, or an attribute chain that begins with one: as written, else through imports."""
    canonical = frame.facts.names.get(root)
    try:
        return frame.q.get(_named_type, frame.path, root + rest, None if canonical is None else canonical + rest)
    except Cycle:
        return None


def _named_type(q: Queries, path: PurePath, dotted: str, canonical: str | None) -> Type | None:
    """What a dotted name of a module is, which stands for `canonical` if it begins with an imported one."""
    value = referred(q, path, dotted)
    head = dotted.rpartition(".")[0]
    if isinstance(value, Expression) and head and isinstance(referred(q, path, head), Class):
        # What a class body assigns may not be what the class has: that is asked of the class.
        return None
    found = attributes.value_type(q, value)
    if canonical is not None and (found is None or isinstance(found, Named)):
        found = attributes.value_type(q, imported(q, path, canonical)) or found
    if isinstance(found, Callee) and found.receiver is None and found.id.holder and head:
        return _of_class(q, found, _named_type(q, path, head, canonical and canonical.rpartition(".")[0]))
    return found


def _of_class(q: Queries, method: Callee, owner: Type | None) -> Callee:
    """A method that is taken from a class: class methods know which."""
    fact = q.get(index_of, method.path).functions.get(method.id)
    is_bound = fact is not None and "classmethod" in decorator_names(q, method.path, fact)
    return method._replace(receiver=owner) if is_bound and isinstance(owner, ClassObject) else method


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
    match None if bound.how is _VALUE else bound.how:
        case None:
            pass
        case How.PARAMETER:
            return _parameter(frame, name, bound)
        case How.DEFINED:
            return _nested(frame, name)
        case How.CLASS:
            found_class = local_classes.local_class(frame.body, name)
            return None if found_class is None else LocalClass(frame.path, frame.body.id, name)
        case How.IMPORTED:
            return attributes.value_type(q, imported(q, frame.path, bound.target))
        case How.OTHER:
            return None
        case _:
            pass
    if bound.node is None:
        # `name: Type`, to be given a value later.
        return NONE if bound.annotation is not None else None
    value = expression_type(frame, bound.node)
    match None if bound.how is _VALUE else bound.how:
        case None:
            pass
        case How.ENTERED | How.ASYNC_ENTERED:
            value = protocols.entered(q, value, is_async=bound.how is How.ASYNC_ENTERED)
        case How.ITEM:
            value = value.item if isinstance(value, Iterable) else None
        case How.ASYNC_ITEM:
            value = protocols.iterated(q, value)
        case _:
            pass
    return value if bound.place is None else item_at(value, bound.place)


def _nested(frame: Frame, name: str) -> LocalFunction | None:
    """The one nested function of a name, its overloads left out."""
    found = [inner for inner in frame.body.nested if inner.node.name == name]
    overloads = sum(any(_is_overload(each) for each in inner.node.decorator_list) for inner in found)
    return LocalFunction(frame.path, found[-1].id) if len(found) == overloads + 1 else None


def _is_overload(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Name(name) | ast.Attribute(_, name):
            return name == "overload"
        case _:
            return False


def _parameter(frame: Frame, name: str, bound: Bound) -> Type | None:
    own = own_class(frame, name)
    if own is not None:
        return own
    given = frame.q.get(fixtures.injected, frame.path, frame.body.id, name)
    if given == (None,) and bound.annotation is not None and _is_stated(frame, name):
        return annotation_type(names_of(frame), bound.annotation)
    if given is not None and (not isinstance(given[0], Instance) or given[0].exact or bound.annotation is None):
        return given[0]
    stated = None if bound.annotation is None else annotation_type(names_of(frame), bound.annotation)
    if stated is None and given is None and name in ("receive", "send") and _is_asgi(frame.body):
        return Giving(Coroutine(None))
    return stated if given is None else fixtures.narrowed(frame.q, given[0], stated)


def _is_asgi(body: Body) -> bool:
    """Whether a function is an application of ASGI, which gets awaitable callables to receive and send messages."""
    names = [each.arg for each in body.node.args.args]
    return body.is_async and names[-3:] == ["scope", "receive", "send"]


def _is_stated(frame: Frame, name: str) -> bool:
    """Whether the annotation of a parameter tells what `parametrize` gives it: as long as no mock is among that."""
    marks = [ast.unparse(each) for each in frame.body.node.decorator_list]
    written = any(name in mark for mark in marks) and not any("mock" in mark.lower() for mark in marks)
    return written and frame.q.get(is_parametrized, frame.path, frame.body.id, name)


def _attribute_type(frame: Frame, node: ast.Attribute, depth: int) -> Type | None:
    """What `owner.attribute` is, and `package.module.name` at one go: imports of submodules show only there."""
    chain = [node]
    while isinstance(inner := chain[-1].value, ast.Attribute):
        chain.append(inner)
    found: Type | None = None
    left = 0
    if isinstance(inner, ast.Name) and (target := _import_target(frame, inner.id)) is not None:
        rest = "".join(f".{each.attr}" for each in reversed(chain))
        while left < len(chain) and depth + left <= _DEEPEST:
            found = (
                attributes.value_type(frame.q, imported(frame.q, frame.path, target + rest))
                if target
                else _module_name(frame, inner.id, rest)
            )
            if found is not None:
                break
            rest = rest.rpartition(".")[0]
            left += 1
    else:
        left = len(chain)
    if found is None:
        found = expression_type(frame, inner, depth + left)
    for each in reversed(chain[:left]):
        found = attributes.attribute_type(frame.q, found, each.attr)
    return found


def _import_target(frame: Frame, name: str) -> str | None:
    """What a name stands for that a function imports, empty for an import of the module; None if it is none."""
    body: Body | None = frame.body
    while body is not None:
        if name in body.bound:
            if body.times_bound.get(name) != 1:
                return None
            imports = [each for each in bindings_of(body).get(name, ()) if each.how is _IMPORTED]
            return imports[0].target if len(imports) == 1 else None
        body = frame.facts.around(body)
    return "" if name in frame.facts.names else None


def _has_await(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Await) for each in ast.walk(node))
