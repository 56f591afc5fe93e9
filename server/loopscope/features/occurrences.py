"""What each mention of a name means in its own file: the fixtures that pytest would inject there."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from loopscope.config.patterns import matches_prefix_or_glob, path_matches_patterns
from loopscope.facts.expr import ParamKind
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.features.mention import Mention, Role
from loopscope.features.mentions import mentions_in
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.circles import Cycle
from loopscope.workspace.closure import Asked
from loopscope.workspace.collection import Collected, collect_module
from loopscope.workspace.definitions import defined_in
from loopscope.workspace.imports import find_import
from loopscope.workspace.index import index_of
from loopscope.workspace.marks import parametrized
from loopscope.workspace.model import FixtureDef, TestItem, Unknown
from loopscope.workspace.namespace import dereference, lookup
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Alternatives, Function, Value
from loopscope.workspace.view import asked_at, closure_at, level_at

Chain: TypeAlias = tuple[FixtureDef, ...]
Key: TypeAlias = tuple[PurePath, FactId]


@frozen
class Occurrence:
    """One place that means fixtures of one name.

    Each of `chains` is what it means in one context (a function may be collected by several classes), the last
    definition of a chain winning. `direct` says that a parametrize mark gives the value in place of the fixture;
    `unknown` why some context is not certain.
    """

    path: PurePath
    role: Role
    span: Span
    owner: FactId | None
    chains: tuple[Chain, ...]
    direct: bool = False
    unknown: str | None = None

    @property
    def definitions(self) -> frozenset[Key]:
        """The definitions that win at the place."""
        return frozenset(key_of(chain[-1]) for chain in self.chains)

    @property
    def family(self) -> frozenset[Key]:
        """The definitions that win at the place, and those that they override."""
        return frozenset(key_of(one) for chain in self.chains for one in chain)


class Meaning(NamedTuple):
    """What a name is for one function, class or module in one context; see `Occurrence`."""

    chain: Chain = ()
    direct: bool = False
    unknown: str | None = None
    requested: bool = True
    """False when the name is no request at all, such as a parameter with a default."""


class Resolved(NamedTuple):
    """The occurrences of one file, and the mentions that nothing in the file gives a meaning to."""

    occurrences: tuple[Occurrence, ...]
    open: tuple[Mention, ...]


OF_FUNCTIONS = frozenset({Role.PARAMETER, Role.READ, Role.WRITE})
"""The roles in which a name is a parameter of a function of the outline, or a use of that."""
_BY_NAME = frozenset({Role.USEFIXTURES, Role.INDIRECT, Role.ARGNAME, Role.GETFIXTUREVALUE})
REQUESTS = OF_FUNCTIONS | _BY_NAME
"""The roles in which a fixture is requested."""


def key_of(fixture: FixtureDef) -> Key:
    """What a definition is told from others by."""
    return fixture.path, fixture.id


def resolved_in(q: Queries, path: PurePath, name: str) -> Resolved:
    """The occurrences of a fixture name in one file, as the file itself tells."""
    found: list[Occurrence] = []
    unmeant: list[Mention] = []
    for mention in q.get(mentions_in, path, name):
        meanings = tuple(one for one in _meanings(q, path, name, mention) if one.requested)
        chains = tuple(dict.fromkeys(one.chain for one in meanings if one.chain))
        direct = any(one.direct for one in meanings)
        unknown = next((one.unknown for one in meanings if one.unknown is not None), None)
        if chains or direct or unknown is not None:
            found.append(Occurrence(path, mention.role, mention.span, mention.owner, chains, direct, unknown))
        else:
            unmeant.append(mention)
    return Resolved(tuple(found), tuple(unmeant))


def tests_of(q: Queries, path: PurePath) -> dict[FactId, tuple[TestItem, ...]]:
    """The tests that a file collects and whose functions are written in it, by function."""
    found: dict[FactId, tuple[TestItem, ...]] = {}
    for test in collected(q, path).tests:
        if test.code_path == path:
            found[test.id] = (*found.get(test.id, ()), test)
    return found


def fixtures_of(q: Queries, path: PurePath) -> dict[FactId, FixtureDef]:
    """The fixtures written in a file, by function."""
    return {fixture.id: fixture for fixture in q.get(defined_in, path)}


def collected(q: Queries, path: PurePath) -> Collected:
    """What pytest collects from a file; nothing from one that it does not look for tests in."""
    config = q.get(config_at, path.parent)
    if path.name == "conftest.py" or not path_matches_patterns(path, config.python_files.value):
        return Collected((), {})
    return q.get(collect_module, path)


def for_test(q: Queries, test: TestItem, name: str, *, by_parameter: bool) -> Meaning:
    """What a name is for a test."""
    asked: Asked = q.get(asked_at, test.path, test.class_path, test.name)
    given = parametrized(q, asked.marks)
    if by_parameter and name not in asked.argnames and name not in given.direct:
        return Meaning(requested=False)
    chain = q.get(level_at, test.path, test.class_path).chain(name)
    if name in given.direct:
        known = () if isinstance(chain, Unknown) else chain
        return Meaning(known if known and _is_needed(q, test, name) else (), direct=True)
    return meaning_of(chain)


def for_fixture(q: Queries, path: PurePath, fixture: FixtureDef, name: str, *, by_parameter: bool) -> Meaning:
    """What a name is for a fixture registered through `path`; an override of that name gets what it overrides."""
    if by_parameter and name not in fixture.argnames:
        return Meaning(requested=False)
    class_path = tuple(fixture.baseid.split("::")[1:]) if fixture.holder == path else ()
    chain = q.get(level_at, path, class_path).chain(name)
    if isinstance(chain, Unknown):
        return meaning_of(chain)
    if by_parameter and name == fixture.name:
        places = [place for place, one in enumerate(chain) if key_of(one) == key_of(fixture)]
        chain = chain[: places[-1]] if places else chain
    return Meaning(chain)


def meaning_of(chain: Chain | Unknown) -> Meaning:
    """A chain, or why there is none."""
    return Meaning(unknown=chain.reason) if isinstance(chain, Unknown) else Meaning(chain)


def _is_needed(q: Queries, test: TestItem, name: str) -> bool:
    """Whether a fixture of the test requests the name, so that a direct parametrize takes the fixture's place there."""
    closure = q.get(closure_at, test.path, test.class_path, test.name)
    return any(name in one.argnames for other, chain in closure.chains.items() if other != name for one in chain)


def _meanings(q: Queries, path: PurePath, name: str, mention: Mention) -> Iterator[Meaning]:
    match mention.role:
        case Role.DEFINITION | Role.NAME if mention.owner is not None:
            yield from _defined(q, path, name, mention)
        case role if role in OF_FUNCTIONS and mention.owner is not None:
            yield from _for_function(q, path, mention.owner, name, by_parameter=True)
        case Role.ARGNAME if mention.indirect is False:
            yield from _parametrized_directly(q, path, name, mention)
        case Role.GETFIXTURE:
            yield meaning_of(q.get(level_at, path, ()).chain(name))
        case role if role in _BY_NAME:
            yield from _by_name(q, path, name, mention)
        case Role.GLOBAL | Role.EXPORT:
            yield from _of_value(q, name, _quietly(q, path, name))
            yield from _bound(q, path, name)
        case Role.REBOUND | Role.ALIAS:
            yield from _bound(q, path, name)
        case Role.IMPORT:
            source = find_import(q, path, mention.detail)
            yield from _of_value(q, name, _quietly(q, source, name) if source is not None else None)
        case Role.ATTRIBUTE:
            yield from _of_value(q, name, dereference(q, path, mention.detail))
        case Role.OF_CLASS if mention.owner is not None:
            inner = FactId(f"{mention.owner.qualname}.{name}")
            fixture = q.get(fixtures_of, path).get(inner)
            if fixture is not None and fixture.name == name:
                yield Meaning((fixture,))
        case _:
            pass


def _defined(q: Queries, path: PurePath, name: str, mention: Mention) -> Iterator[Meaning]:
    assert mention.owner is not None
    fixture = q.get(fixtures_of, path).get(mention.owner)
    if fixture is None or fixture.name != name:
        return
    visible = q.get(level_at, path, class_path_of(mention.owner)).chain(name)
    chain = () if isinstance(visible, Unknown) else visible
    places = [place for place, one in enumerate(chain) if key_of(one) == key_of(fixture)]
    yield Meaning(chain[: places[-1] + 1] if places else (fixture,))


def _bound(q: Queries, path: PurePath, name: str) -> Iterator[Meaning]:
    """A fixture that gets its name from a binding: `name = pytest.fixture(function)`, `from m import other as name`."""
    for fixture in q.get(level_at, path, ()).defs.get(name, ()):
        if (
            fixture.holder == path
            and fixture.function.name != name
            and not _is_named(q, fixture.path, name, fixture.id)
        ):
            yield Meaning((fixture,))


def _is_named(q: Queries, path: PurePath, name: str, function: FactId) -> bool:
    """Whether the decorator of a fixture says its name, so that the function's own name does not matter."""
    return any(one.role is Role.NAME and one.owner == function for one in q.get(mentions_in, path, name))


def _for_function(q: Queries, path: PurePath, owner: FactId, name: str, *, by_parameter: bool) -> Iterator[Meaning]:
    tests = q.get(tests_of, path).get(owner, ())
    for test in tests:
        yield for_test(q, test, name, by_parameter=by_parameter)
    fixture = q.get(fixtures_of, path).get(owner)
    if fixture is not None:
        yield for_fixture(q, path, fixture, name, by_parameter=by_parameter)
    elif not tests:
        fact = q.get(index_of, path).functions.get(owner)
        if fact is not None and (not by_parameter or _is_dormant(q, path, fact, name)):
            yield meaning_of(q.get(level_at, path, class_path_of(owner)).chain(name))


def _is_dormant(q: Queries, path: PurePath, fact: FunctionFact, name: str) -> bool:
    """Whether a function would be a test that requests the name, though pytest does not collect it now or from here."""
    config = q.get(config_at, path.parent)
    if not matches_prefix_or_glob(fact.name, config.python_functions.value):
        return False
    params = fact.params[1:] if fact.id.holder else fact.params
    kinds = (ParamKind.NORMAL, ParamKind.KEYWORD_ONLY)
    return any(param.name == name and not param.has_default and param.kind in kinds for param in params)


def _by_name(q: Queries, path: PurePath, name: str, mention: Mention) -> Iterator[Meaning]:
    owner = mention.owner
    if owner is not None and owner in q.get(index_of, path).functions:
        yield from _for_function(q, path, owner, name, by_parameter=False)
    else:
        classes = tuple(owner.qualname.split(".")) if owner is not None else ()
        yield meaning_of(q.get(level_at, path, classes).chain(name))


def _parametrized_directly(q: Queries, path: PurePath, name: str, mention: Mention) -> Iterator[Meaning]:
    """A direct parametrize: of the tests below its owner."""
    for id_, tests in q.get(tests_of, path).items():
        prefix = "" if mention.owner is None else mention.owner.qualname
        if id_ == mention.owner or not prefix or id_.qualname.startswith(f"{prefix}."):
            for test in tests:
                yield for_test(q, test, name, by_parameter=False)


def _of_value(q: Queries, name: str, value: Value | None) -> Iterator[Meaning]:
    """A function that is a fixture of the name, seen as a value."""
    for one in value.values if isinstance(value, Alternatives) else (value,):
        if isinstance(one, Function):
            fixture = q.get(fixtures_of, one.path).get(one.fact.id)
            if fixture is not None and fixture.name == name:
                yield Meaning((fixture,))


def _quietly(q: Queries, path: PurePath, name: str) -> Value | None:
    try:
        return q.get(lookup, path, name)
    except Cycle:
        return None


def class_path_of(id_: FactId) -> tuple[str, ...]:
    """The classes that hold a definition, the outermost first."""
    return tuple(id_.holder.split(".")) if id_.holder else ()
