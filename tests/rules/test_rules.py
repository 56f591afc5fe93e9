"""Every rule against its own examples: what it flags, what it leaves alone, its fixes, and what pytest says."""

import ast
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import loopscope.rules
from loopscope.engine.fixes import fix_file, fix_for
from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.rules import RULES, by_name, module_of, rule_of_module
from loopscope.rules.docs import SECTIONS, page
from loopscope.rules.model import Example, Finding, NearMiss, Rule
from loopscope.rules.table import TABLE
from loopscope.text.edit import apply_edits
from loopscope.text.span import Span
from loopscope.workspace.environment import Environment
from rules.environments import Pinned, home_of, others_of
from rules.judge import Verdict
from rules.judges import Judges, known_to
from rules.world import ROOT, snapshot_of, split_files, unmarked

ALL = Selection(RULES)
DEFAULTS = Selection(tuple(rule for rule in RULES if rule.meta.default))
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.meta.name}-{example.title}") for rule in RULES for example in rule.examples
]
NEAR_MISSES = [
    pytest.param(rule, near, id=f"{rule.meta.name}-{near.title}") for rule in RULES for near in rule.near_misses
]


def only(rule: Rule) -> Selection:
    return Selection((rule,))


def findings(texts: dict[str, str], selection: Selection, installed: Environment) -> dict[str, list[Finding]]:
    snapshot = snapshot_of(texts, installed=installed)
    found: dict[str, list[Finding]] = {}
    for name in texts:
        report = check_file(snapshot, ROOT / name, selection)
        assert report.errors == ()
        if report.findings:
            found[name] = list(report.findings)
    return found


def spans(found: dict[str, list[Finding]]) -> dict[str, list[Span]]:
    return {name: sorted(each.span for each in each_file) for name, each_file in found.items()}


# What is flagged


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_bad_is_flagged_exactly_where_marked(rule: Rule, example: Example) -> None:
    marked = unmarked(split_files(example.bad, example.config))
    assert spans(findings(marked.texts, _with_those_it_needs(rule), home_of(example.proof).found)) == marked.spans


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_good_is_silent_under_the_rules(rule: Rule, example: Example) -> None:
    files = split_files(example.good, example.config)
    names = {each.rule for found in findings(files, ALL, home_of(example.proof).found).values() for each in found}
    assert rule.meta.name not in names
    assert names <= {each.meta.name for each in RULES if not each.meta.default}


@pytest.mark.parametrize(("rule", "near"), NEAR_MISSES)
def test_near_misses_are_silent(rule: Rule, near: NearMiss) -> None:
    files = split_files(near.text, near.config)
    assert findings(files, _with_those_it_needs(rule), home_of(near).found) == {}


def variants(example: Example) -> Iterator[tuple[str, dict[str, str]]]:
    files = split_files(example.bad, example.config)
    python = [name for name in files if name.endswith(".py")]
    yield "crlf", {**files, **{name: files[name].replace("\n", "\r\n") for name in python}}
    yield "tabs", {**files, **{name: files[name].replace("    ", "\t") for name in python}}
    yield "astral", {**files, **{name: _astral(files[name]) for name in python}}
    yield "byte order mark", {**files, **{name: f"\ufeff{files[name]}" for name in python}}


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_variants_are_flagged_and_fixed_alike(rule: Rule, example: Example) -> None:
    selection = _with_those_it_needs(rule)
    installed = home_of(example.proof).found
    for kind, files in variants(example):
        marked = unmarked(files)
        assert spans(findings(marked.texts, selection, installed)) == marked.spans, kind
        snapshot = snapshot_of(marked.texts, installed=installed)
        for name in marked.spans:
            result = fix_file(snapshot, ROOT / name, selection, unsafe=True)
            assert result.converged, kind
            if name.endswith(".py"):
                assert _compiles(result.text), kind
            if kind == "crlf" and name.endswith(".py"):
                assert "\n" not in result.text.replace("\r\n", "")
            if kind == "tabs" and name.endswith(".py"):
                assert "    " not in result.text


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.meta.name) for rule in RULES])
def test_cut_anywhere_nothing_raises(rule: Rule) -> None:
    for example in rule.examples:
        files = unmarked(split_files(example.bad, example.config)).texts
        for name, text in files.items():
            ends = [match.end() for match in re.finditer(r"\w+|[^\w\s]|\n\s*", text)]
            for end in ends[:: max(1, len(ends) // (12 if name.endswith(".py") else 4))]:
                cut = {**files, name: text[:end]}
                snapshot = snapshot_of(cut, installed=home_of(example.proof).found)
                report = check_file(snapshot, ROOT / name, ALL)
                assert report.errors == ()
                for finding in report.findings:
                    fix_for(snapshot, finding)


# Fixes


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_fix_makes_the_good_one(rule: Rule, example: Example) -> None:
    marked = unmarked(split_files(example.bad, example.config))
    expected = split_files(example.good if example.fixed is None else example.fixed, example.config)
    selection = _with_those_it_needs(rule)
    snapshot = snapshot_of(marked.texts, installed=home_of(example.proof).found)
    if example.fixed == "":
        for name in marked.spans:
            report = check_file(snapshot, ROOT / name, selection)
            assert [fix_for(snapshot, each) for each in report.findings] == [None] * len(report.findings)
        return
    for name in marked.spans:
        result = fix_file(snapshot, ROOT / name, selection, unsafe=True)
        assert result.converged
        assert result.text == expected[name]
        assert {each.rule for each in result.remaining} == set()
        if name.endswith(".py"):
            assert _compiles(result.text)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_fix_leaves_other_lines_alone(rule: Rule, example: Example) -> None:
    marked = unmarked(split_files(example.bad, example.config))
    for name, expected in marked.spans.items():
        text = marked.texts[name] + "\n\n#   odd  spacing   \nODD = { 'a':1 ,\n  'b' : 2 }\n"
        snapshot = snapshot_of({**marked.texts, name: text}, installed=home_of(example.proof).found)
        report = check_file(snapshot, ROOT / name, _with_those_it_needs(rule))
        if not name.endswith(".py"):
            continue
        assert [each.span for each in report.findings] == expected
        for finding in report.findings:
            fix = fix_for(snapshot, finding)
            if fix is not None:
                assert apply_edits(text, fix.edits.get(ROOT / name, ())).endswith(
                    text[len(marked.texts[name]) :].lstrip("\n")
                )


# Documentation


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.meta.name) for rule in RULES])
def test_rule_is_documented(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.meta.name)
    assert importlib.util.find_spec(f"loopscope.rules.{rule.meta.name.replace('-', '_')}") is not None
    assert re.findall(r"^## (.+)$", rule.doc, re.MULTILINE) == list(SECTIONS)
    assert rule.doc.split("\n")[0].endswith(".")
    assert rule.doc.split("\n")[1] == ""
    assert rule.examples
    assert len(rule.near_misses) >= 2
    assert all(re.fullmatch(r"[A-Za-z_]\w*", word, re.ASCII) for word in rule.meta.words)
    for example in rule.examples:
        assert example.proof.symptom or example.proof.invisible
        assert "⟦" in example.bad
        assert "⟦" not in page(rule)


FRAME = {"__init__", "context", "docs", "model", "table"}
"""What a rule is, sees and shows; everything else beside the rules belongs into a folder of its own."""


def test_the_registry_is_complete_and_sorted() -> None:
    names = [rule.meta.name for rule in RULES]
    assert names == sorted(names)
    assert set(by_name) == set(names)
    folder = Path(inspect.getfile(loopscope.rules)).parent
    modules = {path.stem for path in folder.glob("*.py")} - FRAME
    assert modules == {module_of(name) for name in names}


def test_the_table_says_what_the_modules_say() -> None:
    assert list(TABLE) == [rule_of_module(module_of(rule.meta.name)).meta for rule in RULES]


def test_no_rule_imports_another() -> None:
    modules = {rule.meta.name.replace("-", "_") for rule in RULES}
    for rule in RULES:
        source = inspect.getsource(sys.modules[rule.check.__module__])
        imported = {
            part
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.ImportFrom) and node.module
            for part in (*node.module.split("."), *(alias.name for alias in node.names))
        }
        assert not imported & modules


# What pytest says


ELSEWHERE = [
    pytest.param(rule, example, environment, id=f"{rule.meta.name}-{example.title}-{environment.name}")
    for rule in RULES
    for example in rule.examples
    for environment in others_of(example.proof)
]
"""The examples with every other environment that fits, older versions above all."""


JUDGED = [pytest.param(each.values[1], id=each.id) for each in EXAMPLES]


@pytest.mark.parametrize("example", JUDGED)
def test_pytest_shows_the_mistake(example: Example, judges: Judges, tmp_path: Path) -> None:
    _shows(example, judges.ask(home_of(example.proof), tmp_path, _bad(example)))


@pytest.mark.parametrize("example", JUDGED)
def test_pytest_passes_the_good_one(example: Example, judges: Judges, tmp_path: Path) -> None:
    for number, text in enumerate([example.good, *([example.fixed] if example.fixed else [])]):
        folder = tmp_path / str(number)
        verdict = judges.ask(home_of(example.proof), folder, split_files(text, example.config))
        assert verdict.code == pytest.ExitCode.OK, verdict.output
        # Plugins that are older than the Python of these tests.
        grumbles = {"warning"} if "slated for removal in Python" in verdict.output else set[str]()
        assert set(verdict.outcomes) - grumbles == {"passed"}, verdict.output


@pytest.mark.parametrize(("rule", "example", "environment"), ELSEWHERE)
def test_the_proof_holds_for_other_versions(
    rule: Rule, example: Example, environment: Pinned, judges: Judges, tmp_path: Path
) -> None:
    bad = split_files(example.bad, example.config)
    marked = unmarked({name: known_to(environment, text) for name, text in bad.items()})
    assert spans(findings(marked.texts, _with_those_it_needs(rule), environment.found)) == marked.spans
    _shows(example, judges.ask(environment, tmp_path / "bad", marked.texts))
    verdict = judges.ask(environment, tmp_path / "good", split_files(example.good, example.config))
    assert verdict.code == pytest.ExitCode.OK, verdict.output
    assert set(verdict.outcomes) <= {"passed", "warning"}, verdict.output


def _bad(example: Example) -> dict[str, str]:
    return unmarked(split_files(example.bad, example.config)).texts


_STOPS = {"usage": pytest.ExitCode.USAGE_ERROR, "internal": pytest.ExitCode.INTERNAL_ERROR}


_OLD_WORDS = {
    r"'[\w.]+\.(\w+)' object": r"'\1' object",
    r"'(\w+)' object can't be awaited": r"object \1 can't be used in 'await' expression",
    r"Exception ignored while finalizing coroutine ": "Exception ignored in: ",
    r"An asyncio\.Future, a coroutine or an awaitable is required": "a coroutine was expected, got None",
}
"""What Python says from 3.14 on, and what it said before: the words of the examples."""


def _shows(example: Example, verdict: Verdict) -> None:
    proof = example.proof
    output = verdict.output
    for new, old in _OLD_WORDS.items():
        output = re.sub(new, old, output)
    assert proof.symptom in output
    if proof.outcome in _STOPS:
        assert verdict.code == _STOPS[proof.outcome]
        return
    if proof.outcome == "internal error":
        assert verdict.code == pytest.ExitCode.INTERNAL_ERROR
        return
    assert verdict.outcomes.get(proof.outcome, 0) > 0, verdict.output
    if proof.outcome in ("passed", "warning"):
        assert verdict.code == pytest.ExitCode.OK


def _with_those_it_needs(rule: Rule) -> Selection:
    """The rule alone; a suppression can only be unused when the rule that it names ran."""
    return DEFAULTS if rule.meta.name == "unused-suppression" else only(rule)


def _compiles(text: str) -> bool:
    compile(text.lstrip("\ufeff"), "fixed.py", "exec")
    return True


_SIMPLE = re.compile(
    r"^([ \t]++)(?!⟦?(?:async|await|def|class|with|for|if|else|except|while|yield|raise|return|@|\W*$)\b|@)(?=.*⟦)",
    re.MULTILINE,
)


def _astral(text: str) -> str:
    """The text with characters beyond the basic plane before the marked ones, on their lines where that can be."""
    return "# 🦊 𝔘\n" + _SIMPLE.sub(lambda match: match[1] + '"🦊"; ', text)
