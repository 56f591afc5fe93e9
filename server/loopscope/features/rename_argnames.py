"""Renaming a name that parametrize marks give: in the marks, the signatures and the bodies of the tests below them."""

from collections.abc import Mapping
from pathlib import PurePath

from loopscope.facts.outline import FactId
from loopscope.features.clashes import taken, uses
from loopscope.features.meant import Meant
from loopscope.features.mention import NOWHERE, Mention, Role
from loopscope.features.mentions import VARIABLE, mentions_in
from loopscope.features.occurrences import OF_FUNCTIONS, tests_of
from loopscope.features.refusal import Refusal, located
from loopscope.text.edit import Edit
from loopscope.workspace.marks import parametrized
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import asked_at, closure_at


def rename_argname(
    snapshot: Snapshot, path: PurePath, meant: Meant, new: str
) -> Mapping[PurePath, tuple[Edit, ...]] | Refusal:
    """The edits that rename what parametrize marks of one file call a value, in all tests below those marks."""
    q = snapshot.queries
    mentions = q.get(mentions_in, path, meant.name)
    marks = [one for one in mentions if one.role is Role.ARGNAME and one.indirect is not True]
    if any(one.detail == VARIABLE or one.indirect is None for one in marks):
        return Refusal("computed name", f"A parametrize mark for `{meant.name}` is computed or kept in a variable.")
    tests = _parametrized(q, path, meant.name)
    chosen, functions = _connected(marks, tests, meant.occurrence.owner)
    if not chosen or any(not any(_covers(mark, id_) for mark in chosen) for id_ in functions):
        return Refusal("computed name", f"Which parametrize mark gives `{meant.name}` is not certain.")
    for id_ in sorted(functions):
        refusal = _refusal(snapshot, path, id_, meant.name, new)
        if refusal is not None:
            return refusal
    places = [*chosen, *(one for one in mentions if one.role in OF_FUNCTIONS and one.owner in functions)]
    hidden = next((one for one in places if one.span == NOWHERE), None)
    if hidden is not None:
        return Refusal(
            "hidden place", f"Where `{meant.name}` stands in a string is not known: rename it there by hand first."
        )
    return {path: tuple(Edit(span, new) for span in sorted({one.span for one in places}))}


def _parametrized(q: Queries, path: PurePath, name: str) -> set[FactId]:
    """The functions whose tests get the name from a mark."""
    return {
        id_
        for id_, tests in q.get(tests_of, path).items()
        for test in tests
        if name in parametrized(q, q.get(asked_at, test.path, test.class_path, test.name).marks).direct
    }


def _connected(marks: list[Mention], tests: set[FactId], start: FactId | None) -> tuple[list[Mention], set[FactId]]:
    """The marks and functions that belong together: those below a mark, and all marks above those."""
    functions = {id_ for id_ in tests if id_ == start}
    chosen = [one for one in marks if one.owner == start]
    while True:
        more = {id_ for id_ in tests if any(_covers(mark, id_) for mark in chosen)} | functions
        above = [one for one in marks if any(_covers(one, id_) for id_ in more)]
        if more == functions and len(above) == len(chosen):
            return chosen, functions
        functions, chosen = more, above


def _covers(mark: Mention, function: FactId) -> bool:
    owner = mark.owner
    return owner is None or owner == function or function.qualname.startswith(f"{owner.qualname}.")


def _refusal(snapshot: Snapshot, path: PurePath, id_: FactId, old: str, new: str) -> Refusal | None:
    q = snapshot.queries
    if uses(q, path, id_, new):
        return Refusal("local name", f"`{new}` is already a name in `{id_.qualname}`.")
    other = taken(q, path, id_, new)
    if other is not None:
        return Refusal("other fixture", f"`{new}` is a fixture of {located(snapshot, other.path, NOWHERE)}.")
    for test in q.get(tests_of, path)[id_]:
        closure = q.get(closure_at, test.path, test.class_path, test.name)
        if new in closure.direct:
            return Refusal("other parameter", f"`{id_.qualname}` has a parameter `{new}` already.")
        asking = [one.name for chain in closure.chains.values() for one in chain if old in one.argnames]
        if asking:
            return Refusal("requested", f"The fixture `{asking[0]}` requests `{old}` too.")
    return None
