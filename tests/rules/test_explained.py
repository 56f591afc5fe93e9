"""`explain` against real pytest: what it prints on a rule's bad example leads back to the rule, and to the place."""

from pathlib import Path

import pytest

from loopscope.engine.evidence import evidence
from loopscope.engine.explain import explain, message_of
from loopscope.rules import RULES
from loopscope.rules.model import Example, Rule
from rules.environments import home_of
from rules.judges import Judges
from rules.world import ROOT, snapshot_of, split_files, unmarked

EXPLAINED = [
    pytest.param(rule, example, id=f"{rule.meta.name}-{example.title}")
    for rule in RULES
    for example in rule.examples
    if message_of(example.proof.symptom) is not None
]


@pytest.mark.parametrize(("rule", "example"), EXPLAINED)
def test_output_leads_to_the_rule_and_its_place(rule: Rule, example: Example, judges: Judges, tmp_path: Path) -> None:
    home = home_of(example.proof)
    marked = unmarked(split_files(example.bad, example.config))
    output = judges.ask(home, tmp_path, marked.texts).output.replace(str(tmp_path), str(ROOT))
    explanations = [each for each in explain(output) if rule in each.rules]
    assert explanations, output
    snapshot = snapshot_of(marked.texts, installed=home.found)
    found = {
        (finding.path.relative_to(ROOT).as_posix(), finding.span)
        for explanation in explanations
        for finding in evidence(snapshot, ROOT, explanation)
        if finding.rule == rule.meta.name
    }
    assert found == {(name, span) for name, spans in marked.spans.items() for span in spans}
