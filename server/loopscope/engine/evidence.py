"""What the rules say of a project where pytest printed a message: which of its possible causes is there."""

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.engine.explain import Explanation, Occurrence
from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.facts.outline import FactId
from loopscope.rules.model import Finding
from loopscope.text.files import Unreadable
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.model import TestItem
from loopscope.workspace.snapshot import Snapshot


def evidence(snapshot: Snapshot, base: PurePath, explanation: Explanation) -> tuple[Finding, ...]:
    """The findings of the rules behind a message, on by default or not, that concern the tests it was printed for.

    `base` is the folder that the paths of the output are relative to. Findings in a test's own code, in fixtures that
    it uses, elsewhere in its file and conftests, and in pytest's configuration count; those in other tests and fixtures
    only when there are none of these.
    """
    selection = Selection(explanation.rules)
    found: dict[Finding, None] = {}
    elsewhere: dict[Finding, None] = {}
    for occurrence in explanation.occurrences:
        for each in _concerned(snapshot, base, occurrence):
            for finding in check_file(snapshot, each.path, selection).findings:
                (found if _concerns(snapshot, finding, each) else elsewhere)[finding] = None
    # What is noticed late, such as a session that nobody closed, is printed with whatever test ran just then.
    return tuple(found or elsewhere)


def resolve(snapshot: Snapshot, base: PurePath, name: str) -> PurePath | None:
    """The file of the workspace that an output names: absolute, or relative to `base` or to the rootdir of pytest."""
    rootdir = snapshot.config(base / "conftest.py").rootdir
    for path in dict.fromkeys((base / name, rootdir / name, *(root / name for root in snapshot.roots))):
        if snapshot.files.is_file(path):
            return path
    return None


def line_of_test(snapshot: Snapshot, base: PurePath, occurrence: Occurrence) -> int | None:
    """The 1-based line of the `def` of the test of an occurrence; None when the test is not found."""
    found = _test(snapshot, base, occurrence)
    facts = None if found is None else snapshot.facts(found.code_path)
    if found is None or facts is None or isinstance(facts, Unreadable) or found.id not in facts.layout.defs:
        return None
    return facts.layout.defs[found.id].line


class _Concerned(NamedTuple):
    """A file to check; `defs` are the tests and fixtures in it that count, None for all of it."""

    path: PurePath
    defs: frozenset[FactId] | None


def _concerned(snapshot: Snapshot, base: PurePath, occurrence: Occurrence) -> Iterator[_Concerned]:
    test = _test(snapshot, base, occurrence)
    if test is not None:
        defs: dict[PurePath, set[FactId]] = {test.code_path: {test.id}}
        for chain in snapshot.module(test.path).closure(test).chains.values():
            for fixture in chain:
                if any(fixture.path.is_relative_to(root) for root in snapshot.roots):
                    defs.setdefault(fixture.path, set()).add(fixture.id)
        packages = (folder / "__init__.py" for folder in test.path.parents if folder.is_relative_to(base))
        for path in (*snapshot.queries.get(conftests_of, test.path.parent), *filter(snapshot.files.is_file, packages)):
            defs.setdefault(path, set())
        yield from (_Concerned(path, frozenset(ids)) for path, ids in defs.items())
    else:
        names = {occurrence.test.partition("::")[0], *(place.path for place in occurrence.places)}
        paths = [resolve(snapshot, base, name) for name in sorted(names) if name.endswith(".py")]
        known = [path for path in paths if path is not None] or list(snapshot.queries.get(conftests_of, base))
        yield from (_Concerned(path, None) for path in known)
    config = snapshot.config(test.path if test is not None else base / "conftest.py")
    files = (config.inipath, *config.shadowed, *config.passed_over)
    yield from (_Concerned(path, None) for path in files if path is not None)


def _concerns(snapshot: Snapshot, finding: Finding, concerned: _Concerned) -> bool:
    """Whether a finding stands anywhere but in another test or fixture: set-up functions and helpers may be at work."""
    facts = snapshot.facts(finding.path) if finding.path.suffix == ".py" else None
    if concerned.defs is None or facts is None or isinstance(facts, Unreadable):
        return True
    inside = facts.layout.at(finding.span.start)
    view = snapshot.module(finding.path)
    others = {test.id for test in view.tests if test.code_path == finding.path} | {each.id for each in view.fixtures}
    return inside in concerned.defs or inside not in others


def _test(snapshot: Snapshot, base: PurePath, occurrence: Occurrence) -> TestItem | None:
    """The test of an occurrence: by its nodeid, or by its name in the one file that the report names."""
    file, _, rest = occurrence.test.partition("::")
    names = [file] if rest else [place.path for place in occurrence.places]
    parts = _parts(rest.split("::") if rest else occurrence.test.split("."))
    for name in dict.fromkeys(names):
        path = resolve(snapshot, base, name) if name.endswith(".py") else None
        for test in snapshot.module(path).tests if path is not None else ():
            if (*test.class_path, test.name) == parts:
                return test
    return None


def _parts(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.partition("[")[0] for name in names)
