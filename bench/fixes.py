"""Applies all safe fixes to copies of real projects, and lets pytest say whether they are still the same tests.

    python bench/fixes.py --out docs/fixes.md NAME=SOURCE,ENVIRONMENT[,FOLDER[,PATH...]] ... [--run NAME ...]

The projects are given as `bench/recall.py` takes them. All rules are selected, those that are off by default as well.
Every changed file must parse and pytest must collect the same node ids; of the projects named by `--run`, whose tests
are run before and after, no outcome may be worse. Node ids that differ between two collections of the same files hold
something random: of such test functions only the number of tests is compared.

`--note TEXT` adds a line below the table. With `--details FILE` what is known is kept as JSON, and projects that are in
it already are not looked at again.
"""

import argparse
import ast
import difflib
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from recall import Project, Run, opened, run_pytest

_BETTER = ("passed", "xfailed", "xpassed", "skipped", "not run", "failed", "error")


class Outcome(NamedTuple):
    """What became of one project."""

    name: str
    files: int
    lines: int
    broken: list[str]
    tests: int
    lost: list[str]
    ran: int | None
    worse: list[str]
    said: str


def main() -> None:
    """Fixes, compares and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", metavar="NAME=SOURCE,ENVIRONMENT[,FOLDER[,PATH...]]")
    parser.add_argument("--run", action="append", default=[], metavar="NAME")
    parser.add_argument("--keep", type=Path, help="a folder for the differences")
    parser.add_argument("--note", action="append", default=[], metavar="TEXT")
    parser.add_argument("--details", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    outcomes: list[Outcome] = []
    if options.details and options.details.exists():
        outcomes = [Outcome(*each) for each in json.loads(options.details.read_text(encoding="utf-8"))]
    for given in options.projects:
        if any(each.name == given.partition("=")[0] for each in outcomes):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            project = opened(given, Path(scratch))
            try:
                outcomes.append(_fixed(project, project.name in options.run, options.keep))
            except SystemExit as problem:
                print(problem, file=sys.stderr)
                continue
            print(outcomes[-1], file=sys.stderr)
        if options.details:
            options.details.write_text(json.dumps(outcomes), encoding="utf-8")
        if options.out:
            options.out.write_text(_page(outcomes, options.note), encoding="utf-8")
    print(_page(outcomes, options.note))


def _fixed(project: Project, run: bool, keep: Path | None) -> Outcome:
    before = run_pytest(project, collect=not run)
    texts = _texts(project)
    command = [
        *(sys.executable, "-m", "loopscope", "check", *project.paths, "--fix", "--select", "ALL", "--exit-zero"),
        *("--statistics", "--environment", str(project.environment)),
    ]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{project.name}: loopscope failed:\n{done.stderr[-3000:]}")
    changed = {path: text for path, text in _texts(project).items() if texts[path] != text}
    broken = [path for path, text in changed.items() if path.endswith(".py") and not _parses(text)]
    if keep is not None:
        _keep(keep / f"{project.name}.diff", {path: (texts[path], text) for path, text in changed.items()})
    after = run_pytest(project, collect=not run)
    lost = sorted(before.tests.keys() ^ after.tests.keys())
    if lost:
        lost = _without_random(before, after, run_pytest(project, collect=True))
    lines = sum(_lines(texts[path], text) for path, text in changed.items())
    return Outcome(
        project.name,
        len(changed),
        lines,
        broken,
        len(before.tests),
        lost,
        len(before.tests) if run else None,
        _worse(before, after) if run else [],
        done.stderr.strip().rpartition("\n")[2],
    )


def _without_random(before: Run, after: Run, again: Run) -> list[str]:
    """The node ids that are not the same before and after, those aside that are not the same in each collection."""
    random = {_function(node) for node in after.tests.keys() ^ again.tests.keys()}
    counted = [Counter(_function(node) for node in run.tests) for run in (before, after)]
    lost = [node for node in before.tests.keys() ^ after.tests.keys() if _function(node) not in random]
    return sorted([*lost, *(each for each in random if counted[0][each] != counted[1][each])])


def _function(node: str) -> str:
    return node.partition("[")[0]


def _texts(project: Project) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(project.root.rglob("*")):
        if path.suffix in (".py", ".toml", ".ini", ".cfg") and path.is_file():
            found[path.relative_to(project.root).as_posix()] = path.read_bytes().decode(errors="replace")
    return found


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _difference(before: str, after: str, name: str) -> list[str]:
    return list(difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, name))


def _lines(before: str, after: str) -> int:
    said = _difference(before, after, "")
    signs = [line[:1] for line in said if not line.startswith(("+++", "---"))]
    return max(signs.count("+"), signs.count("-"))


def _keep(path: Path, texts: dict[str, tuple[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("".join(_difference(*both, name)) for name, both in texts.items()), encoding="utf-8")


def _worse(before: Run, after: Run) -> list[str]:
    return [
        f"{node}: {test.outcome}, then {after.tests[node].outcome} {after.tests[node].text[:200]}"
        for node, test in before.tests.items()
        if node in after.tests and _BETTER.index(after.tests[node].outcome) > _BETTER.index(test.outcome)
    ]


def _page(outcomes: list[Outcome], notes: list[str]) -> str:
    rows = [
        f"| {each.name} | {each.files} | {each.lines} | {len(each.broken)} | {each.tests} | {len(each.lost)} "
        f"| {'-' if each.ran is None else each.ran} | {'-' if each.ran is None else len(each.worse)} |"
        for each in outcomes
    ]
    return "\n".join(
        [
            "# Fixes on real projects",
            "",
            "All safe fixes of all rules, those off by default included, applied to the tests of real projects by",
            "`loopscope check --fix --select ALL`. Made by `bench/fixes.py`: changed files must still parse, pytest",
            "must collect the same node ids, and where the tests can be run no outcome may be worse. Of test functions",
            "whose ids hold something random, the number of tests is compared.",
            "",
            "| project | files changed | lines changed | do not parse | tests collected | not the same | run | worse |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            f"| **all** | {sum(each.files for each in outcomes)} | {sum(each.lines for each in outcomes)} "
            f"| {sum(len(each.broken) for each in outcomes)} | {sum(each.tests for each in outcomes)} "
            f"| {sum(len(each.lost) for each in outcomes)} | {sum(each.ran or 0 for each in outcomes)} "
            f"| {sum(len(each.worse) for each in outcomes)} |",
            "",
            *(f"- {note}" for note in notes),
            *([""] if notes else []),
        ]
    )


if __name__ == "__main__":
    main()
