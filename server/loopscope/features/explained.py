"""What pytest printed, explained as a document: causes, fixes, and what the rules find in this project."""

from collections.abc import Iterator
from pathlib import PurePath

from loopscope.config.paths import shown_path
from loopscope.engine.evidence import evidence, line_of_test, resolve
from loopscope.engine.explain import Explanation, Occurrence, explain
from loopscope.rules.docs import url
from loopscope.rules.model import Finding
from loopscope.text.files import Unreadable
from loopscope.text.source import Source
from loopscope.workspace.snapshot import Snapshot

NOTHING_KNOWN = "Nothing in this output is a message that loopscope knows."
_MOST_PLACES = 10


def explained(snapshot: Snapshot, base: PurePath, output: str) -> str:
    """The document in Markdown; paths of the output are relative to `base`."""
    found = explain(output)
    parts = ["# What pytest said, explained", *(_section(snapshot, base, one) for one in found)]
    return "\n\n".join(parts if found else [*parts, NOTHING_KNOWN]) + "\n"


def _section(snapshot: Snapshot, base: PurePath, explanation: Explanation) -> str:
    message = explanation.message
    places = [_place(snapshot, base, one) for one in explanation.occurrences]
    findings = [line for one in evidence(snapshot, base, explanation) for line in _finding(snapshot, base, one)]
    parts = [f"## {message.title}", _bullets(places)]
    if findings:
        parts.append("In this project:\n\n" + "\n".join(dict.fromkeys(findings)))
    parts += [f"Cause: {message.cause}", f"Fix: {message.fix}"]
    if explanation.rules:
        # Addresses as they are: the document is also read as plain text.
        parts.append("Rules:\n\n" + "\n".join(f"- {url(rule.meta.name)}" for rule in explanation.rules))
    return "\n\n".join(part for part in parts if part)


def _bullets(places: list[str]) -> str:
    known = list(dict.fromkeys(place for place in places if place))
    more = [f"- and {len(known) - _MOST_PLACES} more"] if len(known) > _MOST_PLACES else []
    return "\n".join([*(f"- {place}" for place in known[:_MOST_PLACES]), *more])


def _place(snapshot: Snapshot, base: PurePath, occurrence: Occurrence) -> str:
    phase = f"{occurrence.phase} of " if occurrence.phase in ("setup", "teardown") else ""
    test = occurrence.test.rpartition("::")[2]
    name = f"{phase}`{test}`" if test else ""
    if occurrence.place is None:
        return name
    path = resolve(snapshot, base, occurrence.place.path)
    file = occurrence.place.path if path is None else shown_path(path, base)
    line = occurrence.place.line or line_of_test(snapshot, base, occurrence)
    where = f"{file}:{line}" if line else file
    return f"{where} {name}".rstrip() if test != file else where


def _finding(snapshot: Snapshot, base: PurePath, finding: Finding) -> Iterator[str]:
    text = snapshot.files.read(finding.path)
    if not isinstance(text, Unreadable):
        line = Source(text).lines.position(finding.span.start, "utf-32").line + 1
        yield f"- {shown_path(finding.path, base)}:{line} {finding.rule}: {finding.message.splitlines()[0]}"
