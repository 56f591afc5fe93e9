"""Objects that a plugin or conftest registers as plugins itself: `config.pluginmanager.register(Plugin())`."""

import ast
import re
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.outline import FactId
from loopscope.workspace.holders import class_may_hold, held_by_class
from loopscope.workspace.imports import find_absolute, is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.model import Unknown
from loopscope.workspace.namespace import lookup
from loopscope.workspace.queries import Queries
from loopscope.workspace.targets import referred
from loopscope.workspace.values import Class, Module, Value

_ALWAYS = "pytest_configure"
_REGISTERS = re.compile(r"\.register\(\s*(\w+)")


_STAND_INS = {"_BaseUrlFallback": "pytest_base_url.plugin"}
"""Classes that pytest-playwright registers where another plugin is not in use, with that plugin's module."""


class Registered(NamedTuple):
    """A module, or a class of which an instance is registered; `sure` unless that hangs on a condition."""

    path: PurePath
    holder: FactId | None
    sure: bool


class Registrations(NamedTuple):
    """What a file registers; `unknown` when it registers something that reading does not find."""

    found: tuple[Registered, ...] = ()
    unknown: Unknown | None = None


_NOTHING = Registrations()


def registered_by(q: Queries, path: PurePath) -> Registrations:
    """What the functions of a plugin module or conftest register, as far as it may hold fixtures or hooks.

    A registration that each run makes is a statement of `pytest_configure` itself; any other may be made or not.
    """
    if "_pytest" in path.parts or not q.mentions(path, ("pluginmanager",)) or not q.mentions(path, (".register(",)):
        return _NOTHING
    if is_installed(q, path) and not _worth_a_look(q, path):
        return _NOTHING
    facts = q.facts(path)
    found: list[Registered] = []
    unknown: Unknown | None = None
    for body in facts.bodies if facts is not None else ():
        for call in body.calls:
            if not _registers(body, call):
                continue
            sure = body.id.qualname == _ALWAYS and call.statement in body.node.body
            for value in _objects(q, path, body, call):
                match value:
                    case Class(owner, fact) if fact.name in _STAND_INS:
                        if find_absolute(q, path.parent, _STAND_INS[fact.name]) is None:
                            found.append(Registered(owner, fact.id, sure=True))
                    case Class(owner, fact):
                        found.append(Registered(owner, fact.id, sure))
                    case Module(_, PurePath() as source):
                        found.append(Registered(source, None, sure))
                    case _:
                        unknown = Unknown(f"`{body.node.name}` of {path.name} registers a plugin object")
    return Registrations(tuple(dict.fromkeys(found)), unknown)


def _worth_a_look(q: Queries, path: PurePath) -> bool:
    """Whether what an installed file registers may hold fixtures: its text and classes tell at little cost."""
    for id_, fact in q.get(index_of, path).classes.items():
        if class_may_hold(q, path, fact) and q.get(held_by_class, path, id_).recipes:
            return True
    text = q.files.read(path)
    names = set(_REGISTERS.findall(text)) if isinstance(text, str) else set[str]()
    values = [q.get(lookup, path, name) for name in sorted(names)]
    return any(isinstance(each, Class) and q.get(held_by_class, each.path, each.fact.id).recipes for each in values)


def _registers(body: Body, call: CallSite) -> bool:
    """Whether a call is `….pluginmanager.register(…)`, also through a variable."""
    func = call.node.func
    if not isinstance(func, ast.Attribute) or func.attr != "register" or not (call.node.args or call.node.keywords):
        return False
    manager = func.value
    if isinstance(manager, ast.Name):
        manager = body.assigned.get(manager.id, manager)
    return (isinstance(manager, ast.Attribute) and manager.attr == "pluginmanager") or (
        isinstance(manager, ast.Name) and manager.id in ("pluginmanager", "pm")
    )


def _objects(q: Queries, path: PurePath, body: Body, call: CallSite) -> list[Value | None]:
    """What is registered: instances by their class, modules; none for the file itself."""
    given = call.node.args[0] if call.node.args else call.node.keywords[0].value
    if isinstance(given, ast.Name) and body.times_bound.get(given.id) == 1:
        given = body.assigned.get(given.id, given)
    if ast.unparse(given) == "sys.modules[__name__]":
        return []
    if isinstance(given, ast.Call):
        made = next((each for each in body.calls if each.node is given), None)
        if made is None or made.name is None or made.local_root:
            return [None]
        return [value if isinstance(value := referred(q, path, made.name), Class) else None]
    if isinstance(given, ast.Name) and given.id not in body.bound:
        value = q.get(lookup, path, given.id)
        return [value if isinstance(value, Module) else None]
    return [None]
