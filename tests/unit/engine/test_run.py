"""Running rules: broken ones, cancelling, selection by settings, files that cannot be read."""

from collections.abc import Iterator

import pytest

from loopscope.config.model import Sourced
from loopscope.config.settings import DEFAULT_SETTINGS, settings_from_mapping
from loopscope.engine.fixes import compose, fix_file
from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection, select
from loopscope.facts.part import words_in
from loopscope.rules import RULES, by_name
from loopscope.rules.context import Context
from loopscope.rules.model import Finding, Fix, Group, Safety, Severity
from loopscope.text.edit import Edit
from loopscope.text.frozen import replace
from loopscope.text.span import Span
from loopscope.workspace.cancel import Cancelled
from rules.world import ROOT, snapshot_of

PATH = ROOT / "test_example.py"
PRESETS = ("recommended", "strict")
BAD = {
    "pytest.ini": "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n",
    "test_example.py": "import time\n\n\nasync def test_value():\n    time.sleep(1)\n",
}


def names(selection: Selection) -> set[str]:
    return {rule.meta.name for rule in selection.rules}


def test_a_rule_that_raises_is_reported_and_stops_no_other() -> None:
    def broken(ctx: Context) -> Iterator[Finding]:
        yield ctx.finding(by_name["missing-await"].meta, Span(0, 1), "before")
        raise ZeroDivisionError("broken on purpose")

    rules = (replace(by_name["missing-await"], check=broken), by_name["async-test-never-runs"])
    report = check_file(snapshot_of(BAD), PATH, Selection(rules))
    assert [each.rule for each in report.findings] == ["missing-await", "async-test-never-runs"]
    [error] = report.errors
    assert (error.rule, error.path) == ("missing-await", PATH)
    assert "ZeroDivisionError: broken on purpose" in error.details


@pytest.mark.parametrize(
    ("words", "runs"),
    [((), True), (("sleep",), True), (("shield", "time"), True), (("slee",), False), (("test_value.time",), False)],
)
def test_a_rule_runs_on_files_with_one_of_its_words(words: tuple[str, ...], runs: bool) -> None:
    ran: list[str] = []

    def noting(ctx: Context) -> Iterator[Finding]:
        ran.append(ctx.path.name)
        yield from ()

    rule = by_name["missing-await"]
    rule = replace(rule, check=noting, meta=rule.meta._replace(words=words))
    check_file(snapshot_of(BAD), PATH, Selection((rule,)))
    assert bool(ran) is runs


def test_words_of_any_text() -> None:
    assert words_in("a.b(c)\n  d_1\té\ud800 # 'e-f'") == {
        *(b"a", b"b", b"c", b"d_1", "é\ud800".encode("utf-8", "surrogatepass"), b"e", b"f")
    }


def test_cancelling_stops_between_rules() -> None:
    ran: list[str] = []

    class Token:
        def check(self) -> None:
            if len(ran) == 2:
                raise Cancelled

    def counting(ctx: Context) -> Iterator[Finding]:
        ran.append(ctx.path.name)
        yield from ()

    rules = tuple(replace(rule, check=counting, meta=rule.meta._replace(words=())) for rule in RULES)
    with pytest.raises(Cancelled):
        check_file(snapshot_of(BAD), PATH, Selection(rules), Token())
    assert len(ran) == 2


def test_a_missing_file_is_no_error() -> None:
    report = check_file(snapshot_of(BAD), ROOT / "gone.py", select())
    assert report.findings == ()
    assert report.unreadable


def test_select_ignore_and_presets() -> None:
    defaults = {rule.meta.name for rule in RULES if rule.meta.default}
    assert names(select()) == defaults
    assert names(select(settings_from_mapping({"preset": "all"}))) == set(by_name)
    by_preset = {preset: {each.meta.name for each in RULES if each.meta.preset == preset} for preset in PRESETS}
    assert names(select(settings_from_mapping({"preset": "strict"}))) == defaults.union(*by_preset.values())
    assert names(select(settings_from_mapping({"preset": "recommended"}))) == defaults | by_preset["recommended"]
    assert names(select(settings_from_mapping({"select": ["missing-await"]}))) == {"missing-await"}
    awaiting = {each.meta.name for each in RULES if each.meta.group is Group.AWAITING}
    assert {"missing-await", "assert-on-coroutine"} <= awaiting
    assert names(select(settings_from_mapping({"select": ["awaiting"]}))) == awaiting
    extended = {"select": ["missing-await"], "extend-select": ["redundant-asyncio-mark"]}
    assert names(select(settings_from_mapping(extended))) == {"missing-await", "redundant-asyncio-mark"}
    assert names(select(settings_from_mapping({"ignore": ["marks", "missing-await"]}))) == {
        name for name in defaults if name != "missing-await" and by_name[name].meta.group.name != "MARKS"
    }


def test_unknown_names_are_problems_with_a_suggestion() -> None:
    selection = select(settings_from_mapping({"ignore": ["missing-awaits"], "severity": {"nothing-like-it": "off"}}))
    assert [each.message for each in selection.problems] == [
        "There is no rule or group `missing-awaits`. Did you mean `missing-await`?",
        "There is no rule or group `nothing-like-it`.",
    ]


def test_severity_and_off() -> None:
    settings = settings_from_mapping(
        {
            "preset": "recommended",
            "severity": {"async-test-never-runs": "hint", "blocking-call-in-async-test": "off"},
        }
    )
    [finding] = check_file(snapshot_of(BAD), PATH, select(settings)).findings
    assert (finding.rule, finding.severity) == ("async-test-never-runs", Severity.HINT)


@pytest.mark.parametrize(
    ("glob", "silent"),
    [("test_*.py", True), ("**/test_example.py", True), ("**", True), ("tests/**", False), ("other.py", False)],
)
def test_per_file_ignores(glob: str, silent: bool) -> None:
    ignores = Sourced({glob: (Sourced("async-test-never-runs"),)})
    selection = select(replace(DEFAULT_SETTINGS, per_file_ignores=ignores, folder=ROOT))
    rules = {each.rule for each in check_file(snapshot_of(BAD), PATH, selection).findings}
    assert ("async-test-never-runs" not in rules) is silent


def test_fixes_of_several_rules_share_an_import() -> None:
    text = (
        "async def test_one():\n    assert True\n\n\nasync def test_two():\n    assert True\n"
        "\n\nclass TestThree:\n    async def test_three(self):\n        assert True\n"
    )
    result = fix_file(snapshot_of({**BAD, "test_example.py": text}), PATH, select())
    assert result.text.count("import pytest") == 1
    assert result.text.count("@pytest.mark.asyncio") == 3
    assert (result.converged, result.remaining) == (True, ())
    assert [each.finding.rule for each in result.applied] == ["async-test-never-runs"] * 3


def test_overlapping_fixes_wait_for_the_next_round() -> None:
    finding = Finding("missing-await", PATH, Span(0, 1), "")

    def fix(start: int, end: int, text: str) -> tuple[Finding, Fix]:
        return finding, Fix(text, Safety.SAFE, {PATH: (Edit(Span(start, end), text),)})

    edits, applied = compose(
        [fix(0, 5, "a"), fix(4, 6, "b"), fix(5, 6, "c"), fix(9, 9, "d"), fix(9, 9, "e"), fix(9, 9, "d")]
    )
    assert [each.fix.title for each in applied] == ["a", "c", "d", "d"]
    assert edits[PATH] == (Edit(Span(0, 5), "a"), Edit(Span(5, 6), "c"), Edit(Span(9, 9), "d"))


def test_a_fix_that_never_ends_is_told() -> None:
    def check(ctx: Context) -> Iterator[Finding]:
        yield ctx.finding(by_name["missing-await"].meta, Span(0, 1), "again")

    def fix(ctx: Context, _: Finding) -> Fix:
        return ctx.fix("Grow", Safety.SAFE, [Edit(Span(0, 0), "#\n")])

    rule = by_name["missing-await"]
    original = rule.fix
    object.__setattr__(rule, "fix", fix)
    try:
        result = fix_file(snapshot_of(BAD), PATH, Selection((replace(rule, check=check),)))
    finally:
        object.__setattr__(rule, "fix", original)
    assert not result.converged
    assert result.text.startswith("#\n#\n")


def test_unsafe_fixes_are_applied_only_when_asked() -> None:
    text = "import asyncio\n\n\nasync def helper():\n    asyncio.create_task(helper())\n    await helper()\n"
    texts = {**BAD, "test_example.py": text}
    selection = select(settings_from_mapping({"select": ["discarded-task"]}))
    assert fix_file(snapshot_of(texts), PATH, selection).text == text
    assert "task = " in fix_file(snapshot_of(texts), PATH, selection, unsafe=True).text
