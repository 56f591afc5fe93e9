"""`loopscope check`: finds mistakes, prints them, and mends what can be mended safely."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath

from loopscope.cli.analysis import Analysis, Job, analyse
from loopscope.cli.candidates import files_to_check
from loopscope.cli.errors import ProjectError
from loopscope.cli.project import Project, open_project
from loopscope.cli.reports import json_report, statistics, text_report
from loopscope.cli.rows import Row
from loopscope.cli.terminal import style_for
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
    overrides = _overrides(options)
    paths = options.paths or [Path()]
    project = open_project(paths, options.environment, overrides, edits=options.fix or options.diff)
    unknown = [problem.message for problem in select(project.settings).problems if problem.path is None]
    if unknown:
        raise ProjectError(" ".join(unknown))
    job = Job(tuple(map(str, project.paths)), options.environment, overrides)
    files = files_to_check(project)
    done = analyse(project, job, files, options.jobs)
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
            if write:
                outcome = write_atomically(target, before, text)
                if isinstance(outcome, Refused):
                    print(f"{shown_path(target, project.base)}: not changed, it {outcome.reason}", file=sys.stderr)
            else:
                sys.stdout.writelines(_diff(shown_path(target, project.base), before, text))
        snapshot = snapshot.after(fixed.texts)
    return changed


def _diff(name: str, before: str, after: str) -> list[str]:
    import difflib

    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, name)
    return [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]


def _print(options: argparse.Namespace, project: Project, done: Analysis) -> None:
    rows: Sequence[Row] = done.rows
    if options.format == "json":
        print(json_report(rows))
    elif options.statistics:
        if rows:
            print(statistics(rows))
    elif rows:
        print(text_report(rows, style_for(sys.stdout)))
    for result in done.files:
        if result.unreadable is not None:
            print(
                f"{shown_path(PurePath(result.path), project.base)}: not checked, it {result.unreadable}",
                file=sys.stderr,
            )
    for problem in done.errors:
        print(f"loopscope: internal error, please report it:\n{problem}", file=sys.stderr)
    if options.format == "text":
        for name in ("pytest", "pytest-asyncio"):
            release = project.environment.effective(name)
            if release is not None and not project.environment.has("pytest"):
                version = ".".join(map(str, release.version))
                why = f", as pinned in {release.pin.path.name}" if release.pin is not None else ""
                print(f"{name} is not installed here: assuming {version}{why}.", file=sys.stderr)
        print(_summary(done, len(rows)), file=sys.stderr)


def _summary(done: Analysis, found: int) -> str:
    checked = sum(result.unreadable is None for result in done.files)
    files = f"{checked} file{'' if checked == 1 else 's'} checked"
    if not found:
        return f"Nothing found, {files}."
    fixable = sum(row.fix is not None and row.fix.safety == "safe" for row in done.rows)
    mend = f"; {fixable} can be mended with --fix" if fixable else ""
    return f"{found} finding{'' if found == 1 else 's'}, {files}{mend}."


def _code(options: argparse.Namespace, *, found: bool, failed: bool) -> int:
    if failed:
        return FAILED
    return FOUND if found and not options.exit_zero else 0
