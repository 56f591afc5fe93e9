"""What is known of libraries without their saying it: the tables of `workspace/libraries.py`, looked up."""

import ast
from collections.abc import Mapping
from pathlib import PurePath

from loopscope.facts.expr import Call, Const, dotted
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.workspace.imports import is_installed
from loopscope.workspace.inference.annotations import Names, text_type
from loopscope.workspace.inference.model import OBJECT, Callee, Coroutine, Giving, Type
from loopscope.workspace.libraries import BY_MODE, MEMBERS_MADE, PARAMETERS, RETURNS
from loopscope.workspace.mro import class_fact, mro_of
from loopscope.workspace.queries import Queries

_OPENING = frozenset([qualname for known in BY_MODE.values() for qualname in known])


def returns_of(q: Queries, path: PurePath, fact: FunctionFact) -> str | None:
    """The annotation of what a function gives: its own, else what is known of that library."""
    if fact.returns is not None:
        return fact.returns
    stated = RETURNS.get(_tail(path), {}).get(fact.id.qualname)
    return stated if stated is not None and is_installed(q, path) else None


def parameters_of(path: PurePath, qualname: str) -> tuple[str, ...]:
    """The type variables of a class that declares none, as annotations of `returns_of` name them."""
    return PARAMETERS.get(_tail(path), {}).get(qualname, ())


def opened(q: Queries, callee: Callee, node: ast.Call) -> tuple[Type | None] | None:
    """What a function gives that opens a file for text or bytes, by the mode it is given; None for any other."""
    # Most calls are of others.
    known = BY_MODE.get(_tail(callee.path), {}).get(callee.id.qualname) if callee.id.qualname in _OPENING else None
    if known is None or not is_installed(q, callee.path):
        return None
    default, for_text, for_bytes = known
    first = 1 if callee.id.qualname == "open" else 0
    written = [each.value for each in node.keywords if each.arg == "mode"] or node.args[first : first + 1]
    match written:
        case []:
            mode = default
        case [ast.Constant(str() as mode)]:
            pass
        case _:
            return (None,)
    return (text_type(Names(q, callee.path), for_bytes if "b" in mode else for_text),)


def generated_members(q: Queries, path: PurePath, id_: FactId) -> Mapping[str, Type | None]:
    """The members that decorators of a class, or of its bases, make of the names they are given."""
    found: dict[str, Type | None] = {}
    for base_path, base_id in reversed(q.get(mro_of, path, id_).classes):
        fact = class_fact(q, base_path, base_id)
        # The decorator that stands last is applied first.
        for expr in reversed(fact.decorators) if fact is not None else ():
            name = (dotted(expr) or "").rpartition(".")[2]
            if name in MEMBERS_MADE and isinstance(expr, Call) and is_installed(q, base_path):
                made = MEMBERS_MADE[name]
                member = None if made is None else Giving(Coroutine(None) if made else OBJECT)
                found |= {str(each.value): member for each in expr.args if isinstance(each, Const)}
    return found


def _tail(path: PurePath) -> str:
    return "/".join(path.parts[-2:])
