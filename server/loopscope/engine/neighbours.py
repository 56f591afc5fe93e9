"""What is left to other tools in an editor: findings that one of them reports at the same place."""

from collections.abc import Collection, Iterable
from pathlib import PurePath

from loopscope.config.ruff import RuffConfig, ruff_config
from loopscope.facts.bodies import Body
from loopscope.facts.extract import FileFacts
from loopscope.rules import by_name
from loopscope.rules.model import Finding
from loopscope.rules.support.overlaps import QUIETED, named
from loopscope.text.files import Unreadable
from loopscope.workspace.inference.frames import Frame
from loopscope.workspace.inference.roots import is_injected
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot


def not_left(snapshot: Snapshot, path: PurePath, findings: Iterable[Finding], tools: Collection[str]) -> list[Finding]:
    """The findings in a file that none of some tools reports by a check that no setting of ours turns off.

    ruff reports what its configuration selects; type checkers say nothing about what a fixture injects without an
    annotation.
    """
    return [one for one in findings if not any(_is_left(snapshot, path, one, tool) for tool in tools)]


def _is_left(snapshot: Snapshot, path: PurePath, finding: Finding, tool: str) -> bool:
    rule = by_name.get(finding.rule)
    overlaps = (*(rule.meta.overlaps if rule is not None else ()), *finding.overlaps)
    checks = set(named(overlaps, tool)) - QUIETED.get(tool, frozenset())
    if not checks:
        return False
    if tool == "ruff":
        config = snapshot.queries.get(_ruff_config, path.parent)
        return any(config.runs(check, path) for check in checks)
    return not _is_about_injected(snapshot, path, finding)


def _ruff_config(q: Queries, folder: PurePath) -> RuffConfig:
    return ruff_config(q.files, folder)


def _is_about_injected(snapshot: Snapshot, path: PurePath, finding: Finding) -> bool:
    """Whether a finding is about what a fixture injects, as its first local name says, and not what is annotated."""
    facts = snapshot.facts(path)
    if isinstance(facts, Unreadable):
        return False
    holding = facts.function_at(finding.span.start)
    body = facts.body(holding[0]) if holding is not None else None
    if body is None:
        return False
    body = _innermost(facts, body, finding.span.start)
    local = _local_names(facts, body)
    for load in sorted(body.loads, key=lambda each: (each.lineno, each.col_offset)):
        if load.id in local and finding.span.covers(facts.span(body, load)):
            return is_injected(Frame(snapshot.queries, path, facts, body), load)
    return False


def _local_names(facts: FileFacts, body: Body) -> frozenset[str]:
    around = facts.around(body)
    return body.bound if around is None else body.bound | _local_names(facts, around)


def _innermost(facts: FileFacts, body: Body, offset: int) -> Body:
    for inner in body.nested:
        if offset in facts.span(inner, inner.node):
            return _innermost(facts, inner, offset)
    return body
