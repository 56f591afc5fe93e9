"""The outline of a test file: classes, tests and fixtures, with who runs them and on which loop."""

from collections.abc import Sequence
from enum import Enum
from pathlib import PurePath

from loopscope.features.describe import summary
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen, replace
from loopscope.text.span import Span
from loopscope.workspace.loops import runner, test_loop_scope
from loopscope.workspace.model import Runner, TestItem, Unknown
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView


class SymbolKind(Enum):
    """What a symbol is."""

    TEST = "test"
    FIXTURE = "fixture"
    CLASS = "class"


@frozen
class Symbol:
    """One entry, with those inside of it. `whole` includes decorators."""

    name: str
    kind: SymbolKind
    detail: str
    whole: Span
    selection: Span
    children: tuple["Symbol", ...] = ()


def symbols(snapshot: Snapshot, path: PurePath) -> tuple[Symbol, ...]:
    """The tests and fixtures of a file in source order, those of a class inside of it; classes without any left out."""
    facts = snapshot.facts(path)
    if isinstance(facts, Unreadable):
        return ()
    view = snapshot.module(path)
    tests = {test.id: test for test in view.tests if test.code_path == path}
    fixtures = {one.id: one for one in view.fixtures if one.path == path}
    found: list[Symbol] = []
    for id_, spans in facts.layout.defs.items():
        name = id_.qualname.rpartition(".")[2]
        if id_ in tests:
            detail = test_detail(snapshot, view, tests[id_])
            found.append(Symbol(name, SymbolKind.TEST, detail, spans.whole, spans.name))
        elif id_ in fixtures:
            detail = summary(snapshot, view, fixtures[id_])
            found.append(Symbol(fixtures[id_].name, SymbolKind.FIXTURE, detail, spans.whole, spans.name))
        elif id_ in facts.layout.class_bindings:
            found.append(Symbol(name, SymbolKind.CLASS, "", spans.whole, spans.name))
    return _nested(sorted(found, key=_start))


def test_detail(snapshot: Snapshot, view: ModuleView, test: TestItem) -> str:
    """Who runs a test and on which loop: "pytest-asyncio · loop: module", "never runs"; empty for a plain function."""
    if not test.function.is_async:
        return ""
    decided = runner(snapshot, view, test)
    if isinstance(decided, Unknown):
        return "async"
    if decided.value is None:
        return "async · never runs"
    loop = test_loop_scope(snapshot, view, test) if decided.value is Runner.PYTEST_ASYNCIO else None
    if loop is None or isinstance(loop, Unknown):
        return decided.value.value
    return f"{decided.value.value} · loop: {loop.value.value}"


def _nested(ordered: Sequence[Symbol]) -> tuple[Symbol, ...]:
    """Symbols in the order of their starts, those inside of another made its children; empty classes dropped."""
    result: list[Symbol] = []
    index = 0
    while index < len(ordered):
        head, after = ordered[index], index + 1
        while after < len(ordered) and ordered[after].whole.start < head.whole.end:
            after += 1
        children = _nested(ordered[index + 1 : after])
        if children or head.kind is not SymbolKind.CLASS:
            result.append(replace(head, children=children))
        index = after
    return tuple(result)


def _start(symbol: Symbol) -> int:
    return symbol.whole.start
