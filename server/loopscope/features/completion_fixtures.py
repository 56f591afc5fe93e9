"""Completion of fixtures: in parameters, in strings that request them, and in bodies, with the parameter added."""

import builtins
import re
from collections.abc import Iterator

from loopscope.engine.run import context_of
from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.features.cursor import Signature
from loopscope.features.describe import loop_scope_text, origin, summary
from loopscope.features.parametrized import given_to
from loopscope.features.proposal import Completion, Sort
from loopscope.features.site import Site, class_path
from loopscope.rules.support.names import add_parameter
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.workspace.model import FixtureDef, Scope, Where
from loopscope.workspace.mro import TESTCASES, is_subclass

_NEAREST = (Where.CLASS, Where.MODULE, Where.CONFTEST, Where.LOCAL_PLUGIN, Where.PLUGIN, Where.PYTEST)
_NO_EXPRESSION = re.compile(
    r"[ \t]*(?:from|import)\b|.*\b(?:def|class|as|global|nonlocal|for|lambda|del|except)[ \t]+\Z"
)
_EXPECTS_EXPRESSION = re.compile(
    r"(?:\A|[(\[{,=:+*/%<|&^@;-]|(?<!-)>"
    r"|\b(?:and|assert|await|elif|from|if|in|is|not|or|return|while|with|yield))[ \t]*\Z"
)
_LAST = "~"
"""Ranks behind all that another server proposes in the same place."""


def in_parameters(site: Site, signature: Signature) -> Iterator[Completion]:
    """What the parameters of a test or fixture may be, even of one of which only the name is typed."""
    id_ = site.defined_at(signature.name.start) or _half_typed(site, signature)
    fixture = site.fixture(id_)
    test = site.test(id_)
    if fixture is None and test is None and not _would_be_test(site, signature):
        return
    present = frozenset(signature.names)
    given = () if fixture is not None else given_to(site, signature, test)
    for index, name in enumerate(given):
        if name not in present:
            yield Completion(name, Sort.ARGNAME, name, f"!{index:02}", "parametrized")
    if (test.is_unittest if test is not None else _in_testcase(site, id_)) and fixture is None:
        return
    for one in _requestable(site, id_, fixture):
        if one.name not in present and one.name not in given:
            yield _fixture(site, one, fixture)


def in_string(site: Site) -> Iterator[Completion]:
    """The fixtures that a string of `usefixtures` or `getfixturevalue` may name."""
    owner = site.owner
    held = () if owner is None else class_path(owner)
    if owner is not None and owner in site.facts.layout.class_bindings:
        # A mark on a class, or its `pytestmark`: its tests see what the class has.
        held = tuple(owner.qualname.split("."))
    for chain in _visible(site, held):
        yield _fixture(site, chain[-1])


def in_doctest(site: Site) -> Iterator[Completion]:
    """The fixtures that `getfixture("…")` of a doctest may name: those that the module sees."""
    for chain in _visible(site, ()):
        yield _fixture(site, chain[-1])


def in_body(site: Site, *, asked: bool) -> Iterator[Completion]:
    """The fixtures that a name typed in a body may mean, or one about to be when that is asked for.

    The parameter comes with them.
    """
    owner, body = function_around(site), None
    typed = bool(site.cursor.prefix) or (asked and owner is not None and _may_begin(site, owner))
    if typed and owner is not None and site.cursor.signature is None:
        body = site.facts.body(owner)
    if owner is None or body is None or not _in_statements(site, owner, body):
        return
    fixture, test = site.fixture(owner), site.test(owner)
    if fixture is None and (test is None or test.is_unittest):
        return
    ctx = context_of(site.snapshot, site.path)
    if isinstance(ctx, Unreadable):
        return
    taken = _bound(site, body)
    for one in _requestable(site, owner, fixture):
        if one.name in taken or _means_else(site, one):
            continue
        edit = add_parameter(ctx, owner, one.name)
        if edit is not None:
            yield _fixture(site, one, fixture, lead=_LAST, edits=(edit,))


def function_around(site: Site) -> FactId | None:
    """The function of the cursor's line; told by indentation when the line is too broken to be part of it."""
    if site.owner is not None:
        return site.owner
    lines = site.source.lines
    above = [(id_, spans) for id_, spans in site.facts.layout.defs.items() if spans.name.start < site.cursor.offset]
    nearest = max(above, key=lambda one: one[1].name.start, default=None)
    if nearest is None:
        return None
    first, last = lines.line_of(nearest[1].name.start), lines.line_of(site.cursor.offset)
    texts = [lines.line_text(number) for number in range(first, last + 1)]
    outer, *inner = [len(text) - len(text.lstrip()) for text in texts if text.strip()]
    return nearest[0] if inner and min(inner) > outer else None


def _requestable(site: Site, id_: FactId, fixture: FixtureDef | None) -> Iterator[FixtureDef]:
    """The visible fixtures that a function may request: no override itself, no fixture one of narrower scope."""
    for chain in _visible(site, class_path(id_)):
        one = chain[-1]
        if fixture is not None and one.id == fixture.id and one.path == fixture.path:
            if len(chain) == 1:
                continue
            one = chain[-2]
        if not _too_narrow(one, fixture):
            yield one


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


def _in_testcase(site: Site, id_: FactId) -> bool:
    """Whether a function that is not collected here is a method of a `unittest.TestCase`, which gets no parameters."""
    holder = FactId(id_.holder)
    return holder in site.facts.layout.class_bindings and is_subclass(
        site.snapshot.queries, site.path, holder, TESTCASES
    )


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


def _visible(site: Site, held: tuple[str, ...]) -> Iterator[tuple[FixtureDef, ...]]:
    """The chains of all fixtures that may be shown: private ones only while an underscore is being typed."""
    private = site.cursor.prefix.startswith("_")
    for name, chain in site.view.visible(held).items():
        internal = name.startswith("_") and not (private and chain[-1].where not in (Where.PLUGIN, Where.PYTEST))
        if chain and not internal and name.isidentifier():
            yield chain


def _fixture(
    site: Site,
    one: FixtureDef,
    requester: FixtureDef | None = None,
    *,
    lead: str = "",
    edits: tuple[Edit, ...] = (),
) -> Completion:
    nearness = _NEAREST.index(one.where)
    # Of two conftests the deeper one is nearer.
    depth = 99 - min(len(one.holder.parts), 99)
    detail = f"{summary(site.snapshot, site.view, one)} · {origin(site.snapshot, one)}"
    if _on_another_loop(site, one, requester):
        nearness, detail = 9, f"another loop · {detail}"
    return Completion(
        one.name,
        Sort.FIXTURE,
        one.name,
        f"{lead}{nearness}{depth:02}{one.name}",
        detail,
        fixture=one,
        edits=edits,
    )


def _on_another_loop(site: Site, one: FixtureDef, requester: FixtureDef | None) -> bool:
    """Whether two async fixtures certainly run on loops of different scopes."""
    if requester is None or not requester.kind.is_async or not one.kind.is_async:
        return False
    mine, its = (loop_scope_text(site.snapshot, site.view, each) for each in (requester, one))
    return bool(mine and its) and mine != its


def _may_begin(site: Site, owner: FactId) -> bool:
    """Whether an expression of the body of a function may begin at the cursor, where nothing is typed yet."""
    spans, lines, offset = site.spans(owner), site.source.lines, site.cursor.offset
    if spans is None:
        return False
    head, line = lines.line_text(lines.line_of(spans.name.start)), lines.line_of(offset)
    before = site.source.text[lines.starts[line] : offset]
    deeper = len(before) > len(head) - len(head.lstrip())
    return deeper and _EXPECTS_EXPRESSION.search(before) is not None


def _in_statements(site: Site, owner: FactId, body: Body) -> bool:
    """Whether the cursor is where an expression may begin in the statements of a function."""
    spans = site.spans(owner)
    line = site.source.lines.line_of(site.cursor.word.start)
    start = site.source.lines.starts[line]
    if spans is None or _NO_EXPRESSION.match(site.source.text[start : site.cursor.word.start]):
        return False
    if not site.cursor.prefix and line > site.source.lines.line_of(spans.name.start):
        return True
    return site.facts.span(body, body.node.body[0]).start <= site.cursor.word.start


def _bound(site: Site, body: Body) -> frozenset[str]:
    """What the functions around the cursor bind."""
    for inner in body.nested:
        if site.cursor.offset in site.facts.span(inner, inner.node):
            return body.bound | _bound(site, inner)
    return body.bound


def _means_else(site: Site, one: FixtureDef) -> bool:
    """Whether the name means something in the body already: a builtin, or what the module binds beside fixtures."""
    bound = one.name in site.facts.outline.by_name
    return hasattr(builtins, one.name) or (bound and one.holder != site.path)
