"""What a value has after its dot, for completion, hover and signatures; and how its type is shown."""

import ast
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.outline import FactId
from loopscope.workspace.index import index_of
from loopscope.workspace.inference.attributes import attribute_type
from loopscope.workspace.inference.calls import call_result
from loopscope.workspace.inference.fixtures import fixture_value
from loopscope.workspace.inference.libraries import generated_members
from loopscope.workspace.inference.model import (
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
    LocalClass,
    LocalFunction,
    LocalInstance,
    Manager,
    ModuleObject,
    Named,
    Plain,
    Type,
)
from loopscope.workspace.model import FixtureDef
from loopscope.workspace.mro import attributes, mro_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.stdlib_async import CLASSES


class Member(NamedTuple):
    """An attribute of a value: what it is, and what calling it gives, where that is known."""

    name: str
    type: Type | None
    result: Type | None

    @property
    def is_callable(self) -> bool:
        """Whether it is surely a function or method."""
        return isinstance(self.type, Callee | LocalFunction | Giving)

    @property
    def must_be_awaited(self) -> bool:
        """Whether calling it gives a coroutine."""
        return isinstance(self.result, Coroutine)

    @property
    def definition(self) -> tuple[PurePath, FactId] | None:
        """The file and function that define it, where it is a method of a class with source."""
        return (self.type.path, self.type.id) if isinstance(self.type, Callee) else None


def fixture_type(q: Queries, fixture: FixtureDef) -> Type | None:
    """What a fixture injects; None when that is not certain."""
    return q.get(fixture_value, fixture.path, fixture.id, fixture.kind)


def members_of(q: Queries, value: Type | None) -> tuple[Member, ...]:
    """The attributes of a value, those of its own class first; none when its class is not known.

    Names with two leading underscores are left out. What is set on `self` counts; what instances get otherwise is not.
    """
    return q.get(_members_of, value)


def _members_of(q: Queries, value: Type | None) -> tuple[Member, ...]:
    match value:
        case Instance() | ClassObject():
            names = _names(q, value)
        case Known(known) if known in CLASSES:
            names = (*sorted(CLASSES[known].coroutines), *sorted(CLASSES[known].others))
        case Awaitable():
            names = tuple(sorted(CLASSES["asyncio.Task"].others))
        case _:
            names = ()
    return tuple(member_of(q, value, name) for name in names)


def member_of(q: Queries, value: Type | None, name: str) -> Member:
    """One attribute of a value by its name; its type is None when it is not known, or not there."""
    found = attribute_type(q, value, name)
    callable_ = isinstance(found, Callee | LocalFunction | Giving)
    return Member(name, found, call_result(q, found, []) if callable_ else None)


def shown(value: Type | None) -> str | None:
    """A type as an annotation would state it, with short names; None where there is nothing to say."""
    match value:
        case Instance(_, id_):
            return id_.qualname
        case LocalInstance(_, _, name):
            return name
        case ClassObject(_, id_):
            return f"type[{id_.qualname}]"
        case LocalClass(_, _, name):
            return f"type[{name}]"
        case Known(name) | Named(name) | ModuleObject(name, _):
            return name
        case Plain(name):
            return name
        case Coroutine(result):
            return f"Coroutine[Any, Any, {shown(result) or 'Any'}]"
        case Awaitable(result):
            return f"Awaitable[{shown(result) or 'Any'}]"
        case AsyncIterable(item, is_generator):
            return f"Async{'Generator' if is_generator else 'Iterator'}[{shown(item) or 'Any'}]"
        case Iterable(item):
            return f"Iterator[{shown(item) or 'Any'}]"
        case Manager(enters, is_async):
            return f"Abstract{'Async' if is_async else ''}ContextManager[{shown(enters) or 'Any'}]"
        case Group(items):
            return f"tuple[{', '.join(shown(item) or 'Any' for item in items)}]"
        case Giving(result):
            return f"Callable[..., {shown(result) or 'Any'}]"
        case _:
            return None


def _names(q: Queries, value: Instance | ClassObject) -> tuple[str, ...]:
    found = dict.fromkeys(q.get(attributes, value.path, value.id))
    if isinstance(value, Instance):
        for path, id_ in q.get(mro_of, value.path, value.id).classes:
            found.update(dict.fromkeys(q.get(names_set_on_self, path, id_)))
        found.update(dict.fromkeys(q.get(generated_members, value.path, value.id)))
    return tuple(name for name in found if not name.startswith("__"))


def names_set_on_self(q: Queries, path: PurePath, id_: FactId) -> tuple[str, ...]:
    """The names that the methods of one class set on their first parameter, in source order."""
    facts = q.facts(path)
    found: dict[str, None] = {}
    for method in q.get(index_of, path).functions:
        body = facts.body(method) if facts is not None and method.holder == id_.qualname else None
        arguments = (*body.node.args.posonlyargs, *body.node.args.args) if body is not None else ()
        if body is None or not arguments:
            continue
        for statement in body.statements:
            targets: list[ast.expr] = statement.targets if isinstance(statement, ast.Assign) else []
            if isinstance(statement, ast.AnnAssign):
                targets = [statement.target]
            for target in targets:
                match target:
                    case ast.Attribute(ast.Name(owner), name) if owner == arguments[0].arg:
                        found[name] = None
                    case _:
                        pass
    return tuple(found)
