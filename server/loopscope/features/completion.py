"""Completion: fixtures where they are requested, arguments and their values where loops and scopes are declared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from loopscope.facts.outline import FactId
from loopscope.features.arguments import SCOPES, Argument, arguments_of
from loopscope.features.cursor import Place, Signature
from loopscope.features.describe import origin, summary
from loopscope.features.hover import fixture_card
from loopscope.features.requested import requests_by_name
from loopscope.features.site import Site, class_path
from loopscope.workspace.model import FixtureDef, Scope, Where

TRIGGERS = ("(", ",", '"', "'", "=")
"""The characters after which an editor should ask unasked."""


class Sort(Enum):
    """What a completion stands for."""

    FIXTURE = "fixture"
    KEYWORD = "keyword argument"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Completion:
    """One proposal: `text` replaces the word at the cursor, `rank` orders as a string, `fixture` documents it."""

    label: str
    sort: Sort
    text: str
    rank: str
    detail: str = ""
    documentation: str = ""
    fixture: FixtureDef | None = None


_NEAREST = (Where.CLASS, Where.MODULE, Where.CONFTEST, Where.LOCAL_PLUGIN, Where.PLUGIN, Where.PYTEST)


def completions(site: Site) -> tuple[Completion, ...]:
    """What can be written at the cursor, best first; empty where loopscope has nothing to say."""
    cursor = site.cursor
    match cursor.place:
        case Place.PARAMETER if cursor.signature is not None:
            found: Iterable[Completion] = _parameters(site, cursor.signature)
        case Place.STRING if requests_by_name(site):
            found = _named(site)
        case Place.STRING:
            found = _string_values(site)
        case Place.ARGUMENT:
            found = _keywords(site)
        case Place.VALUE:
            found = _values(site)
        case _:
            found = ()
    return tuple(sorted(found, key=_rank))


def documentation(site: Site, completion: Completion) -> str:
    """What an editor shows beside a proposal, as Markdown; empty for nothing."""
    if completion.fixture is None:
        return completion.documentation
    return fixture_card(site.snapshot, site.view, (completion.fixture,))


def _rank(completion: Completion) -> str:
    return completion.rank


def _parameters(site: Site, signature: Signature) -> Iterator[Completion]:
    """Fixtures for the parameters of a test or fixture, even one of which only the name is typed."""
    id_ = site.defined_at(signature.name.start) or _half_typed(site, signature)
    fixture = site.fixture(id_)
    if fixture is None and site.test(id_) is None and not _would_be_test(site, signature):
        return
    present = frozenset(signature.names)
    for chain in _visible(site, class_path(id_)):
        one = chain[-1]
        if fixture is not None and one.id == fixture.id and one.path == fixture.path:
            if len(chain) == 1:
                continue
            one = chain[-2]
        if one.name not in present and not _too_narrow(one, fixture):
            yield _fixture(site, one)


def _half_typed(site: Site, signature: Signature) -> FactId:
    """An id for a function that cannot be parsed: of the class above it, when it is indented."""
    name = site.source.text[slice(*signature.name)]
    line = site.source.lines.line_of(signature.name.start)
    if site.source.lines.line_text(line)[:1] not in (" ", "\t"):
        return FactId(name)
    layout = site.facts.layout
    above = [id_ for id_ in layout.class_bindings if layout.defs[id_].whole.start < signature.name.start]
    nearest = max(above, key=lambda id_: layout.defs[id_].whole.start, default=None)
    return FactId(f"{nearest.qualname}.{name}") if nearest is not None else FactId(name)


def _would_be_test(site: Site, signature: Signature) -> bool:
    """Whether a function of this name would be collected; pytest's default when the file is not a test file yet."""
    name = site.source.text[slice(*signature.name)]
    prefixes = site.snapshot.config(site.path).texts("python_functions").value
    return any(name.startswith(prefix.rstrip("*")) for prefix in prefixes)


def _too_narrow(one: FixtureDef, requester: FixtureDef | None) -> bool:
    """Whether pytest would refuse the request (`ScopeMismatch`)."""
    if requester is None or not isinstance(one.scope, Scope) or not isinstance(requester.scope, Scope):
        return False
    return requester.scope.wider_than(one.scope)


def _named(site: Site) -> Iterator[Completion]:
    owner = site.owner
    held = class_path(owner) if owner is not None else ()
    for chain in _visible(site, held):
        yield _fixture(site, chain[-1])


def _visible(site: Site, held: tuple[str, ...]) -> Iterator[tuple[FixtureDef, ...]]:
    """The chains of all fixtures that may be shown: private ones only while an underscore is being typed."""
    private = site.cursor.prefix.startswith("_")
    for name, chain in site.view.visible(held).items():
        internal = name.startswith("_") and not (private and chain[-1].where not in (Where.PLUGIN, Where.PYTEST))
        if chain and not internal and name.isidentifier():
            yield chain


def _fixture(site: Site, one: FixtureDef) -> Completion:
    nearness = _NEAREST.index(one.where)
    # Of two conftests the deeper one is nearer.
    depth = 99 - min(len(one.holder.parts), 99)
    return Completion(
        one.name,
        Sort.FIXTURE,
        one.name,
        f"{nearness}{depth:02}{one.name}",
        f"{summary(site.snapshot, site.view, one)} · {origin(site.snapshot, one)}",
        fixture=one,
    )


def _keywords(site: Site) -> Iterator[Completion]:
    call = site.cursor.call
    if call is None:
        return
    for index, one in enumerate(_arguments(site)):
        if one.name not in call.keywords:
            label = f"{one.name}="
            yield Completion(label, Sort.KEYWORD, label, f"0{index}", documentation=one.doc)


def _values(site: Site) -> Iterator[Completion]:
    for index, value in enumerate(_argument_values(site)):
        yield Completion(value, Sort.VALUE, value, f"{index}", SCOPES.get(value.strip('"'), ""))


def _string_values(site: Site) -> Iterator[Completion]:
    for index, value in enumerate(_argument_values(site)):
        if value.startswith('"'):
            text = value.strip('"')
            yield Completion(text, Sort.VALUE, text, f"{index}", SCOPES.get(text, ""))


def _argument_values(site: Site) -> tuple[str, ...]:
    call = site.cursor.call
    named = (one.values for one in _arguments(site) if call is not None and one.name == call.keyword)
    return next(named, ())


def _arguments(site: Site) -> tuple[Argument, ...]:
    call = site.cursor.call
    if call is None:
        return ()
    return arguments_of(site.canonical(call.callee), site.snapshot.environment_of(site.path))
