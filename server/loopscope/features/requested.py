"""Which fixture a place in the text means: a definition, a parameter, a parameter's use in a body, a string."""

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.features.cursor import Place
from loopscope.features.site import Site, class_path
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef, TestItem, Unknown

USEFIXTURES = "pytest.mark.usefixtures"
GETFIXTUREVALUE = "getfixturevalue"
PARAMETRIZE = "pytest.mark.parametrize"


@frozen
class Requested:
    """A fixture meant at `span`. The last of `chain` is what pytest injects there, the others it overrides."""

    name: str
    span: Span
    chain: tuple[FixtureDef, ...]

    @property
    def definition(self) -> FixtureDef:
        """The fixture that wins."""
        return self.chain[-1]


def requested_at(site: Site) -> Requested | None:
    """The fixture meant at the cursor; None when it means none, or when that is not certain."""
    cursor = site.cursor
    if not cursor.text or cursor.place is Place.COMMENT:
        return None
    if cursor.place is Place.STRING:
        return _in_string(site)
    if cursor.place is Place.DOCTEST:
        chain = _certain(site.view.chain(cursor.text))
        return Requested(cursor.text, cursor.word, chain) if chain else None
    defined = site.defined_at(cursor.word.start)
    if defined is not None:
        return _definition(site, defined)
    if cursor.dotted:
        return None
    if cursor.signature is not None:
        owner = site.defined_at(cursor.signature.name.start)
        return _parameter(site, owner) if owner is not None and cursor.place is Place.PARAMETER else None
    return _in_body(site)


def chain_for(site: Site, owner: FactId, name: str) -> tuple[FixtureDef, ...]:
    """What a parameter `name` of a function of this file resolves to; empty for none, or when it is not certain."""
    test = site.test(owner)
    if test is not None:
        return _for_test(site, test, name)
    fixture = site.fixture(owner)
    if fixture is None:
        return ()
    return _certain(site.view.requested(fixture, name))


def _for_test(site: Site, test: TestItem, name: str) -> tuple[FixtureDef, ...]:
    closure = site.view.closure(test)
    if name in closure.direct or name in closure.unknown:
        return ()
    return closure.chains.get(name) or _certain(site.view.chain(name, test.class_path))


def _certain(chain: tuple[FixtureDef, ...] | Unknown) -> tuple[FixtureDef, ...]:
    return () if isinstance(chain, Unknown) else chain


def _definition(site: Site, id_: FactId) -> Requested | None:
    fixture = site.fixture(id_)
    if fixture is None:
        return None
    visible = _certain(site.view.chain(fixture.name, class_path(id_)))
    chain = visible[: visible.index(fixture) + 1] if fixture in visible else (fixture,)
    return Requested(fixture.name, site.cursor.word, chain)


def _parameter(site: Site, owner: FactId) -> Requested | None:
    name = site.cursor.text
    chain = chain_for(site, owner, name)
    return Requested(name, site.cursor.word, chain) if chain else None


def _in_body(site: Site) -> Requested | None:
    """A name in a function whose parameter it is, unless a function between them binds it."""
    owner, name = site.owner, site.cursor.text
    body = site.facts.body(owner) if owner is not None else None
    if owner is None or body is None or name not in _parameters(body) or _hidden(site, body):
        return None
    spans = site.spans(owner)
    if spans is not None and any(site.cursor.offset in decorator for decorator in spans.decorators):
        return None
    return _parameter(site, owner)


def _parameters(body: Body) -> set[str]:
    arguments = body.node.args
    return {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def _hidden(site: Site, body: Body) -> bool:
    for inner in body.nested:
        if site.cursor.offset in site.facts.span(inner, inner.node):
            return site.cursor.text in inner.bound or _hidden(site, inner)
    return False


def _in_string(site: Site) -> Requested | None:
    call, name = site.cursor.call, site.cursor.text
    if call is None or not requests_by_name(site):
        return None
    owner = site.owner
    chain: tuple[FixtureDef, ...] = ()
    if owner is not None and (site.test(owner) or site.fixture(owner)):
        chain = chain_for(site, owner, name)
    elif owner is None or call.decorator:
        # `pytestmark`, or a mark on a class.
        chain = _certain(site.view.chain(name, tuple(owner.qualname.split(".")) if owner else ()))
    return Requested(name, site.cursor.word, chain) if chain else None


def requests_by_name(site: Site) -> bool:
    """Whether the string at the cursor names a fixture: in `usefixtures`, `getfixturevalue` or `indirect=`."""
    call = site.cursor.call
    if call is None:
        return False
    callee = site.canonical(call.callee)
    if callee == USEFIXTURES:
        return call.keyword is None
    if callee.rpartition(".")[2] == GETFIXTUREVALUE:
        return call.index == 0 and call.keyword in (None, "argname")
    return callee == PARAMETRIZE and call.keyword == "indirect"
