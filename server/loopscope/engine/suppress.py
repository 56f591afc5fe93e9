"""Findings that comments silence, and comments that silence nothing.

`# loopscope: ignore[rule-a, rule-b]` silences the named rules on its line, `# loopscope: ignore` all rules. On the line
of a decorator, `def` or `class` it counts for the whole definition, on a line of its own for the next one.
`# loopscope: ignore-file[rule]` counts for the file. `# noqa` counts where the setting `respect-noqa` says so.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from loopscope.config.model import closest, did_you_mean
from loopscope.engine.comments import Directive, Name, directives
from loopscope.engine.selection import Selection
from loopscope.rules import RULES, by_name
from loopscope.rules.context import Context
from loopscope.rules.model import Finding, Rule, Tag
from loopscope.rules.support.text import next_line, without_item
from loopscope.text.edit import Edit
from loopscope.text.lines import LineIndex
from loopscope.text.span import Span

UNUSED = "unused-suppression"
"""The rule whose findings are made here."""


def apply_suppressions(
    ctx: Context, found: Sequence[Finding], rules: Sequence[Rule], selection: Selection
) -> tuple[list[Finding], int]:
    """The findings that no comment silences, with those about unused comments, and how many were silenced."""
    lines = LineIndex(ctx.text)
    tree = None if ctx.facts is None else ctx.facts.tree
    every = directives(ctx.path, ctx.text, lines, tree, noqa=selection.respect_noqa)
    if not every:
        return list(found), 0
    reaches = [_Reach(each, _reach(ctx, each, lines)) for each in every]
    kept: list[Finding] = []
    used: set[tuple[int, str]] = set()
    for finding in found:
        silencing = [index for index, reach in enumerate(reaches) if reach.silences(finding, lines)]
        used.update((index, finding.rule) for index in silencing)
        if not silencing:
            kept.append(finding)
    silenced = len(found) - len(kept)
    ran = {rule.meta.name for rule in rules}
    if UNUSED in ran:
        severity = selection.severity_of(by_name[UNUSED])
        unused = _unused(ctx, [reach.directive for reach in reaches], used, ran)
        kept += [
            Finding(UNUSED, ctx.path, span, text, (), (Tag.UNNECESSARY,), severity, edit) for span, text, edit in unused
        ]
    return kept, silenced


class _Reach(NamedTuple):
    """A directive and the lines that it silences, 0-based and inclusive; None for all."""

    directive: Directive
    lines: tuple[int, int] | None

    def silences(self, finding: Finding, index: LineIndex) -> bool:
        names = self.directive.names
        if names is not None and all(name.text != finding.rule for name in names):
            return False
        if self.lines is None:
            return True
        first, last = index.line_of(finding.span.start), index.line_of(max(finding.span.start, finding.span.end - 1))
        return first <= self.lines[1] and self.lines[0] <= last


def _reach(ctx: Context, directive: Directive, lines: LineIndex) -> tuple[int, int] | None:
    if directive.kind == "file":
        return None
    line = directive.line
    if directive.alone and directive.kind == "line":
        line = _next_code_line(line, lines)
    for first, header, last in ctx.remember("headers", lambda: _headers(ctx, lines)):
        if first <= line <= header:
            return first, last
    return line, line


def _headers(ctx: Context, lines: LineIndex) -> list[tuple[int, int, int]]:
    """For each definition the first line of its decorators, the last line of its header, and its last line."""
    found: list[tuple[int, int, int]] = []
    for definition in ctx.definitions:
        spans = ctx.layout.defs[definition.id]
        header = lines.line_of(spans.name.end)
        if definition.is_function and definition.node.body:
            body = lines.line_of(definition.placed.span(definition.node.body[0]).start)
            header = max(header, body - 1)
        found.append((lines.line_of(spans.whole.start), header, lines.line_of(spans.whole.end)))
    return found


def _next_code_line(line: int, lines: LineIndex) -> int:
    for after in range(line + 1, lines.count):
        content = lines.line_text(after).strip()
        if content and not content.startswith(("#", ";")):
            return after
    return line


def _unused(
    ctx: Context, every: Sequence[Directive], used: set[tuple[int, str]], ran: set[str]
) -> Iterable[tuple[Span, str, Edit]]:
    defaults = {rule.meta.name for rule in RULES if rule.meta.default}
    for index, directive in enumerate(every):
        if directive.kind == "noqa":
            continue
        if directive.names is None:
            if defaults <= ran and not any(each == index for each, _ in used):
                yield directive.span, "This comment silences nothing.", _without(ctx.text, directive)
            continue
        wrong = {
            name: problem
            for name in directive.names
            if (problem := _problem(name, ran)) is not None and (index, name.text) not in used
        }
        for name, problem in wrong.items():
            edit = (
                _without(ctx.text, directive) if len(wrong) == len(directive.names) else _without_name(directive, name)
            )
            yield (directive.span if len(directive.names) == 1 else name.span), problem, edit


def _problem(name: Name, ran: set[str]) -> str | None:
    """Why a name that silenced nothing is wrong; None when its rule did not run, so that nobody knows."""
    if name.text not in by_name:
        return f"There is no rule `{name.text}`.{did_you_mean(closest(name.text, by_name))}"
    return f"`{name.text}` reports nothing here." if name.text in ran else None


def _without_name(directive: Directive, name: Name) -> Edit:
    names = directive.names or ()
    return Edit(without_item("", [each.span for each in names], names.index(name)), "")


def _without(text: str, directive: Directive) -> Edit:
    """The edit that deletes a directive, with its line if nothing else stands there."""
    start, end = directive.span
    before = text[:start].rstrip(" \t")
    rest = text[end : next_line(text, end)].strip()
    if directive.alone and not rest and (not before or before[-1] in "\r\n"):
        return Edit(Span(len(before), next_line(text, end)), "")
    return Edit(
        Span(start if rest else len(before), end + (len(text[end:]) - len(text[end:].lstrip(" \t")) if rest else 0)), ""
    )
