"""What another name would collide with: visible fixtures, variables of functions, names of modules and classes."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from loopscope.config.patterns import matches_prefix_or_glob
from loopscope.facts.outline import FactId
from loopscope.features.mention import Mention, Role
from loopscope.features.mentions import mentions_in
from loopscope.features.occurrences import OF_FUNCTIONS, Occurrence, class_path_of, fixtures_of, key_of
from loopscope.features.refusal import Refusal, located
from loopscope.features.search import Search
from loopscope.text.span import Span
from loopscope.workspace.cancel import CancelToken
from loopscope.workspace.model import FixtureDef, Unknown
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import level_at

_IN_MODULE = frozenset({Role.DEFINITION, Role.IMPORT, Role.ALIAS, Role.GLOBAL, Role.REBOUND})
_NAMING = frozenset({Role.DEFINITION, Role.ALIAS, Role.REBOUND})


def clash(
    snapshot: Snapshot,
    search: Search,
    affected: Iterable[Occurrence],
    members: Iterable[FixtureDef],
    old: str,
    new: str,
    cancel: CancelToken,
) -> Refusal | None:
    """What keeps `old` from being called `new` at the affected places; None when nothing does. Raises `Cancelled`."""
    q = snapshot.queries
    found = list(affected)
    defined = list(members)
    return (
        _misread(q, found, defined, old, new)
        or _other_fixture(snapshot, q, found, new)
        or _other_meaning(snapshot, search, q, defined, old, new, cancel)
        or _variables(snapshot, q, found, new)
        or _names(snapshot, q, found, new)
    )


def uses(q: Queries, path: PurePath, owner: FactId, name: str) -> bool:
    """Whether a function of the outline has a variable or reads a global of that name, nested functions included."""
    facts = q.facts(path)
    function = None
    for part in facts.parts if facts is not None else ():
        function = function or part.functions.get(owner)
    return function is not None and any(_is_variable(node, name) for node in ast.walk(function))


def taken(q: Queries, path: PurePath, owner: FactId | None, name: str) -> FixtureDef | None:
    """The fixture that has a name where a function or class stands; None when there is none, or none for certain."""
    chain = q.get(level_at, path, class_path_of(owner) if owner is not None else ()).chain(name)
    return None if isinstance(chain, Unknown) or not chain else chain[-1]


def _misread(q: Queries, found: list[Occurrence], members: list[FixtureDef], old: str, new: str) -> Refusal | None:
    """Names that pytest or a star import would not take for that of a fixture."""
    for one in found:
        if one.role in _NAMING:
            prefixes = q.get(config_at, one.path.parent).python_functions.value
            if matches_prefix_or_glob(new, prefixes) and not matches_prefix_or_glob(old, prefixes):
                return Refusal("reserved name", f"pytest would take `{new}` for a test.")
    if new.startswith("_") and not old.startswith("_") and any(one.holder != one.path for one in members):
        return Refusal("hidden name", f"`{new}` would be left out by star imports, which the fixture may come through.")
    return None


def _other_fixture(snapshot: Snapshot, q: Queries, found: list[Occurrence], new: str) -> Refusal | None:
    for path, owner in dict.fromkeys((one.path, one.owner) for one in found if one.role is not Role.CONFIG):
        other = taken(q, path, owner, new)
        if other is not None:
            where = located(snapshot, other.path, Span(0, 0))
            return Refusal("other fixture", f"`{new}` is already a fixture there, of {where}.")
    return None


def _other_meaning(
    snapshot: Snapshot,
    search: Search,
    q: Queries,
    members: list[FixtureDef],
    old: str,
    new: str,
    cancel: CancelToken,
) -> Refusal | None:
    """Fixtures and parametrize marks of the new name further in, which would take the renamed fixture's place there."""
    keys = {key_of(one) for one in members}
    for path in search.mentioning(new):
        cancel.check()
        for fixture in q.get(fixtures_of, path).values():
            if fixture.name == new and any(_nested(one.baseid, fixture.baseid) for one in members):
                where = located(snapshot, path, Span(0, 0))
                return Refusal("other fixture", f"`{new}` is already a fixture of {where}.")
        for mention in q.get(mentions_in, path, new):
            if mention.role is Role.ARGNAME and _sees(q, path, mention, old, keys):
                where = located(snapshot, path, mention.span)
                return Refusal("other parameter", f"`{new}` is given by a parametrize mark in {where}.")
    return None


def _nested(one: str, other: str) -> bool:
    return one == other or _below(one, other) or _below(other, one)


def _below(baseid: str, above: str) -> bool:
    return not above or baseid.startswith((f"{above}/", f"{above}::"))


def _sees(q: Queries, path: PurePath, mention: Mention, name: str, keys: set[tuple[PurePath, FactId]]) -> bool:
    fixture = taken(q, path, mention.owner, name)
    return fixture is not None and key_of(fixture) in keys


def _variables(snapshot: Snapshot, q: Queries, found: list[Occurrence], new: str) -> Refusal | None:
    owners = dict.fromkeys((one.path, one.owner) for one in found if one.role in OF_FUNCTIONS)
    for path, owner in owners:
        if owner is not None and uses(q, path, owner, new):
            where = located(snapshot, path, Span(0, 0))
            return Refusal("local name", f"`{new}` is already a name in `{owner.qualname}` of {where}.")
    return None


def _names(snapshot: Snapshot, q: Queries, found: list[Occurrence], new: str) -> Refusal | None:
    """Names of modules and classes in which the fixture's function gets its name."""
    for path in dict.fromkeys(one.path for one in found if one.role in _IN_MODULE and not _in_class(one)):
        other = next(iter(_module_names(q, path, new)), None)
        if other is not None:
            return Refusal("module name", f"`{new}` is already a name in {located(snapshot, path, other.span)}.")
    for one in found:
        if one.role is Role.DEFINITION and one.owner is not None and _in_class(one):
            holder = one.owner.holder
            facts = q.facts(one.path)
            members = facts.layout.defs if facts is not None else {}
            inside = (mention for mention in q.get(mentions_in, one.path, new) if mention.role is Role.OF_CLASS)
            if any(id_.qualname == f"{holder}.{new}" for id_ in members) or any(
                mention.owner is not None and mention.owner.qualname == holder for mention in inside
            ):
                return Refusal("class name", f"`{holder}` has a member `{new}` already.")
    return None


def _in_class(one: Occurrence) -> bool:
    return one.role is Role.DEFINITION and one.owner is not None and bool(one.owner.holder)


def _module_names(q: Queries, path: PurePath, name: str) -> Iterator[Mention]:
    for mention in q.get(mentions_in, path, name):
        in_class = mention.role is Role.DEFINITION and mention.owner is not None and mention.owner.holder
        if mention.role in _IN_MODULE and not in_class:
            yield mention


def _is_variable(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=given) | ast.arg(arg=given):
            return given == name
        case ast.FunctionDef(name=given) | ast.AsyncFunctionDef(name=given) | ast.ClassDef(name=given):
            return given == name
        case ast.ExceptHandler(name=given) | ast.MatchAs(name=given) | ast.MatchStar(name=given):
            return given == name
        case ast.MatchMapping(rest=given):
            return given == name
        case ast.alias(name=imported, asname=alias):
            return (alias or imported.partition(".")[0]) == name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return name in names
        case _:
            return False
