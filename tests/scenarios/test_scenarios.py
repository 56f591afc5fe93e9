"""Editor features as text: every section of every Markdown file here is one test; README.md says how to write them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

import pytest

from loopscope.config.settings import settings_in
from loopscope.engine.run import check_file
from loopscope.engine.selection import select
from loopscope.features.actions import Action, ActionKind, actions, fix_all
from loopscope.features.call_hierarchy import incoming, outgoing, prepare
from loopscope.features.completion import completions, documentation
from loopscope.features.config_text import config_completions, config_hover, is_pytest_config
from loopscope.features.definition import Target, definitions
from loopscope.features.highlight import highlights
from loopscope.features.hover import hover
from loopscope.features.inlay import hints
from loopscope.features.lenses import lenses, uses
from loopscope.features.navigation import declarations, implementations
from loopscope.features.proposal import Completion
from loopscope.features.references import references
from loopscope.features.refusal import Refusal
from loopscope.features.rename import rename
from loopscope.features.signature_help import signatures
from loopscope.features.site import Site, site_at
from loopscope.features.symbols import Symbol, symbols
from loopscope.features.tokens import fixture_tokens
from loopscope.features.workspace_symbols import workspace_symbols
from loopscope.text.edit import Edit, apply_edits
from loopscope.text.source import Source
from loopscope.text.span import Span
from loopscope.workspace.snapshot import Snapshot
from rules.world import ROOT, snapshot_of
from support.project import MemorySearch

CURSOR = "‸"
FENCE = re.compile(r"^(`{3,})(\w+)(?: ([^\n]*))?\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
VERSION = re.compile(r"(?<= )\d+(?:\.\d+)+\b")
REFACTORINGS = frozenset({ActionKind.REWRITE, ActionKind.MOVE, ActionKind.MIGRATE})
EVERY_ACTION = frozenset(ActionKind) - {ActionKind.FIX_ALL}


@dataclass(frozen=True)
class Scenario:
    """One section: its files without the cursor, where the cursor is, and what is expected, by kind of block."""

    title: str
    files: dict[str, str]
    path: str
    offset: int
    expected: list[tuple[str, str, str]]


def _scenario(title: str, section: str) -> Scenario:
    files: dict[str, str] = {}
    expected: list[tuple[str, str, str]] = []
    path, offset = "", 0
    for _, kind, argument, body in FENCE.findall(section):
        if kind in ("python", "ini", "toml") and argument:
            if CURSOR in body:
                path, offset = argument, body.index(CURSOR)
            files[argument] = body.replace(CURSOR, "")
        else:
            expected.append((kind, argument, body))
    assert expected, f"{title} expects nothing"
    return Scenario(title, files, path or next(iter(files)), offset, expected)


def _scenarios() -> list[Scenario]:
    found: list[Scenario] = []
    for file in sorted(Path(__file__).parent.glob("*.md")):
        if file.name != "README.md":
            pieces = re.split(r"^## (.+)$", file.read_text(), flags=re.MULTILINE)
            titled = zip(pieces[1::2], pieces[2::2], strict=True)
            found += [_scenario(f"{file.stem}: {title}", pieces[0] + section) for title, section in titled]
    return found


SCENARIOS = _scenarios()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.title for one in SCENARIOS])
def test_scenario(scenario: Scenario) -> None:
    snapshot = _snapshot(scenario.files)
    site = site_at(snapshot, ROOT / scenario.path, Source(scenario.files[scenario.path]), scenario.offset)
    assert site is not None
    for kind, argument, body in scenario.expected:
        CHECKS[kind](site, argument, body)


def _search(site: Site) -> MemorySearch:
    """The search over the files of the scenario."""
    entries = [PurePath(path) for path in _below(site, ROOT)]
    texts = {path: text for path in entries if isinstance(text := site.snapshot.files.read(path), str)}
    return MemorySearch(texts)


def _below(site: Site, folder: PurePath) -> Iterator[PurePath]:
    for entry in site.snapshot.files.entries(folder):
        if entry.is_dir:
            yield from _below(site, folder / entry.name)
        else:
            yield folder / entry.name


def _snapshot(files: dict[str, str]) -> Snapshot:
    plain = snapshot_of(files)
    settings = settings_in(plain.files, ROOT)
    return plain if settings is None else snapshot_of(files, settings)


def _check_completion(site: Site, _: str, body: str) -> None:
    """Lines `label` or `label | detail` in order; `…` stands for any others, `- label` must not be among all."""
    found = _completions(site)
    labels = {one.label for one in found}
    rows = [f"{one.label} | {VERSION.sub('N', one.detail)}" for one in found]
    expected = [line for line in body.splitlines() if not line.startswith("- ")]
    assert not [line for line in body.splitlines() if line.startswith("- ") and line[2:] in labels]
    position = 0
    skipping = False
    for line in expected:
        if line == "…":
            skipping = True
            continue
        matching = (i for i in range(position, len(rows)) if rows[i] == line or rows[i].startswith(f"{line} | "))
        index = next(matching, None)
        assert index is not None, f"no {line!r} in {rows[position:]}"
        assert skipping or index == position, f"{rows[position:index]} before {line!r}"
        position, skipping = index + 1, False
    assert skipping or position == len(rows), f"{rows[position:]} at the end"


def _completions(site: Site) -> tuple[Completion, ...]:
    if is_pytest_config(site.path):
        return config_completions(site.snapshot, site.path, site.source, site.cursor.offset)
    return completions(site)


def _check_complete(site: Site, label: str, body: str) -> None:
    """The file's text once the proposal of that label is chosen."""
    chosen = next(one for one in _completions(site) if one.label == label)
    edits = [Edit(chosen.span or site.cursor.word, chosen.text), *chosen.edits]
    assert apply_edits(site.source.text, edits) == body


def _check_signature(site: Site, _: str, body: str) -> None:
    """Lines of signatures, the parameter at the cursor between `⟨` and `⟩`; ` | await` behind those to be awaited."""
    found: list[str] = []
    for one in signatures(site):
        text = one.text.text
        if one.active is not None:
            start, end = one.text.parameters[one.active].span
            text = f"{text[:start]}⟨{text[start:end]}⟩{text[end:]}"
        found.append(f"{text} | await" if one.needs_await else text)
    assert found == body.splitlines()


def _check_documentation(site: Site, label: str, body: str) -> None:
    """What is shown beside the proposal of that label."""
    chosen = next(one for one in _completions(site) if one.label == label)
    assert documentation(site, chosen).strip() == body.strip()


def _check_hover(site: Site, _: str, body: str) -> None:
    """The whole card, versions as N."""
    config = is_pytest_config(site.path)
    card = config_hover(site.snapshot, site.path, site.source, site.cursor.offset) if config else hover(site)
    assert card is not None
    assert VERSION.sub("N", card.markdown).strip() == body.strip()


def _check_definition(site: Site, _: str, body: str) -> None:
    """Lines `path:line name`, of installed files `file name`."""
    assert _shown_targets(site, definitions(site)) == body.split("\n")[:-1]


def _check_declaration(site: Site, _: str, body: str) -> None:
    """What the fixture overrides, as definitions are."""
    found = declarations(site.snapshot, site.path, site.cursor.offset)
    assert _shown_targets(site, found) == body.split("\n")[:-1]


def _check_implementation(site: Site, _: str, body: str) -> None:
    """Where the fixture hands out its value, as definitions are."""
    found = implementations(site.snapshot, site.path, site.cursor.offset)
    assert _shown_targets(site, found) == body.split("\n")[:-1]


def _shown_targets(site: Site, targets: Iterable[Target]) -> list[str]:
    return [_shown(site, target.path, target.name) for target in targets]


def _shown(site: Site, path: PurePath, span: Span) -> str:
    text = site.snapshot.files.read(path)
    assert isinstance(text, str)
    line = Source(text).lines.line_of(span.start) + 1
    where = f"{path.relative_to(ROOT).as_posix()}:{line}" if path.is_relative_to(ROOT) else path.name
    return f"{where} {text[slice(*span)]}"


def _check_references(site: Site, _: str, body: str) -> None:
    """Lines `path:line name`, those where the fixture gets its name with a star."""
    found = references(site.snapshot, _search(site), site.path, site.cursor.offset)
    assert [f"{_shown(site, one.path, one.span)}{' *' * one.declares}" for one in found] == body.splitlines()


def _check_highlight(site: Site, _: str, body: str) -> None:
    """Lines `path:line name | access` of this file."""
    found = highlights(site.snapshot, site.path, site.cursor.offset)
    assert [f"{_shown(site, site.path, one.span)} | {one.access.value}" for one in found] == body.splitlines()


def _check_rename(site: Site, new: str, body: str) -> None:
    """All files that change, with a line `# file: path` before each."""
    edits = rename(site.snapshot, _search(site), site.path, site.cursor.offset, new)
    assert not isinstance(edits, Refusal), edits
    texts = {path: site.snapshot.files.read(path) for path in edits}
    changed = {path: apply_edits(text, edits[path]) for path, text in texts.items() if isinstance(text, str)}
    assert "".join(f"# file: {path.relative_to(ROOT)}\n{text}" for path, text in sorted(changed.items())) == body


def _check_refused(site: Site, new: str, body: str) -> None:
    """Why there is no rename."""
    refusal = rename(site.snapshot, _search(site), site.path, site.cursor.offset, new)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.reason == body.strip()


def _check_incoming(site: Site, _: str, body: str) -> None:
    """Who requests the fixture: lines `name | detail`."""
    [item] = prepare(site.snapshot, site.path, site.cursor.offset)
    found = incoming(site.snapshot, _search(site), item)
    assert [f"{one.item.name} | {one.item.detail}" for one in found] == body.splitlines()


def _check_outgoing(site: Site, _: str, body: str) -> None:
    """What the test or fixture requests: lines `name | detail`."""
    [item] = prepare(site.snapshot, site.path, site.cursor.offset)
    found = outgoing(site.snapshot, item)
    assert [f"{one.item.name} | {one.item.detail}" for one in found] == body.splitlines()


def _check_hints(site: Site, _: str, body: str) -> None:
    """Lines `line label`."""
    found = hints(site.snapshot, site.path, Span(0, len(site.source.text)))
    assert [f"{site.source.lines.line_of(one.offset) + 1} {one.label}" for one in found] == body.splitlines()


def _check_lenses(site: Site, _: str, body: str) -> None:
    """Lines `line title`, each resolved as an editor does for those that it shows."""
    search = _search(site)
    plain = lenses(site.snapshot, site.path)
    found = (one if one.title else uses(site.snapshot, search, site.path, one.span) for one in plain)
    shown = [f"{site.source.lines.line_of(one.span.start) + 1} {one.title}" for one in found if one is not None]
    assert shown == body.splitlines()


def _check_tokens(site: Site, _: str, body: str) -> None:
    """Lines `path:line name` of what gets a fixture."""
    found = fixture_tokens(site.snapshot, site.path)
    assert [_shown(site, site.path, span) for span in found] == body.splitlines()


def _check_workspace(site: Site, query: str, body: str) -> None:
    """The tests and fixtures of all files for a query: lines `kind name | detail | container`."""
    paths = sorted(path for path in _below(site, ROOT) if path.suffix == ".py")
    found = workspace_symbols(site.snapshot, paths, query)
    assert [f"{one.kind.value} {one.name} | {one.detail} | {one.container}" for one in found] == body.splitlines()


def _check_symbols(site: Site, _: str, body: str) -> None:
    """Lines `kind name` or `kind name | detail`, indented by two blanks for each level."""
    assert _tree(symbols(site.snapshot, site.path), 0) == body.splitlines()


def _tree(found: tuple[Symbol, ...], depth: int) -> list[str]:
    lines: list[str] = []
    for one in found:
        detail = f" | {one.detail}" if one.detail else ""
        lines += [f"{'  ' * depth}{one.kind.value} {one.name}{detail}", *_tree(one.children, depth + 1)]
    return lines


def _check_actions(site: Site, _: str, body: str) -> None:
    """The titles of what can be done about findings at the cursor, in order, preferred ones with a star."""
    found = [one for one in _actions(site) if one.kind not in REFACTORINGS]
    assert [f"{'* ' if one.preferred else ''}{one.title}" for one in found] == body.splitlines()


def _check_refactorings(site: Site, _: str, body: str) -> None:
    """The titles of refactorings at the cursor, in order."""
    assert [one.title for one in _actions(site) if one.kind in REFACTORINGS] == body.splitlines()


def _check_apply(site: Site, title: str, body: str) -> None:
    """The file's text once the action of that title is applied."""
    chosen = next(one for one in _actions(site) if one.title == title)
    edits = chosen.edits
    if edits is None:
        edits = fix_all(site.snapshot, site.path, select(site.snapshot.settings_of(site.path)))
    assert apply_edits(site.source.text, edits[site.path]) == body


def _actions(site: Site) -> tuple[Action, ...]:
    report = check_file(site.snapshot, site.path, select(site.snapshot.settings_of(site.path)))
    assert not report.errors
    here = Span(site.cursor.offset, site.cursor.offset)
    return actions(site.snapshot, site.path, report, here, EVERY_ACTION)


CHECKS = {
    "completion": _check_completion,
    "complete": _check_complete,
    "documentation": _check_documentation,
    "signature": _check_signature,
    "hover": _check_hover,
    "definition": _check_definition,
    "declaration": _check_declaration,
    "implementation": _check_implementation,
    "references": _check_references,
    "highlight": _check_highlight,
    "rename": _check_rename,
    "refused": _check_refused,
    "incoming": _check_incoming,
    "outgoing": _check_outgoing,
    "hints": _check_hints,
    "lenses": _check_lenses,
    "tokens": _check_tokens,
    "workspace": _check_workspace,
    "symbols": _check_symbols,
    "actions": _check_actions,
    "refactorings": _check_refactorings,
    "apply": _check_apply,
}
