"""Compares what `loopscope fixtures` says with what pytest resolved (see oracle.py)."""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

A_HOOK = "a hook of the project or of a plugin"
LOOKED_AT = ("file", "line", "scope", "autouse", "kind")


@dataclass
class Comparison:
    """Figures of one project, and every difference as a line of text by its kind."""

    tests: int = 0
    broken_files: int = 0
    generated: int = 0
    given: int = 0
    requests: int = 0
    right: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    differences: dict[str, list[str]] = field(default_factory=dict)

    def differ(self, kind: str, line: str) -> None:
        self.differences.setdefault(kind, []).append(line)

    def row(self, project: str) -> str:
        """The row of the table in README.md."""
        causes = "; ".join(f"{number} {cause}" for cause, number in sorted(self.unknown.items())) or "none"
        return f"| {project} | {self.broken_files} | {self.generated} | {self.given} | {causes} |"

    def report(self, most: int = 8) -> str:
        """The first differences of each kind."""
        parts = []
        for kind, lines in self.differences.items():
            parts += [f"{kind}: {len(lines)}", *(f"    {line}" for line in lines[:most])]
        return "\n".join(parts)


def compare(truth: dict[str, Any], said: dict[str, Any]) -> Comparison:
    """`truth` is what the oracle wrote, `said` the JSON of `loopscope fixtures`, both about the same folder.

    A test that pytest could collect only because code made it is no difference when loopscope does not list it;
    of modules that pytest could not import nothing is known.
    """
    found = Comparison(broken_files=len(truth["errors"]))
    root = said["root"]
    answers: dict[str, dict[str, Any]] = {}
    for test in said["tests"]:
        if test["id"] in answers:
            found.differ("listed twice", test["id"])
        answers[test["id"]] = test
    collected = {test["id"] for test in truth["tests"]}
    for nodeid in answers:
        if nodeid not in collected and nodeid.split("::")[0] not in truth["errors"]:
            found.differ("not collected by pytest", nodeid)
    for test in truth["tests"]:
        answer = answers.get(test["id"])
        if not test["static"]:
            found.generated += 1
        elif answer is None:
            found.differ("collected by pytest, not listed", test["id"])
        else:
            found.tests += 1
            _compare_test(found, test, answer, root)
    return found


def _compare_test(found: Comparison, test: dict[str, Any], answer: dict[str, Any], root: str) -> None:
    place = (_absolute(answer["file"], root), answer["line"])
    if place != (test["file"], test["line"]):
        found.differ("place", f"{test['id']}: {place}, pytest {test['file']}:{test['line']}")
    runner = "hook" if answer["runner"] == A_HOOK else answer["runner"]
    if runner != test["runner"]:
        found.differ("runner", f"{test['id']}: {runner}, pytest {test['runner']}")
    if answer["loop_scope"] != test["loop_scope"]:
        found.differ("loop scope", f"{test['id']}: {answer['loop_scope']}, pytest {test['loop_scope']}")
    attempts = [_compare_closure(test["id"], variant, answer["fixtures"], root) for variant in test["variants"]]
    best = min(attempts, key=lambda attempt: (sum(map(len, attempt.differences.values())), -attempt.right))
    found.requests += best.requests
    found.right += best.right
    found.given += best.given
    found.unknown.update(best.unknown)
    for kind, lines in best.differences.items():
        for line in lines:
            found.differ(kind, line)


def _compare_closure(nodeid: str, wanted: list[Any], said: dict[str, Any], root: str) -> Comparison:
    """Names that only parametrization gives are no fixtures: not listed, or unknown when a hook gives them."""
    found = Comparison()
    parameters = {name for name, definition in wanted if definition == "parametrize"}
    given = {name for name in parameters & said.keys() if "unknown" in said[name]}
    found.given = len(given)
    listed = [name for name in said if name not in given and name != "request"]
    expected = [name for name, _ in wanted if name not in parameters]
    if listed != expected:
        found.differ("closure", f"{nodeid}: {listed}, pytest {expected}")
    for name, definition in wanted:
        if name in parameters:
            continue
        answer = said.get(name)
        found.requests += 1
        if answer is None:
            continue
        reason = answer.get("unknown")
        if reason is not None and (definition is not None or "no fixture of that name" not in reason):
            found.unknown[f"`{name}`: {reason}"] += 1
        elif reason is not None:
            found.right += 1
        elif definition is None:
            found.differ("wrong", f"{nodeid} {name}: {answer['file']}:{answer['line']}, pytest finds none")
        else:
            mine = {**answer, "file": _absolute(answer["file"], root)}
            wrong = [key for key in LOOKED_AT if mine[key] != definition[key]]
            found.right += not wrong
            if wrong:
                pairs = ", ".join(f"{key} {mine[key]}, pytest {definition[key]}" for key in wrong)
                found.differ("wrong", f"{nodeid} {name}: {pairs}")
    return found


def _absolute(file: str, root: str) -> str:
    return os.path.realpath(Path(root, file))
