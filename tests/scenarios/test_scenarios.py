"""Editor features as text: every section of every Markdown file here is one test; README.md says how to write them."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from loopscope.config.settings import settings_in
from loopscope.engine.run import check_file
from loopscope.engine.selection import select
from loopscope.features.actions import Action, ActionKind, actions, fix_all
from loopscope.features.completion import completions, documentation
from loopscope.features.config_text import config_completions, config_hover, is_pytest_config
from loopscope.features.definition import definitions
from loopscope.features.hover import hover
from loopscope.features.proposal import Completion
from loopscope.features.signature_help import signatures
from loopscope.features.site import Site, site_at
from loopscope.features.symbols import Symbol, symbols
from loopscope.text.edit import Edit, apply_edits
from loopscope.text.source import Source
from loopscope.text.span import Span
from loopscope.workspace.snapshot import Snapshot
from rules.world import ROOT, snapshot_of

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
    found: list[str] = []
    for target in definitions(site):
        text = site.snapshot.files.read(target.path)
        assert isinstance(text, str)
        line = Source(text).lines.line_of(target.name.start) + 1
        own = target.path.is_relative_to(ROOT)
        shown = f"{target.path.relative_to(ROOT).as_posix()}:{line}" if own else target.path.name
        found.append(f"{shown} {text[slice(*target.name)]}")
    assert found == body.split("\n")[:-1]


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
    "symbols": _check_symbols,
    "actions": _check_actions,
    "refactorings": _check_refactorings,
    "apply": _check_apply,
}
