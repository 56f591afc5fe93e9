"""Places that may mean a fixture without saying so: a rename would miss them, so it is refused."""

import re
from collections.abc import Iterator
from pathlib import PurePath

from loopscope.config.pytest_config import PytestConfig
from loopscope.features.computed import ASKING, Computed, computed_in
from loopscope.features.describe import shown
from loopscope.features.family import Occurrences
from loopscope.features.literals import BY_NAME, in_doctest
from loopscope.features.mention import NOWHERE, Mention, Role
from loopscope.features.occurrences import REQUESTS, Key, class_path_of, fixtures_of
from loopscope.features.refusal import Refusal, located
from loopscope.features.search import Search
from loopscope.text.files import Unreadable
from loopscope.workspace.cancel import CancelToken
from loopscope.workspace.doctests import has_doctests
from loopscope.workspace.folders import files_for
from loopscope.workspace.index import index_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import level_at


def doubt(
    snapshot: Snapshot, search: Search, found: Occurrences, family: frozenset[Key], cancel: CancelToken
) -> Refusal | None:
    """Why it is not certain that all places of the family were found; None when it is. Raises `Cancelled`."""
    q = snapshot.queries
    for one in found.found:
        if not one.chains and one.unknown is not None:
            where = located(snapshot, one.path, one.span)
            return Refusal("uncertain", f"What `{found.name}` is in {where} is not certain: {one.unknown}.")
    for path, mention in found.open:
        reason = _of_mention(snapshot, q, path, mention, found.name, family)
        if reason is not None:
            return reason
    return _by_computed_name(snapshot, search, found, cancel) or _in_text_file(snapshot, found.name, cancel)


def _in_text_file(snapshot: Snapshot, name: str, cancel: CancelToken) -> Refusal | None:
    """A text file whose doctests ask for a fixture of that name: nothing but Python files is edited."""
    for root in snapshot.roots:
        for path in files_for(snapshot.queries, root, _is_text_with_doctests):
            cancel.check()
            text = snapshot.files.read(path)
            if not isinstance(text, Unreadable) and any(True for _ in in_doctest(text, name)):
                return Refusal("text file", f"The doctests in {shown(snapshot, path)} ask for `{name}`.")
    return None


def _is_text_with_doctests(path: PurePath, config: PytestConfig) -> bool:
    return path.suffix != ".py" and has_doctests(path, config)


def _of_mention(
    snapshot: Snapshot, q: Queries, path: PurePath, mention: Mention, name: str, family: frozenset[Key]
) -> Refusal | None:
    where = located(snapshot, path, mention.span)
    if mention.role is Role.UNPLACED:
        return Refusal("hidden place", f"Code in {where} is nested too deep to be read.")
    if mention.role is Role.MADE:
        return Refusal("uncertain", f"What is made of a function in {where} may ask for `{name}`.")
    if mention.role is Role.REBOUND and any(key[0] == path and not key[1].holder for key in family):
        return Refusal("bound twice", f"`{name}` is bound again in {where}.")
    if mention.role is Role.STRING and _asks(snapshot, path, mention):
        return Refusal("computed name", f"The string in {where} may name the fixture.")
    if mention.owner is None or mention.role not in REQUESTS:
        return None
    fixture = q.get(fixtures_of, path).get(mention.owner)
    if fixture is not None and name in fixture.argnames:
        return Refusal("uncertain", f"Which `{name}` the fixture `{fixture.name}` in {where} requests is not certain.")
    function = q.get(index_of, path).functions.get(mention.owner)
    if function is not None and function.decorators and mention.role is Role.PARAMETER:
        level = q.get(level_at, path, class_path_of(mention.owner))
        if function.name in level.unknown:
            return Refusal("uncertain", f"`{function.name}` in {where} requests `{name}` and may be a fixture.")
    return None


def _asks(snapshot: Snapshot, path: PurePath, mention: Mention) -> bool:
    """Whether the code around a string looks at the names of fixtures."""
    facts = snapshot.queries.facts(path)
    if facts is None:
        return False
    spans = facts.layout.defs.get(mention.owner) if mention.owner is not None else None
    chunk = facts.tree.chunks[facts.tree.index_at(mention.span.start)].chunk
    around = chunk.text if spans is None else facts.tree.text[slice(*spans.whole)]
    return any(word in around for word in ASKING)


def _by_computed_name(snapshot: Snapshot, search: Search, found: Occurrences, cancel: CancelToken) -> Refusal | None:
    strings = [path for path, mention in found.open if mention.role is Role.STRING]
    for path, call in _computed(snapshot, search, cancel):
        place = f"{located(snapshot, path, NOWHERE)} line {call.line}"
        if call.pattern and re.fullmatch(call.pattern, found.name):
            return Refusal(
                "computed name", f"{place} asks for a fixture by a computed name, which may be `{found.name}`."
            )
        scope = path.parent if path.name == "conftest.py" else path
        if not call.pattern and any(one.is_relative_to(scope) for one in strings):
            return Refusal(
                "computed name",
                f"{place} asks for a fixture by a computed name, and the string `{found.name}` may be it.",
            )
    return None


def _computed(snapshot: Snapshot, search: Search, cancel: CancelToken) -> Iterator[tuple[PurePath, Computed]]:
    paths = dict.fromkeys(path for word in sorted(BY_NAME) for path in search.mentioning(word))
    for path in paths:
        cancel.check()
        for call in snapshot.queries.get(computed_in, path):
            yield path, call
