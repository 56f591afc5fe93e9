"""Hover cards as Markdown: what a fixture is and where it comes from; who runs a test, on which loop, and why."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from loopscope.facts.layout import DefSpans
from loopscope.facts.outline import FactId
from loopscope.features.arguments import ANYIO_MARK, ASYNCIO_MARK
from loopscope.features.cursor import Place
from loopscope.features.describe import origin, scope_text, shown
from loopscope.features.marks import MARK, registered_marks
from loopscope.features.member_card import hovered_member
from loopscope.features.references import Reference
from loopscope.features.requested import requested_at
from loopscope.features.site import Site
from loopscope.features.value_types import value_type
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.loops import fixture_loop_scope, fixture_runner, runner, test_loop_scope
from loopscope.workspace.model import Decision, FixtureDef, Kind, Runner, Scope, TestItem, Unknown, Where
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView

_KINDS = {
    Kind.FUNCTION: "function",
    Kind.GENERATOR: "generator (set up, yield, tear down)",
    Kind.COROUTINE: "coroutine",
    Kind.ASYNC_GENERATOR: "async generator (set up, yield, tear down)",
}

_RULE = "\n\n---\n\n"
_DEPTH = 3
_NEEDS = 12
"""How deep, and how many lines long, the tree of needs is."""


class Card(NamedTuple):
    """A text in Markdown about the code in `span`; `fixture` is the one that it is about, if it is about one."""

    markdown: str
    span: Span
    fixture: FixtureDef | None = None


def hover(site: Site) -> Card | None:
    """What there is to say about the cursor; None when that is nothing."""
    requested = requested_at(site)
    if requested is not None:
        return Card(fixture_card(site.snapshot, site.view, requested.chain), requested.span, requested.chain[-1])
    cursor = site.cursor
    if cursor.place is not Place.STRING and cursor.full:
        dotted = site.canonical(cursor.full)
        if dotted in (ASYNCIO_MARK, ANYIO_MARK) and site.owner is not None:
            return _mark_card(site, dotted, site.owner)
        if site.canonical(cursor.dotted) == MARK:
            return _registered_card(site, cursor.text)
    member = hovered_member(site)
    if member is not None:
        return Card(*member)
    defined = site.defined_at(cursor.word.start) if cursor.text else None
    test = site.test(defined) if defined is not None else None
    return Card(test_card(site, test), cursor.word) if test is not None else None


def with_uses(card: Card, requests: Sequence[Reference]) -> Card:
    """The card of a fixture with the number of its requests in the workspace."""
    files = len({one.path for one in requests})
    times = "once" if len(requests) == 1 else f"{len(requests)} times"
    line = (
        f"- **requested** {times} in {files} file{'' if files == 1 else 's'}" if requests else "- **requested** nowhere"
    )
    facts, rule, docstring = card.markdown.partition(_RULE)
    return card._replace(markdown=f"{facts}\n{line}{rule}{docstring}")


def fixture_card(snapshot: Snapshot, view: ModuleView, chain: tuple[FixtureDef, ...]) -> str:
    """All about the last fixture of a chain as seen from a module: scope, loop and why, origin, overrides, docs."""
    one = chain[-1]
    spans = _spans(snapshot, one)
    lines = [f"```python\n{_signature(one)}\n```", f"*fixture* · {_KINDS[one.kind]}"]
    value = value_type(snapshot, view, one)
    if value is not None:
        lines.append(f"- **value** `{value}`")
    lines.append(f"- **scope** {scope_text(one.scope)}")
    lines += _loop_lines(snapshot, view, one)
    if one.autouse is True:
        lines.append("- **autouse**: every test that sees it gets it")
    if one.has_params:
        lines.append("- **params**: each test that uses it runs once for each")
    if one.argnames:
        lines += _needs(view, chain)[:_NEEDS]
    lines.append(f"- **from** {_place(snapshot, one, spans)}")
    lines += [f"- **overrides** {_place(snapshot, other, _spans(snapshot, other))}" for other in reversed(chain[:-1])]
    card = "\n".join((lines[0], "", lines[1], "", *lines[2:]))
    return f"{card}{_RULE}{spans.docstring}" if spans is not None and spans.docstring else card


def test_card(site: Site, test: TestItem) -> str:
    """Who runs a test and on which loop, with the reasons, and all fixtures that it gets."""
    lines = [f"*test* `{test.name}`", ""]
    lines += _runner_lines(site, test)
    closure = site.view.closure(test)
    if closure.names:
        automatic = {name for name, chain in closure.chains.items() if chain[-1].autouse is True}
        names = (f"`{name}` (autouse)" if name in automatic else f"`{name}`" for name in closure.names)
        lines.append(f"- **fixtures** {', '.join(names)}")
    return "\n".join(lines)


def _mark_card(site: Site, mark: str, owner: FactId) -> Card:
    lines = [f"`{mark}`", ""]
    test = site.test(owner)
    if test is not None:
        lines += _runner_lines(site, test)
    elif mark == ASYNCIO_MARK:
        lines.append("pytest-asyncio runs the async tests that carry this mark.")
    else:
        lines.append("anyio runs the async tests that carry this mark, once for each backend.")
    return Card("\n".join(lines), site.cursor.word)


def _registered_card(site: Site, name: str) -> Card | None:
    """What is registered of a mark; None for one that nobody registers."""
    mark = registered_marks(site).get(name)
    if mark is None:
        return None
    lines = [f"`pytest.mark.{mark.name}{mark.arguments}`", "", *([mark.description, ""] if mark.description else [])]
    return Card("\n".join((*lines, f"- **from** {mark.origin}")), site.cursor.word)


def _needs(view: ModuleView, chain: tuple[FixtureDef, ...]) -> list[str]:
    """What a fixture requests, and as a tree what these request; pytest's own are not looked into."""
    one = chain[-1]
    lines = [f"- **needs** {_names(one)}"]

    def below(requester: FixtureDef, over: tuple[FixtureDef, ...], depth: int) -> None:
        for name in requester.argnames if depth <= _DEPTH else ():
            found = over if name == requester.name else view.chain(name)
            if isinstance(found, Unknown) or not found or not found[-1].argnames or found[-1].where is Where.PYTEST:
                continue
            lines.append(f"{'  ' * depth}- `{name}` needs {_names(found[-1])}")
            below(found[-1], found[:-1], depth + 1)

    below(one, chain[:-1], 1)
    return lines


def _names(one: FixtureDef) -> str:
    return ", ".join(f"`{name}`" for name in one.argnames)


def _runner_lines(site: Site, test: TestItem) -> list[str]:
    if not test.function.is_async:
        return ["- a plain function: no event loop"]
    decided = runner(site.snapshot, site.view, test)
    if isinstance(decided, Unknown):
        return [f"- **runner** not certain: {decided.reason}"]
    if decided.value is None:
        return [f"- **never runs**: {decided.reason}"]
    lines = [f"- **runner** {decided.value.value}: {decided.reason}"]
    return lines + _loop_scope_lines(decided.value, lambda: test_loop_scope(site.snapshot, site.view, test))


def _loop_lines(snapshot: Snapshot, view: ModuleView, one: FixtureDef) -> list[str]:
    if not one.kind.is_async:
        return []
    decided = fixture_runner(snapshot, view, one)
    if isinstance(decided, Unknown):
        return [f"- **runner** not certain: {decided.reason}"]
    if decided.value is None:
        return [f"- **nothing awaits it**: {decided.reason}"]
    lines = [f"- **runner** {decided.value.value}: {decided.reason}"]
    return lines + _loop_scope_lines(decided.value, lambda: fixture_loop_scope(snapshot, view, one))


def _loop_scope_lines(by: Runner, ask: Callable[[], Decision[Scope] | Unknown]) -> list[str]:
    if by is not Runner.PYTEST_ASYNCIO:
        return []
    loop = ask()
    if isinstance(loop, Unknown):
        return [f"- **loop scope** not certain: {loop.reason}"]
    return [f"- **loop scope** {loop.value.value}: {loop.reason}"]


def _signature(one: FixtureDef) -> str:
    keyword = "async def" if one.function.is_async else "def"
    params = ", ".join(
        f"{param.name}: {param.annotation}" if param.annotation else param.name for param in one.function.params
    )
    returns = f" -> {one.function.returns}" if one.function.returns else ""
    return f"{keyword} {one.function.name}({params}){returns}"


def _spans(snapshot: Snapshot, one: FixtureDef) -> DefSpans | None:
    facts = snapshot.facts(one.path)
    return None if isinstance(facts, Unreadable) else facts.layout.defs.get(one.id)


def _place(snapshot: Snapshot, one: FixtureDef, spans: DefSpans | None) -> str:
    source, path = origin(snapshot, one), shown(snapshot, one.path)
    if source in ("this file", path):
        return path if spans is None else f"{path} line {spans.line}"
    return f"{source} ({one.path.name})"
