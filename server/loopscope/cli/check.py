"""`loopscope check`: finds mistakes, prints them, and mends what can be mended safely."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath

from loopscope.cli.analysis import Analysis, Job, analyse
from loopscope.cli.candidates import files_to_check
from loopscope.cli.errors import ProjectError
from loopscope.cli.formats import FOR_PEOPLE, report
from loopscope.cli.kept import Kept
from loopscope.cli.project import Project, open_project
from loopscope.cli.reports import statistics
from loopscope.cli.rows import Row
from loopscope.cli.terminal import Style, style_for
from loopscope.config.paths import shown_path
from loopscope.engine.fixes import fix_file
from loopscope.engine.selection import select
from loopscope.host.write import Refused, write_atomically
from loopscope.text.files import Unreadable

FOUND = 1
FAILED = 2


def run(options: argparse.Namespace) -> int:
    """Runs the command; returns 0 when nothing was found, 1 when something was, 2 when loopscope itself failed."""
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise ProjectError("--unsafe-fixes says which fixes to apply: it needs --fix or --diff")
    if options.add_ignores and options.fix:
        raise ProjectError("--add-ignores silences what --fix would mend: run --fix first")
    overrides = _overrides(options)
    paths = options.paths or [Path()]
    edits = options.fix or options.diff or options.add_ignores
    project = open_project(paths, options.environment, overrides, edits=edits)
    unknown = [problem.message for problem in select(project.settings).problems if problem.path is None]
    if unknown:
        raise ProjectError(" ".join(unknown))
    job = Job(tuple(map(str, project.paths)), options.environment, overrides)
    files = files_to_check(project)
    done = analyse(project, job, files, options.jobs, None if edits or options.no_cache else Kept(project, overrides))
    if options.add_ignores:
        left = _silence(project, done, write=not options.diff)
        return _code(options, found=left, failed=bool(done.errors))
    if options.fix or options.diff:
        changed = _mend(project, done, write=options.fix and not options.diff, unsafe=options.unsafe_fixes)
        if changed and options.fix and not options.diff:
            project = open_project(paths, options.environment, overrides)
            done = analyse(project, job, files, options.jobs)
        elif options.diff:
            return _code(options, found=changed, failed=bool(done.errors))
    _print(options, project, done)
    return _code(options, found=bool(done.rows), failed=bool(done.errors))


def _overrides(options: argparse.Namespace) -> dict[str, object]:
    """What the command line says of rules, as settings; `--ignore` and `--extend-select` add to those of files."""
    chosen: dict[str, object] = {}
    for key, name in (("select", "select"), ("extend_select", "extend-select"), ("ignore", "ignore")):
        given: Sequence[str] | None = getattr(options, key)
        if given:
            names = [word.strip() for words in given for word in words.split(",") if word.strip()]
            chosen[name] = [name.lower() if name == "ALL" else name for name in names]
    return chosen


def _mend(project: Project, done: Analysis, *, write: bool, unsafe: bool) -> bool:
    """Applies fixes to the files that have some, or shows them as a diff; returns whether there were any."""
    wanted = ("safe", "unsafe") if unsafe else ("safe",)
    fixable = dict.fromkeys(
        PurePath(result.path)
        for result in done.files
        if any(row.fix and row.fix.safety in wanted for row in result.rows)
    )
    changed = False
    snapshot = project.snapshot
    for path in fixable:
        fixed = fix_file(snapshot, path, select(snapshot.settings_of(path)), unsafe=unsafe)
        if not fixed.converged:
            print(f"{shown_path(path, project.base)}: fixes kept finding something to mend; stopped", file=sys.stderr)
        for target, text in fixed.texts.items():
            before = snapshot.files.read(target)
            if isinstance(before, Unreadable) or before == text:
                continue
            changed = True
            _change(target, before, text, project.base, write=write)
        snapshot = snapshot.after(fixed.texts)
    return changed


def _silence(project: Project, done: Analysis, *, write: bool) -> bool:
    """Silences by comments what was found, or shows them as a diff; returns whether something is left."""
    from loopscope.engine.ignores import ignore_all

    count, files, left = 0, 0, 0
    for path in [PurePath(result.path) for result in done.files if result.rows]:
        before = project.snapshot.files.read(path)
        silenced = ignore_all(project.snapshot, path, select(project.snapshot.settings_of(path)))
        left += len(silenced.remaining)
        if isinstance(before, Unreadable) or not silenced.findings:
            continue
        if _change(path, before, silenced.text, project.base, write=write):
            count, files = count + silenced.findings, files + 1
        else:
            left += silenced.findings
    more = f"; {left} could not be" if left else ""
    print(f"{_number(count, 'finding')} silenced in {_number(files, 'file')}{more}.", file=sys.stderr)
    return bool(left)


def _change(path: PurePath, before: str, text: str, base: PurePath, *, write: bool) -> bool:
    """Writes the new text of a file, or shows how it differs; returns whether that could be done, and says why not."""
    if not write:
        sys.stdout.writelines(_diff(shown_path(path, base), before, text))
        return True
    outcome = write_atomically(path, before, text)
    if isinstance(outcome, Refused):
        print(f"{shown_path(path, base)}: not changed, it {outcome.reason}", file=sys.stderr)
        return False
    return True


def _diff(name: str, before: str, after: str) -> list[str]:
    import difflib

    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, name)
    return [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]


def _print(options: argparse.Namespace, project: Project, done: Analysis) -> None:
    rows: Sequence[Row] = done.rows
    form: str = options.format
    style = style_for(sys.stdout)
    if options.output is not None:
        _write(options.output, report(form, rows, project.base, Style(False)))
        form = "text"
    said = statistics(rows) if options.statistics and form in FOR_PEOPLE else report(form, rows, project.base, style)
    if said:
        print(said)
    for result in done.files:
        name = shown_path(PurePath(result.path), project.base)
        if result.unreadable is not None:
            print(f"{name}: not checked, it {result.unreadable}", file=sys.stderr)
        if result.broken is not None:
            print(f"{name}:{result.broken}; the rest of the file was checked", file=sys.stderr)
    for problem in done.errors:
        print(f"loopscope: internal error, please report it:\n{problem}", file=sys.stderr)
    if form in FOR_PEOPLE:
        for name in ("pytest", "pytest-asyncio"):
            release = project.environment.effective(name)
            if release is not None and not project.environment.has("pytest"):
                version = ".".join(map(str, release.version))
                why = f", as pinned in {release.pin.path.name}" if release.pin is not None else ""
                print(f"{name} is not installed here: assuming {version}{why}.", file=sys.stderr)
        print(_summary(done, len(rows)), file=sys.stderr)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(f"{text}\n" if text else "", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ProjectError(f"{path} cannot be written: {error.strerror or error}") from error


def _summary(done: Analysis, found: int) -> str:
    checked = sum(result.unreadable is None for result in done.files)
    files = f"{_number(checked, 'file')} checked"
    if not found:
        return f"Nothing found, {files}."
    fixable = sum(row.fix is not None and row.fix.safety == "safe" for row in done.rows)
    mend = f"; {fixable} can be mended with --fix" if fixable else ""
    return f"{_number(found, 'finding')}, {files}{mend}."


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _code(options: argparse.Namespace, *, found: bool, failed: bool) -> int:
    if failed:
        return FAILED
    return FOUND if found and not options.exit_zero else 0
