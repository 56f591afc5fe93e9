"""All occurrences of a fixture name in the workspace, and which definitions belong together by overriding."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

from loopscope.facts.expr import dotted
from loopscope.facts.outline import FactId
from loopscope.features.mention import Mention, Role
from loopscope.features.occurrences import (
    OF_FUNCTIONS,
    REQUESTS,
    Chain,
    Key,
    Meaning,
    Occurrence,
    class_path_of,
    collected,
    fixtures_of,
    for_fixture,
    for_test,
    key_of,
    meaning_of,
    resolved_in,
)
from loopscope.features.search import Search
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen, replace
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.index import index_of
from loopscope.workspace.model import FixtureDef, Unknown
from loopscope.workspace.mro import mro_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import level_at
from loopscope.workspace.visibility import session_level


@frozen
class Occurrences:
    """All places of a workspace that mean a fixture of one name, by file, and what may mean one: `open`, by file."""

    name: str
    found: tuple[Occurrence, ...]
    open: tuple[tuple[PurePath, Mention], ...]


def occurrences(snapshot: Snapshot, search: Search, name: str, cancel: CancelToken = NEVER) -> Occurrences:
    """Where the workspace means a fixture of that name, with all its overrides. Raises `Cancelled`."""
    q = snapshot.queries
    found: list[Occurrence] = []
    unmeant: list[tuple[PurePath, Mention]] = []
    for path in dict.fromkeys(search.mentioning(name)):
        cancel.check()
        resolved = q.get(resolved_in, path, name)
        found += resolved.occurrences
        unmeant += [(path, mention) for mention in resolved.open]
    found, unmeant = _from_elsewhere(q, search, name, found, unmeant, cancel)
    found, unmeant = _from_definitions(q, found, unmeant, name)
    paths = dict.fromkeys((*(one.path for one in found), *(path for path, _ in unmeant)))
    found += _configured(snapshot, q, paths, name)
    found.sort(key=lambda one: (one.path, one.span))
    return Occurrences(name, tuple(found), tuple(unmeant))


def family_of(found: Occurrences, start: Iterable[Key]) -> frozenset[Key]:
    """The definitions that overriding connects with those of `start`: any of them may be meant where another is."""
    family = set(start)
    grown = True
    while grown:
        grown = False
        for one in found.found:
            members = one.family
            if members & family and not members <= family:
                family |= members
                grown = True
    return frozenset(family)


def _from_elsewhere(
    q: Queries,
    search: Search,
    name: str,
    found: list[Occurrence],
    unmeant: list[tuple[PurePath, Mention]],
    cancel: CancelToken,
) -> tuple[list[Occurrence], list[tuple[PurePath, Mention]]]:
    """Add what functions and classes mean that other modules import or derive from."""
    wanted = {(one.path, one.owner) for one in found if one.role in REQUESTS and one.owner is not None}
    wanted |= {(path, one.owner) for path, one in unmeant if one.role in REQUESTS and one.owner is not None}
    requesting: dict[Key, list[FactId]] = {}
    for path, id_ in wanted:
        requesting.setdefault((path, FactId(id_.holder) if id_.holder else id_), []).append(id_)
        requesting.setdefault((path, id_), [id_])
    by_owner: dict[Key, list[tuple[Meaning, Meaning]]] = {}
    for user in _importers(q, search, wanted, cancel):
        for owner, by_parameter, by_name in _meanings_in(q, user, requesting, name):
            by_owner.setdefault(owner, []).append((by_parameter, by_name))
    if not by_owner:
        return found, unmeant
    widened = [_widened(one, by_owner) for one in found]
    left: list[tuple[PurePath, Mention]] = []
    for path, mention in unmeant:
        bare = Occurrence(path, mention.role, mention.span, mention.owner, ())
        one = _widened(bare, by_owner)
        if one.chains:
            widened.append(one)
        else:
            left.append((path, mention))
    return widened, left


def _widened(one: Occurrence, by_owner: Mapping[Key, Sequence[tuple[Meaning, Meaning]]]) -> Occurrence:
    meanings = by_owner.get((one.path, one.owner)) if one.owner is not None and one.role in REQUESTS else None
    if meanings is None:
        return one
    by_parameter = one.role in OF_FUNCTIONS
    chosen = [as_parameter if by_parameter else as_string for as_parameter, as_string in meanings]
    chains = [meaning.chain for meaning in chosen if meaning.requested and meaning.chain]
    return replace(one, chains=tuple(dict.fromkeys((*one.chains, *chains))))


def _importers(q: Queries, search: Search, wanted: Collection[Key], cancel: CancelToken) -> Iterator[PurePath]:
    """The modules that may take functions or classes from those files, directly or through others; those files too."""
    words = {id_.qualname.partition(".")[0] for _, id_ in wanted}
    seen = {path for path, _ in wanted}
    yield from sorted(seen)
    frontier = {_stem(path) for path in seen}
    while frontier:
        new: set[str] = set()
        for path in search.importing(frontier, words):
            cancel.check()
            if path not in seen:
                seen.add(path)
                new.add(_stem(path))
                words |= _derived(q, path, words)
                yield path
        frontier = new


def _derived(q: Queries, path: PurePath, bases: Collection[str]) -> set[str]:
    """The classes of a file with a base of one of these names."""
    classes = q.get(index_of, path).classes.values()
    return {one.name for one in classes if any((dotted(base) or "").rpartition(".")[2] in bases for base in one.bases)}


def _stem(path: PurePath) -> str:
    return path.parent.name if path.name == "__init__.py" else path.stem


def _meanings_in(
    q: Queries, user: PurePath, requesting: Mapping[Key, Sequence[FactId]], name: str
) -> Iterator[tuple[Key, Meaning, Meaning]]:
    """What the name is in the context of one module, as parameter and as string, for functions and classes of others.

    `requesting` are the functions and classes that write the name, below the key of their class or of themselves.
    """
    made = collected(q, user)
    for test in made.tests:
        holder = FactId(test.id.holder) if test.id.holder else test.id
        if test.code_path != user and test.id in requesting.get((test.code_path, holder), ()):
            found = for_test(q, test, name, by_parameter=True), for_test(q, test, name, by_parameter=False)
            yield (test.code_path, test.id), *found
    for class_path, key in made.classes.items():
        for base in q.get(mro_of, *key).classes:
            for owner in requesting.get(base, ()) if base != key or key[0] != user else ():
                if owner == base[1]:
                    meaning = meaning_of(q.get(level_at, user, class_path).chain(name))
                    yield base, meaning, meaning
                fixture = q.get(fixtures_of, base[0]).get(owner)
                if fixture is not None:
                    seen = replace(fixture, holder=user, baseid="::".join((user.name, *class_path)))
                    yield (base[0], owner), *_of_fixture(q, user, seen, name)
    for defs in q.get(level_at, user, ()).defs.values():
        for fixture in defs:
            if fixture.path != user and key_of(fixture) in requesting:
                yield key_of(fixture), *_of_fixture(q, user, fixture, name)


def _of_fixture(q: Queries, user: PurePath, fixture: FixtureDef, name: str) -> tuple[Meaning, Meaning]:
    return (
        for_fixture(q, user, fixture, name, by_parameter=True),
        for_fixture(q, user, fixture, name, by_parameter=False),
    )


def _from_definitions(
    q: Queries, found: list[Occurrence], unmeant: list[tuple[PurePath, Mention]], name: str
) -> tuple[list[Occurrence], list[tuple[PurePath, Mention]]]:
    """Fixtures that request a name which is only defined further in, by each module for itself."""
    definitions = {
        key_of(chain[-1]): chain[-1]
        for one in found
        if one.role in (Role.DEFINITION, Role.NAME, Role.ALIAS)
        for chain in one.chains
    }
    left: list[tuple[PurePath, Mention]] = []
    added: list[Occurrence] = []
    for path, mention in unmeant:
        fixture = None
        if mention.owner is not None and mention.role in REQUESTS:
            fixture = q.get(fixtures_of, path).get(mention.owner)
        chains: tuple[Chain, ...] = ()
        if fixture is not None and (mention.role not in OF_FUNCTIONS or name in fixture.argnames):
            chains = tuple((one,) for one in definitions.values() if _sees(q, one, fixture))
        if chains:
            added.append(Occurrence(path, mention.role, mention.span, mention.owner, chains))
        else:
            left.append((path, mention))
    return [*found, *added], left


def _sees(q: Queries, one: FixtureDef, other: FixtureDef) -> bool:
    """Whether a fixture is visible where another is defined."""
    chain = q.get(level_at, one.path, class_path_of(one.id)).chain(other.name)
    return not isinstance(chain, Unknown) and any(key_of(seen) == key_of(other) for seen in chain)


def _configured(snapshot: Snapshot, q: Queries, paths: Iterable[PurePath], name: str) -> list[Occurrence]:
    """`usefixtures` in the configuration files of the projects that the files belong to."""
    found: dict[Occurrence, None] = {}
    folders = {*(path.parent for path in paths), *snapshot.roots}
    for config in {id(one): one for one in (q.get(config_at, folder) for folder in folders)}.values():
        for value in config.usefixtures:
            origin = value.origin
            if value.value != name or origin.path is None or origin.span is None:
                continue
            text = snapshot.files.read(origin.path)
            at = -1 if isinstance(text, Unreadable) else text.find(name, *origin.span)
            chain = q.get(session_level, config.rootdir).chain(name)
            if not isinstance(chain, Unknown) and chain and at >= 0:
                span = type(origin.span)(at, at + len(name))
                found[Occurrence(origin.path, Role.CONFIG, span, None, (chain,))] = None
    return list(found)
