"""Renaming a fixture everywhere, with all that override it; refused where tests might not mean the same afterwards."""

import keyword
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from loopscope.features.clashes import clash
from loopscope.features.describe import origin
from loopscope.features.doubts import doubt
from loopscope.features.family import Occurrences, family_of, occurrences
from loopscope.features.meant import Meant, meant_at
from loopscope.features.mention import NOWHERE, Role
from loopscope.features.occurrences import Key, Occurrence, key_of
from loopscope.features.refusal import Refusal, located
from loopscope.features.rename_argnames import rename_argname
from loopscope.features.search import Search
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.imports import is_installed
from loopscope.workspace.model import FixtureDef
from loopscope.workspace.snapshot import Snapshot

Edits: TypeAlias = Mapping[PurePath, tuple[Edit, ...]]

_RESERVED = frozenset(
    {"request", "self", "cls", "setup", "teardown", "setup_module", "teardown_module", "setup_function",
     "teardown_function", "setup_class", "teardown_class", "setup_method", "teardown_method"}
)  # fmt: skip


class Renamable(NamedTuple):
    """What a rename would begin with: the place and the name now."""

    span: Span
    name: str


def prepare_rename(snapshot: Snapshot, path: PurePath, offset: int) -> Renamable | Refusal | None:
    """What a rename at an offset would rename; None for what is no fixture and no name of a parametrize mark.

    Looks at no other files than the analysis does anyway; `rename` may still refuse.
    """
    meant = meant_at(snapshot.queries, path, offset)
    if meant is None:
        return None
    if not _is_written(snapshot, path, meant):
        return Refusal("other name", f"The fixture's name is `{meant.name}`: rename it where that is written.")
    foreign = _foreign(snapshot, {one for chain in meant.occurrence.chains for one in chain})
    return foreign or Renamable(meant.occurrence.span, meant.name)


def rename(
    snapshot: Snapshot, search: Search, path: PurePath, offset: int, new: str, cancel: CancelToken = NEVER
) -> Edits | Refusal:
    """The edits that give the fixture, or the name of a parametrize mark, at an offset another name.

    Raises `Cancelled`.
    """
    meant = meant_at(snapshot.queries, path, offset)
    if meant is None:
        return Refusal("nothing here", "There is no fixture here.")
    if not _is_written(snapshot, path, meant):
        return Refusal("other name", f"The fixture's name is `{meant.name}`: rename it where that is written.")
    if new == meant.name:
        return {}
    if not new.isidentifier() or keyword.iskeyword(new):
        return Refusal("invalid name", f"`{new}` is not a valid name in Python.")
    if new in _RESERVED or new.startswith("pytest_"):
        return Refusal("reserved name", f"`{new}` has a meaning of its own for pytest.")
    if meant.occurrence.direct and not meant.occurrence.chains:
        return rename_argname(snapshot, path, meant, new)
    return _rename_fixture(snapshot, search, meant, new, cancel)


def _rename_fixture(snapshot: Snapshot, search: Search, meant: Meant, new: str, cancel: CancelToken) -> Edits | Refusal:
    found = occurrences(snapshot, search, meant.name, cancel)
    family = family_of(found, meant.occurrence.family)
    affected = [one for one in found.found if one.family & family]
    members = {one for each in affected for chain in each.chains for one in chain if key_of(one) in family}
    refusal = (
        _foreign(snapshot, members)
        or _unplaced(snapshot, found, affected, members)
        or doubt(snapshot, search, found, family, cancel)
        or clash(snapshot, search, affected, members, meant.name, new, cancel)
    )
    return refusal or edits_of(affected, new)


def edits_of(affected: Iterable[Occurrence], new: str) -> Edits:
    """The edits that write another name at each place, in order."""
    spans: dict[PurePath, set[Span]] = {}
    for one in affected:
        spans.setdefault(one.path, set()).add(one.span)
    return {path: tuple(Edit(span, new) for span in sorted(found)) for path, found in sorted(spans.items())}


def _is_written(snapshot: Snapshot, path: PurePath, meant: Meant) -> bool:
    text = snapshot.files.read(path)
    return not isinstance(text, Unreadable) and text[slice(*meant.occurrence.span)] == meant.name


def _foreign(snapshot: Snapshot, members: Iterable[FixtureDef]) -> Refusal | None:
    """A member of the family that is no code of the workspace."""
    for one in sorted(members, key=key_of):
        held = any(one.path.is_relative_to(root) for root in snapshot.roots)
        if not held or is_installed(snapshot.queries, one.path):
            source = origin(snapshot, one)
            return Refusal(
                "foreign fixture", f"`{one.name}` is a fixture of {source}, which is not part of the workspace."
            )
    return None


def _unplaced(
    snapshot: Snapshot, found: Occurrences, affected: list[Occurrence], members: set[FixtureDef]
) -> Refusal | None:
    """A place that means the fixture but cannot be edited, or a definition whose name is written nowhere."""
    for one in affected:
        if one.span == NOWHERE:
            return Refusal(
                "hidden place", f"{located(snapshot, one.path, one.span)} has `{found.name}` in a string or expression "
                "whose exact place is not known: rename it there by hand first."
            )  # fmt: skip
        if one.role is Role.PARAMETER and one.unknown is not None:
            return Refusal(
                "uncertain",
                f"What `{found.name}` is in {located(snapshot, one.path, one.span)} is not certain: {one.unknown}.",
            )
    named: set[Key] = {key for one in affected if one.role in _NAMING for key in one.definitions}
    for path, id_ in sorted(set(map(key_of, members)) - named):
        return Refusal("no definition", f"Where `{id_.qualname}` of {path.name} gets its name was not found.")
    return None


_NAMING = frozenset({Role.DEFINITION, Role.NAME, Role.ALIAS, Role.REBOUND})
