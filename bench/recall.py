"""Puts mistakes into the tests of real projects, and compares what pytest then reports with what loopscope reports.

    python bench/recall.py --out docs/recall.md NAME=SOURCE,ENVIRONMENT[,FOLDER[,PATH...]] ...

SOURCE is a checkout, which is copied; ENVIRONMENT the virtual environment that its tests run in, with pytest-timeout;
FOLDER the one that holds its pytest configuration; PATH what pytest is asked to collect. `--only KIND` makes one kind
of mistake, `--note TEXT` adds a line to the page, `--sample N` says how many places of a kind are drawn (`--seed`)
from a project, `--details FILE` keeps all.

Only tests that pass before are looked at. Each run of pytest holds mistakes that no test has two of.
"""

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from recall_edits import (
    Edit,
    Place,
    as_strict_wants_it,
    awaits,
    dropped_loop_scopes,
    edited,
    first_line,
    function_loops,
    functions,
    renames,
    strict_mode,
    swaps,
)

BENCH = Path(__file__).resolve().parent
_IGNORED = shutil.ignore_patterns(".git", "node_modules", "__pycache__", ".venv", ".pytest_cache", "*.pyc")
_CONFIGURATIONS = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg")
_RUN_SECONDS = 600
_TEST_SECONDS = 10
_OF_TASKS = frozenset({"discarded-task", "leaked-task"})
"""What they say of a task that nothing awaits any more is true, and nothing that pytest shows."""
_NOT_FOUND = re.compile(r"fixture '[^']*' not found")
_ASYNC_WARNING = re.compile(r"async|coroutine", re.IGNORECASE)

Function = tuple[str, int]
"""A function: its file, and the line of its first decorator or `def`."""


class Project(NamedTuple):
    """A project in a scratch copy."""

    name: str
    root: Path
    environment: Path
    paths: tuple[str, ...]


class Test(NamedTuple):
    """What pytest says of one test."""

    outcome: str
    text: str
    warnings: frozenset[str]
    uses: frozenset[Function]
    """Its own function and those of its fixtures."""


class Run(NamedTuple):
    """What pytest says of all."""

    tests: Mapping[str, Test]
    never_awaited: frozenset[Function]
    """The lines at which coroutines were made that nobody awaited, with the lines that called those."""
    broken: Mapping[str, str]
    root: str
    """The rootdir, which node ids are relative to."""


class Found(NamedTuple):
    """A finding, and what it is about."""

    rule: str
    file: str
    line: int
    message: str


class Answer(NamedTuple):
    """The comparison for one thing that pytest or loopscope reports: a test, or a deleted `await`."""

    project: str
    kind: str
    name: str
    shown: str
    """What pytest shows, or nothing."""
    found: tuple[str, ...]
    """The rules that report it."""


# --- running


def _environment(project: Project, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV", "PYTHON"))}
    return kept | {
        "PATH": f"{project.environment / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "VIRTUAL_ENV": str(project.environment),
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "RECALL_OUT": str(folder / "out.json"),
    }


def run_pytest(project: Project, nodes: Iterable[str] = (), *, collect: bool = False) -> Run:
    """Runs the project's tests, or some of them; when a test ends the run, the rest is run again. Or only collects."""
    whole = _run_once(project, nodes, collect=collect)
    while not collect and (left := [node for node, test in whole.tests.items() if test.outcome == "not run"]):
        rest = _run_once(project, _nodes(whole, left), collect=False)
        if all(test.outcome == "not run" for test in rest.tests.values()):
            break
        whole = Run(
            {**whole.tests, **{node: test for node, test in rest.tests.items() if node in left}},
            whole.never_awaited | rest.never_awaited,
            {**whole.broken, **rest.broken},
            whole.root,
        )
    return whole


def _run_once(project: Project, nodes: Iterable[str], *, collect: bool) -> Run:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(BENCH / "recall_plugin.py", folder)
        arguments = list(dict.fromkeys(nodes)) or list(project.paths)
        (folder / "arguments").write_text("\n".join(arguments), encoding="utf-8")
        command = [
            *(str(project.environment / "bin" / "python"), "-m", "pytest", "-p", "recall_plugin"),
            *("-q", "-p", "no:cacheprovider"),
            *(("--collect-only",) if collect else ("--timeout", str(_TEST_SECONDS), "--timeout-method", "signal")),
            *arguments,
        ]
        try:
            done = subprocess.run(
                command,
                cwd=project.root,
                env=_environment(project, folder),
                capture_output=True,
                text=True,
                check=False,
                timeout=_RUN_SECONDS,
            )
            said = done.stdout[-1500:] + done.stderr[-1500:]
        except subprocess.TimeoutExpired:
            said = f"no end within {_RUN_SECONDS} seconds"
        out = folder / "out.json"
        if not out.exists():
            raise SystemExit(f"{project.name}: pytest wrote nothing:\n{said}")
        told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return Run(
        {
            node: Test(
                each["outcome"],
                each["text"],
                frozenset(each.get("warnings", ())),
                frozenset(_functions_used(project, each)),
            )
            for node, each in told["tests"].items()
        },
        frozenset((_relative(project, file), line) for each in told["never_awaited"] for file, line in each["frames"]),
        told["broken"],
        told["root"],
    )


def _functions_used(project: Project, told: Mapping[str, Any]) -> Iterator[Function]:
    if told["place"] is not None:
        yield _relative(project, told["place"][0]), told["place"][1]
    for file, line, _ in told["fixtures"]:
        yield _relative(project, file), line


def _relative(project: Project, file: str) -> str:
    path = Path(file)
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else file


def run_loopscope(project: Project) -> frozenset[Found]:
    """What `loopscope check` says with its defaults."""
    command = [
        *(sys.executable, "-m", "loopscope", "check", *project.paths, "--format", "json", "--exit-zero"),
        *("--environment", str(project.environment)),
    ]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{project.name}: loopscope failed:\n{done.stderr}")
    return frozenset(
        Found(each["rule"], each["file"], each["line"], each["message"]) for each in json.loads(done.stdout)
    )


# --- perturbing


class Texts:
    """The changed files of a copy, which `restore` puts back."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._before: dict[str, str] = {}

    def read(self, file: str) -> str:
        """The text of a file."""
        return (self._root / file).read_bytes().decode()

    def write(self, file: str, text: str) -> None:
        """Changes a file."""
        self._before.setdefault(file, self.read(file))
        (self._root / file).write_bytes(text.encode())

    def restore(self) -> None:
        """Puts all files back."""
        for file, text in self._before.items():
            (self._root / file).write_bytes(text.encode())
        self._before.clear()

    @contextmanager
    def without(self) -> Iterator[None]:
        """The files as they were before, for a while."""
        now = {file: self.read(file) for file in self._before}
        for file, text in self._before.items():
            (self._root / file).write_bytes(text.encode())
        yield
        for file, text in now.items():
            (self._root / file).write_bytes(text.encode())

    def put(self, places: Iterable[Place]) -> None:
        """Makes mistakes."""
        by_file: dict[str, list[Edit]] = {}
        for place in places:
            by_file.setdefault(place.file, []).extend(place.edits)
        for file, edits in by_file.items():
            self.write(file, edited(self.read(file), tuple(edits)))


class Base(NamedTuple):
    """A project before a mistake: its run and its findings."""

    project: Project
    run: Run
    findings: frozenset[Found]

    @property
    def passing(self) -> frozenset[str]:
        """The tests that pass."""
        return frozenset(node for node, test in self.run.tests.items() if test.outcome == "passed")

    def users(self, function: Function) -> frozenset[str]:
        """The tests that run a function or use it as a fixture."""
        return frozenset(node for node, test in self.run.tests.items() if function in test.uses)

    def files(self) -> list[str]:
        """The files of the project that tests and fixtures stand in."""
        found = {file for test in self.run.tests.values() for file, _ in test.uses}
        return sorted(each for each in found if not Path(each).is_absolute() and not each.startswith("<"))


def measured(project: Project) -> Base:
    """The project as it is now."""
    return Base(project, run_pytest(project), run_loopscope(project))


def places_of(base: Base, texts: Texts, kind: Callable[[str, str], Iterator[Place]]) -> list[Place]:
    """Where a mistake can be made such that tests which pass now would meet it, all of whose tests pass now."""
    found: list[Place] = []
    for file in base.files():
        for place in kind(file, texts.read(file)):
            users = base.users((file, place.function)) if place.function is not None else frozenset()
            if users and users <= base.passing:
                found.append(place)
    return found


def batches(base: Base, places: Iterable[Place]) -> list[list[Place]]:
    """Groups of places such that no test meets two of a group."""
    found: list[tuple[set[str], list[Place]]] = []
    for place in places:
        assert place.function is not None
        users = base.users((place.file, place.function))
        for taken, group in found:
            if not taken & users:
                taken.update(users)
                group.append(place)
                break
        else:
            found.append((set(users), [place]))
    return [group for _, group in found]


def new_findings(base: Base) -> dict[Function, set[str]]:
    """The findings that were not there before, by function; those outside of functions count for each below them."""
    before = {(each.rule, each.file, each.line) for each in base.findings}
    found: dict[Function, set[str]] = {}
    for each in run_loopscope(base.project):
        if (each.rule, each.file, each.line) in before or not each.file.endswith(".py"):
            continue
        for line in _concerned((base.project.root / each.file).read_text(encoding="utf-8"), each.line):
            found.setdefault((each.file, line), set()).add(each.rule)
    return found


def _concerned(text: str, line: int) -> list[int]:
    tree = ast.parse(text)
    all_functions = list(functions(tree))
    inside = [each for each in all_functions if first_line(each) <= line <= (each.end_lineno or 0)]
    if inside:
        return [first_line(inside[0])]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first <= line <= (node.end_lineno or 0):
                return [first_line(each) for each in all_functions if first <= each.lineno <= (node.end_lineno or 0)]
    return [first_line(each) for each in all_functions]


def _nodes(run: Run, nodes: Iterable[str]) -> list[str]:
    """Node ids without parameters, as pytest understands them wherever it is started, in the order of the run."""
    wanted = set(nodes)
    found = [re.sub(r"\[.*", "", node, flags=re.DOTALL) for node in run.tests if node in wanted]
    return [str(Path(run.root) / node) for node in dict.fromkeys(found)]


def _concerned_tests(base: Base, found: Mapping[Function, set[str]]) -> dict[str, set[str]]:
    concerned: dict[str, set[str]] = {}
    for node in base.passing:
        for function in base.run.tests[node].uses & found.keys():
            concerned.setdefault(node, set()).update(found[function])
    return concerned


def _shown(base: Base, after: Run, node: str) -> str:
    """What pytest shows of a test that passed before: its failure, or a new warning about something asynchronous."""
    test = after.tests.get(node)
    if test is None:
        # Its parameters are random: they have other names in each run.
        function = node.partition("[")[0]
        others = [each for name, each in after.tests.items() if name.partition("[")[0] == function]
        test = next((each for each in others if each.outcome != "passed"), others[0] if others else None)
    if test is None:
        file = node.partition("::")[0]
        return f"not collected: {after.broken[file][-200:]}" if file in after.broken else ""
    if test.outcome != "passed":
        return f"{test.outcome}: {test.text}"
    new = sorted(each for each in test.warnings - base.run.tests[node].warnings if _ASYNC_WARNING.search(each))
    return new[0] if new else ""


def by_test(base: Base, texts: Texts, kind: str, wanted: Iterable[str], shows: Callable[[str], bool]) -> list[Answer]:
    """Compares test by test, for the mistakes that `texts` has put; `wanted` are the tests that meet them.

    Where pytest shows something and we do not, the same tests are run without the mistakes: what is shown then as well
    comes from running these tests alone.
    """
    found = new_findings(base)
    concerned = _concerned_tests(base, found)
    run = {*wanted, *concerned}
    if not run:
        return []
    after = run_pytest(base.project, _nodes(base.run, run))
    answers = []
    shown_by = {node: _shown(base, after, node) for node in sorted(run & base.passing)}
    alone: frozenset[str] = frozenset()
    if any(shown and shows(shown) and node not in concerned for node, shown in shown_by.items()):
        with texts.without():
            without = run_pytest(base.project, _nodes(base.run, run))
        alone = frozenset(node for node in shown_by if _shown(base, without, node))
    for node, shown in shown_by.items():
        if shown and (not shows(shown) or (node in alone and node not in concerned)):
            # Fails in another way than the mistake makes it fail by itself: with another definition of the same name.
            continue
        if shown or node in concerned:
            answers.append(Answer(base.project.name, kind, node, shown, tuple(sorted(concerned.get(node, ())))))
    return answers


def _anything(_: str) -> bool:
    return True


# --- the kinds of mistakes


def strict(base: Base, texts: Texts, _: random.Random, __: int) -> Iterator[Answer]:
    """Auto mode becomes strict, and no test is marked."""
    for name in _CONFIGURATIONS:
        if (base.project.root / name).exists():
            texts.write(name, strict_mode(texts.read(name)))
    yield from by_test(base, texts, "strict mode", base.passing, _anything)
    texts.restore()


def swap(base: Base, texts: Texts, drawn: random.Random, sample: int) -> Iterator[Answer]:
    """In strict mode, with all marks, `pytest_asyncio.fixture` becomes `pytest.fixture`."""
    yield from _in_strict_form(base, texts, drawn, sample, "swapped decorator", swaps, wide=False)


def loop_scope(base: Base, texts: Texts, drawn: random.Random, sample: int) -> Iterator[Answer]:
    """In strict mode, with fixtures as wide as their loop, `loop_scope=` is dropped."""
    yield from _in_strict_form(base, texts, drawn, sample, "dropped loop_scope", dropped_loop_scopes, wide=True)


def _in_strict_form(
    base: Base,
    texts: Texts,
    drawn: random.Random,
    sample: int,
    kind: str,
    places: Callable[[str, str], Iterator[Place]],
    *,
    wide: bool,
) -> Iterator[Answer]:
    form = Texts(base.project.root)
    for name in _CONFIGURATIONS:
        if (base.project.root / name).exists():
            text = strict_mode(form.read(name))
            form.write(name, function_loops(text) if wide else text)
    for file in base.files():
        form.write(file, as_strict_wants_it(form.read(file), wide=wide))
    here = measured(base.project)
    lost = len(base.passing - here.passing)
    print(f"{base.project.name}: {kind}: {len(here.passing)} tests pass in this form, {lost} do not", file=sys.stderr)
    for group in batches(here, _drawn(places_of(here, texts, places), drawn, sample)):
        texts.put(group)
        yield from by_test(here, texts, kind, _users(here, group), _anything)
        texts.restore()
    form.restore()


def rename(base: Base, texts: Texts, drawn: random.Random, sample: int) -> Iterator[Answer]:
    """The definition of a fixture gets another name."""
    for group in batches(base, _drawn(places_of(base, texts, renames), drawn, sample)):
        texts.put(group)
        yield from by_test(
            base, texts, "renamed fixture", _users(base, group), lambda shown: bool(_NOT_FOUND.search(shown))
        )
        texts.restore()


def delete_await(base: Base, texts: Texts, drawn: random.Random, sample: int) -> Iterator[Answer]:
    """An `await` is deleted."""
    for group in batches(base, _drawn(places_of(base, texts, awaits), drawn, sample)):
        texts.put(group)
        found = new_findings(base)
        after = run_pytest(base.project, _nodes(base.run, {*_users(base, group), *_concerned_tests(base, found)}))
        for place in group:
            assert place.function is not None
            function = (place.file, place.function)
            name = f"{place.file}:{place.lines[0]}: {place.what}"
            lines = range(place.lines[0], place.lines[1] + 1)
            named = any((place.file, line) in after.never_awaited for line in lines)
            failing = next((shown for node in sorted(base.users(function)) if (shown := _shown(base, after, node))), "")
            rules = tuple(sorted(found.pop(function, set()) - _OF_TASKS))
            if named:
                yield Answer(base.project.name, "deleted await", name, f"never awaited; {failing}", rules)
            elif failing:
                yield Answer(base.project.name, "deleted await, no warning", name, failing, rules)
            else:
                yield Answer(base.project.name, "deleted await", name, "", rules)
        for (file, line), others in found.items():
            shown = next(
                (shown for node in sorted(base.users((file, line))) if (shown := _shown(base, after, node))), ""
            )
            if not shown and others - _OF_TASKS:
                yield Answer(base.project.name, "deleted await", f"{file}:{line}", "", tuple(sorted(others)))
        texts.restore()


def _drawn(places: list[Place], drawn: random.Random, sample: int) -> list[Place]:
    return drawn.sample(places, min(sample, len(places)))


def _users(base: Base, places: Iterable[Place]) -> set[str]:
    return {node for each in places if each.function for node in base.users((each.file, each.function))}


KINDS = {"strict": strict, "swap": swap, "loop-scope": loop_scope, "rename": rename, "await": delete_await}


# --- the page


_ORDER = ("strict mode", "swapped decorator", "dropped loop_scope", "renamed fixture", "deleted await")
_NO_WARNING = "deleted await, no warning"


def page(answers: list[Answer], projects: Mapping[str, str], options: argparse.Namespace) -> str:
    """The figures, and everything that was missed or invented."""
    names = list(projects)
    lines = [
        "# How many mistakes are found",
        "",
        "Mistakes are put into copies of real projects whose tests pass, and what pytest then reports is compared with",
        "what `loopscope check` reports with its defaults. Made by `bench/recall.py`, which says how",
        f"(seed {options.seed}, at most {options.sample} places of a kind in each project).",
        "",
        "| project | tests that pass | pytest | pytest-asyncio |",
        "|---|---|---|---|",
        *(f"| {name} | {said} |" for name, said in projects.items()),
        "",
        "**Test by test.** Each cell: tests that pytest reports (they fail, are skipped, or a warning about something",
        "asynchronous names them) and that a finding concerns, of all that pytest reports. Invented: tests that a new",
        "finding concerns and of which pytest reports nothing. A finding concerns the test that it stands in, or the",
        "tests that use the fixture it stands in. For a deleted `await` it is the single deletion that counts: those",
        "whose coroutine is among the never-awaited ones, and of those the ones with a finding in their function.",
        "",
        f"| mistake | {' | '.join(names)} | all | found | invented |",
        f"|---|{'---|' * (len(names) + 3)}",
    ]
    for kind in _ORDER:
        of_kind = [each for each in answers if each.kind == kind]
        cells = [_cell([each for each in of_kind if each.project == name]) for name in names]
        shown = [each for each in of_kind if each.shown]
        hit = sum(bool(each.found) for each in shown)
        invented = sum(not each.shown and bool(each.found) for each in of_kind)
        share = f"{100 * hit / len(shown):.1f} %" if shown else "-"
        lines.append(f"| {kind} | {' | '.join(cells)} | {hit} of {len(shown)} | {share} | {invented} |")
    silent = [each for each in answers if each.kind == "deleted await" and not each.shown and not each.found]
    other = [each for each in answers if each.kind == _NO_WARNING]
    lines += [
        "",
        f"Of the deleted `await`s, {len(silent)} more changed nothing that pytest shows (what was not awaited there is",
        f"awaited elsewhere, or is no coroutine), and {len(other)} made a test fail without a coroutine that nobody",
        f"awaited (tasks, futures, other awaitable objects): {sum(bool(each.found) for each in other)} have a finding.",
    ]
    lines += ["", *(f"- {note}" for note in options.note)] if options.note else []
    lines += _listed("Missed", [each for each in answers if each.kind in _ORDER and each.shown and not each.found])
    lines += _listed("Invented", [each for each in answers if not each.shown and each.found])
    return "\n".join([*lines, ""])


def _cell(answers: list[Answer]) -> str:
    shown = [each for each in answers if each.shown]
    return f"{sum(bool(each.found) for each in shown)}/{len(shown)}" if shown else "-"


def _listed(title: str, answers: list[Answer]) -> list[str]:
    if not answers:
        return []
    return [
        "",
        f"## {title}",
        "",
        *(f"- {each.project}, {each.kind}: `{_node(each.name)}`" + _by(each) for each in _folded(answers)),
    ]


def _node(name: str) -> str:
    return re.sub(r"\s+", " ", name).replace("`", "'")


def _by(answer: Answer) -> str:
    return f" ({', '.join(answer.found)})" if answer.found else ""


def _folded(answers: list[Answer]) -> list[Answer]:
    """Variants of one test once."""
    folded = {
        (each.project, each.kind, name): each._replace(name=name)
        for each in answers
        for name in [re.sub(r"\[.*", "", each.name, flags=re.DOTALL) if "::" in each.name else each.name]
    }
    return list(folded.values())


# --- the command


def opened(given: str, scratch: Path) -> Project:
    """Copies a project that is given as NAME=SOURCE,ENVIRONMENT[,FOLDER[,PATH...]]."""
    name, _, rest = given.partition("=")
    source, environment, *more = rest.split(",")
    shutil.copytree(source, scratch / name, ignore=_IGNORED, symlinks=True)
    folder = more[0] if more else "."
    return Project(name, (scratch / name / folder).resolve(), Path(environment).absolute(), tuple(more[1:]) or (".",))


def _versions(project: Project) -> str:
    script = "from importlib.metadata import version as v; print(v('pytest'), '|', v('pytest-asyncio'))"
    command = [str(project.environment / "bin" / "python"), "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    """Compares and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", metavar="NAME=SOURCE,ENVIRONMENT[,FOLDER[,PATH...]]")
    parser.add_argument("--only", action="append", choices=KINDS)
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--note", action="append", default=[], metavar="TEXT")
    parser.add_argument("--details", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    answers: list[Answer] = []
    projects: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name:
        for given in options.projects:
            project = opened(given, Path(name))
            base = measured(project)
            projects[project.name] = f"{len(base.passing)} | {_versions(project)}"
            print(f"{project.name}: {projects[project.name]}", file=sys.stderr)
            for kind in options.only or KINDS:
                new = list(KINDS[kind](base, Texts(project.root), random.Random(options.seed), options.sample))
                answers += new
                missed = sum(bool(each.shown) and not each.found for each in new)
                invented = sum(not each.shown and bool(each.found) for each in new)
                print(f"{project.name}: {kind}: {len(new)}, {missed} missed, {invented} invented", file=sys.stderr)
                if options.details:
                    options.details.write_text(
                        json.dumps([each._asdict() for each in answers], indent=1), encoding="utf-8"
                    )
                if options.out:
                    # Runs take long: what is known is kept.
                    options.out.write_text(page(answers, projects, options), encoding="utf-8")
    print(page(answers, projects, options))


if __name__ == "__main__":
    main()
