"""Checking many files, on all processors: each process opens the project for itself and checks a share."""

import gc
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple, cast

from loopscope.cli.kept import Earlier, FileResult, Kept, Sheet, known_results
from loopscope.cli.project import Project, open_project
from loopscope.cli.rows import Row, place_of, row_of
from loopscope.cli.terminal import Progress
from loopscope.config.settings import Settings
from loopscope.engine.fixes import fix_for
from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection, select
from loopscope.host.noted import Seen
from loopscope.rules import by_name
from loopscope.rules.docs import url
from loopscope.rules.model import Finding
from loopscope.text.files import Unreadable
from loopscope.text.source import Source
from loopscope.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_WORTH_A_PROCESS_BYTES = 1_000_000
_SHARES_PER_PROCESS = 6


class Job(NamedTuple):
    """How to open the project once more, in another process."""

    paths: tuple[str, ...]
    environment: str | None
    overrides: Mapping[str, object]


class Analysis(NamedTuple):
    """What was found in all files, in the order of the files."""

    files: tuple[FileResult, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All findings."""
        return tuple(row for result in self.files for row in result.rows)

    @property
    def errors(self) -> tuple[str, ...]:
        """What failed inside loopscope, with tracebacks."""
        return tuple(error for result in self.files for error in result.errors)


def analyse(
    project: Project, job: Job, files: Sequence[PurePath], jobs: int | None = None, kept: Kept | None = None
) -> Analysis:
    """Checks the files; with more than a megabyte to read, in as many processes as there are processors.

    Of files of which findings of an earlier run are `kept` and still hold, those.
    """
    earlier = Earlier([], is_current=True) if kept is None else kept.earlier()
    results = known_results(earlier.sheets, files)
    anew = [path for path in files if str(path) not in results]
    done = _check_anew(project, job, anew, jobs) if anew else []
    for sheet in done:
        results.update(sheet.results)
    if kept is not None and (done or not earlier.is_current):
        kept.keep((*earlier.sheets, *done))
    return Analysis(tuple(results[str(path)] for path in files))


def _check_anew(project: Project, job: Job, files: Sequence[PurePath], jobs: int | None) -> list[Sheet]:
    """What each process found and looked at."""
    progress = Progress("Checking", len(files))
    sizes = {path: _size(path) for path in files}
    processes = min(jobs or os.cpu_count() or 1, sum(sizes.values()) // _WORTH_A_PROCESS_BYTES + 1)
    if processes <= 1:
        results: dict[str, FileResult] = {}
        for result in _check_all(project, files):
            results[result.path] = result
            progress.step()
        sheets = [Sheet(_seen(project), results)]
    else:
        shares = _shares(files, sizes, processes * _SHARES_PER_PROCESS)
        sheets = _check_in_processes(project, job, shares, min(processes, len(shares)), progress)
    progress.close()
    return sheets


def _check_in_processes(
    project: Project, job: Job, shares: Sequence[tuple[str, ...]], processes: int, progress: Progress
) -> list[Sheet]:
    """What each process found. Forked ones inherit the open project with what it knows of plugins; others open it.

    Each process goes through a run of neighbours, which import the same modules: those it has to read for itself.
    Raises what a process raised, and `EOFError` when one ended early.
    """
    # Loaded late: they take longer than checking a small project does.
    import multiprocessing
    from multiprocessing.connection import Connection, wait
    from multiprocessing.context import BaseContext

    global _worker  # noqa: PLW0603  a worker process has one project for its whole life
    if "fork" in multiprocessing.get_all_start_methods():
        # Safe here: no other thread runs.
        context: BaseContext = multiprocessing.get_context("fork")
        project.snapshot.module(PurePath(shares[0][-1])).visible()
        _worker = project
    else:
        context = multiprocessing.get_context()
    todo = Todo(shares, processes)
    numbers: dict[Connection, int] = {}
    results: list[dict[str, FileResult]] = [{} for _ in range(processes)]
    sheets: list[Sheet] = []
    for number in range(processes):
        ours, theirs = context.Pipe()
        context.Process(target=_work, args=(theirs, job), daemon=True).start()  # type: ignore[attr-defined]  # typeshed
        theirs.close()
        numbers[ours] = number
        ours.send(todo.next_for(number))
    while numbers:
        for ready in wait(list(numbers)):
            assert isinstance(ready, Connection)
            number = numbers[ready]
            done: object = ready.recv()
            if isinstance(done, BaseException):
                raise done
            if isinstance(done, tuple):
                sheets.append(Sheet(cast("tuple[Seen, ...]", done), results[number]))
                del numbers[ready]
                continue
            ready.send(todo.next_for(number))
            for result in cast("list[FileResult]", done):
                results[number][result.path] = result
                progress.step()
    return sheets


class Todo:
    """Shares of work for processes, each with a run of its own; who is done helps where most is left, from the end."""

    def __init__(self, shares: Sequence[tuple[str, ...]], processes: int) -> None:
        size = -(-len(shares) // processes)
        self._runs = [deque(shares[start * size : (start + 1) * size]) for start in range(processes)]

    def next_for(self, process: int) -> tuple[str, ...] | None:
        """What the process of that number does next; None when nothing is left."""
        if self._runs[process]:
            return self._runs[process].popleft()
        longest = max(self._runs, key=len)
        return longest.pop() if longest else None


def _shares(files: Sequence[PurePath], sizes: Mapping[PurePath, int], count: int) -> list[tuple[str, ...]]:
    """The files in runs of about equal size: neighbours share conftests, so they stay together."""
    most = sum(sizes.values()) / count
    shares: list[list[str]] = [[]]
    filled = 0
    for path in files:
        if filled >= most:
            shares.append([])
            filled = 0
        shares[-1].append(str(path))
        filled += sizes[path]
    return [tuple(share) for share in shares if share]


_worker: Project | None = None


def _open_in_worker(job: Job) -> Project:
    return _worker or open_project([Path(path) for path in job.paths], job.environment, job.overrides)


def _work(connection: "Connection", job: Job) -> None:
    """Checks the shares that come, until None comes; answers each with a list of results, or with an exception.

    None is answered with what was looked at.
    """
    try:
        worker = _open_in_worker(job)
        while (share := connection.recv()) is not None:
            connection.send(list(_check_all(worker, map(PurePath, share))))
        connection.send(_seen(worker))
    except Exception as error:  # noqa: BLE001  whatever it is, it is raised again where the results are read
        connection.send(error)


def _check_all(project: Project, files: Iterable[PurePath]) -> Iterator[FileResult]:
    """One result after the other. The garbage collector rests meanwhile: trees and facts are no cycles.

    Conftests come last: who uses their fixtures is in the outlines of the other files, which are known by then.
    """
    selections: dict[int, tuple[Settings, Selection]] = {}
    gc.disable()
    try:
        for path in sorted(files, key=_is_conftest):
            project.looks.seen = 0
            settings = project.snapshot.settings_of(path)
            if id(settings) not in selections:
                selections[id(settings)] = (settings, select(settings))
            result = _check(project.snapshot, path, selections[id(settings)][1], project.base)
            yield result._replace(looks=project.looks.seen)
    finally:
        # Frozen first: enabling would start a collection of everything at the very next allocation.
        gc.freeze()
        gc.enable()


def _seen(project: Project) -> tuple[Seen, ...]:
    return () if project.noted is None else project.noted.seen


def _is_conftest(path: PurePath) -> bool:
    return path.name == "conftest.py"


def _check(snapshot: Snapshot, path: PurePath, selection: Selection, base: PurePath) -> FileResult:
    report = check_file(snapshot, path, selection)
    rows = rows_of(snapshot, report.findings, base)
    broken = _broken(snapshot, path) if path.suffix in (".py", ".pyi") else None
    snapshot.release(path)
    errors = tuple(f"rule {error.rule} on {path}:\n{error.details}" for error in report.errors)
    return FileResult(str(path), rows, errors, report.unreadable, broken)


def _broken(snapshot: Snapshot, path: PurePath) -> str | None:
    facts = snapshot.facts(path)
    problem = None if isinstance(facts, Unreadable) else next(facts.tree.problems(), None)
    if problem is None or isinstance(facts, Unreadable):
        return None
    place = place_of(Source(facts.tree.text), problem.span, "")
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    return f"{place.line}:{place.column}: does not parse as {python}: {problem.message}"


def rows_of(snapshot: Snapshot, findings: Iterable[Finding], base: PurePath) -> tuple[Row, ...]:
    """Findings with their fixes, ready to be shown; `base` is the working directory."""
    rows: list[Row] = []
    for finding in findings:
        fix = fix_for(snapshot, finding)
        named = {finding.path, *(item.path for item in finding.related), *(fix.edits if fix is not None else ())}
        texts = {path: snapshot.files.read(path) for path in named}
        sources = {path: Source(text) for path, text in texts.items() if not isinstance(text, Unreadable)}
        severity = finding.severity or by_name[finding.rule].meta.severity
        rows.append(row_of(finding, severity, fix, url(finding.rule), sources, base))
    return tuple(rows)


def _size(path: PurePath) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
