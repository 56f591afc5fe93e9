"""Snippets at the beginning of a statement: async tests and fixtures as the project's mode needs them, and mocks."""

from collections.abc import Iterator
from typing import NamedTuple

from loopscope.config.patterns import path_matches_patterns
from loopscope.engine.run import context_of
from loopscope.features.completion_fixtures import function_around
from loopscope.features.proposal import Completion, Sort
from loopscope.features.site import Site
from loopscope.features.written import frame_at
from loopscope.rules.context import Context
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.marks import marks_of
from loopscope.rules.support.mock_imports import imported
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.workspace.model import Unknown

_LAST = "~~"
"""Ranks behind all names."""


class _Place(NamedTuple):
    """Where the word is: in a class, or in the body of an async function, or else in the module."""

    holder: str = ""
    in_function: bool = False


def snippets(site: Site) -> Iterator[Completion]:
    """What may be begun with the word that is alone on its line, in LSP's snippet syntax (`${1:name}`, `$0`)."""
    place = _place(site)
    ctx = context_of(site.snapshot, site.path) if place is not None else None
    if place is None or ctx is None or isinstance(ctx, Unreadable):
        return
    found = _in_function(ctx) if place.in_function else _outside(site, ctx, place)
    for index, (label, text, detail, imports) in enumerate(found):
        yield Completion(label, Sort.SNIPPET, text, f"{_LAST}{index}", detail, _shown(text), edits=imports)


def _place(site: Site) -> _Place | None:
    """Where a statement may begin; None elsewhere, and in files that are none of pytest's."""
    cursor, text = site.cursor, site.source.text
    line = site.source.lines.line_of(cursor.offset)
    start = site.source.lines.starts[line]
    rest = text[cursor.word.end : site.source.lines.line_end(line)]
    indent = text[start : cursor.word.start]
    config = site.snapshot.config(site.path)
    of_pytest = site.path.name == "conftest.py" or path_matches_patterns(site.path, config.python_files.value)
    if not cursor.prefix or indent.strip() or rest.strip() or cursor.full != cursor.text or not of_pytest:
        return None
    owner = function_around(site)
    if not indent:
        return _Place()
    if owner is not None and owner in site.facts.layout.class_bindings:
        return _Place(holder=owner.qualname)
    frame = frame_at(site)
    return _Place(in_function=True) if frame is not None and frame.body.is_async else None


def _outside(site: Site, ctx: Context, place: _Place) -> Iterator[tuple[str, str, str, tuple[Edit, ...]]]:
    """Label, text, detail and edits of what may stand in a module or class."""
    own = "self" if place.holder else ""
    runner = _runner(ctx)
    if runner is not None:
        mark, fixture = runner
        if site.path.name != "conftest.py":
            imports: list[Edit] = []
            marked = bool(mark) and not _is_marked(ctx, mark, place.holder)
            decorator = f"@{spelled(ctx, 'pytest', imports)}.mark.{mark}\n" if marked else ""
            text = f"{decorator}async def test_${{1:name}}({own}$2):\n{_indent(ctx)}$0"
            yield "async test", text, "a test that awaits", tuple(imports)
        imports = []
        name = spelled(ctx, fixture, imports)
        text = f"@{name}.fixture\nasync def ${{1:name}}({own}$2):\n{_indent(ctx)}yield $0"
        yield "async fixture", text, "a fixture that awaits, with a teardown after the yield", tuple(imports)
    imports = []
    name = spelled(ctx, "pytest", imports)
    text = f'@{name}.mark.parametrize("${{1:name}}", [$0])'
    yield "parametrize", text, "a test once for each value", tuple(imports)


def _in_function(ctx: Context) -> Iterator[tuple[str, str, str, tuple[Edit, ...]]]:
    """What may stand in an async function."""
    names = _mock_names(ctx)
    if names is not None:
        patch, mock, imports = names
        text = f'with {patch}("${{1:module.function}}", new_callable={mock}) as ${{2:mocked}}:\n{_indent(ctx)}$0'
        yield "patch async", text, "replace a coroutine function with an AsyncMock", tuple(imports)


def _mock_names(ctx: Context) -> tuple[str, str, list[Edit]] | None:
    """How `patch` and `AsyncMock` are written in the file, with the edits that make them known."""
    imports: list[Edit] = []
    more: list[Edit] = []
    if "mock" not in ctx.text:
        module = spelled(ctx, "unittest.mock", imports)
        return f"{module}.patch", f"{module}.AsyncMock", imports
    patch, mock = imported(ctx, "patch", imports), imported(ctx, "AsyncMock", more)
    # Two names cannot be added to one import by edits that know nothing of each other.
    return None if patch is None or mock is None or (imports and more) else (patch, mock, [*imports, *more])


def _indent(ctx: Context) -> str:
    return "\t" if "\n\t" in ctx.text else "    "


def _runner(ctx: Context) -> tuple[str, str] | None:
    """The mark that async tests need, empty in auto mode, and the module of the decorator of async fixtures."""
    if ctx.plugin_enabled("asyncio"):
        found = ctx.mode()
        if isinstance(found, Unknown):
            return None
        return ("", "pytest") if found.value == "auto" else ("asyncio", "pytest_asyncio")
    return ("anyio", "pytest") if ctx.plugin_enabled("anyio") else None


def _is_marked(ctx: Context, name: str, holder: str) -> bool:
    """Whether the module, or a class around the place, has a mark."""
    owners = [mark.owner.qualname if mark.owner is not None else "" for mark in marks_of(ctx) if mark.name == name]
    return any(not owner or f"{holder}.".startswith(f"{owner}.") for owner in owners)


def _shown(text: str) -> str:
    for mark in ("$0", "$2", "${1:", "${2:", "}"):
        text = text.replace(mark, "")
    return f"```python\n{text}\n```"
