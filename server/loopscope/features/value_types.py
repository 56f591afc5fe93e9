"""The type of the value that a fixture gives: as its annotation says it, else as its code does."""

import ast

from loopscope.workspace.inference.calls import call_result
from loopscope.workspace.inference.members import fixture_type, shown
from loopscope.workspace.inference.model import Callee, LocalFunction
from loopscope.workspace.loops import fixture_runner
from loopscope.workspace.model import FixtureDef, Kind, TestItem, Unknown
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView

_YIELDING = {
    Kind.GENERATOR: frozenset({"Generator", "Iterator", "Iterable"}),
    Kind.ASYNC_GENERATOR: frozenset({"AsyncGenerator", "AsyncIterator", "AsyncIterable"}),
}
_UNSAID = frozenset(("object", "NoneType"))


def value_type(snapshot: Snapshot, view: ModuleView, fixture: FixtureDef, test: TestItem | None = None) -> str | None:
    """The type that a request gets, as an annotation says it, seen from a module: what is yielded, awaited, returned.

    `test` is one that requests it. None when neither the fixture's annotation nor its code tells, or when it is not
    certain that the fixture is awaited.
    """
    if fixture.kind.is_async:
        runner = fixture_runner(snapshot, view, fixture, test)
        if isinstance(runner, Unknown) or runner.value is None:
            return None
    return _stated(fixture) or _inferred(snapshot, fixture)


def _inferred(snapshot: Snapshot, fixture: FixtureDef) -> str | None:
    """The type that the code of a fixture tells, with names of classes as they are defined."""
    found = fixture_type(snapshot.queries, fixture)
    match found:
        case Callee() | LocalFunction():
            result = shown(call_result(snapshot.queries, found, []))
            text = None if result is None else f"Callable[..., {result}]"
        case _:
            text = shown(found)
    return None if text is None or text in _UNSAID else text.removeprefix("unittest.mock.")


def _stated(fixture: FixtureDef) -> str | None:
    written = _annotation(fixture.function.returns)
    if written is None:
        return None
    wrappers = _YIELDING.get(fixture.kind)
    if wrappers is None:
        return ast.unparse(written)
    match written:
        case ast.Subscript(value, inner) if ast.unparse(value).rpartition(".")[2] in wrappers:
            first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
            return ast.unparse(_unquoted(first) or first)
        case _:
            return None


def _annotation(text: str | None) -> ast.expr | None:
    if text is None:
        return None
    try:
        written = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return _unquoted(written)


def _unquoted(written: ast.expr) -> ast.expr | None:
    """What a quoted annotation says; None when that cannot be parsed."""
    if not isinstance(written, ast.Constant) or not isinstance(written.value, str):
        return written
    try:
        return ast.parse(written.value.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
