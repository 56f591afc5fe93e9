"""`loopscope rule`: explains a rule, or lists them all."""

import argparse
import json

from loopscope.cli.errors import ProjectError
from loopscope.config.model import closest, did_you_mean
from loopscope.rules import RULES, by_name
from loopscope.rules.docs import page
from loopscope.rules.model import Rule


def run(options: argparse.Namespace) -> int:
    """Prints the page of `options.name`, or one line for each rule; returns 0."""
    if options.name is not None and options.name not in by_name:
        near = closest(options.name, by_name)
        raise ProjectError(f"there is no rule `{options.name}`.{did_you_mean(near)} `loopscope rule` lists them all.")
    chosen = RULES if options.name is None else (by_name[options.name],)
    if options.format == "json":
        print(json.dumps([_as_json(rule) for rule in chosen], indent=2, ensure_ascii=False))
    elif options.name is None:
        print(_listing())
    else:
        print(page(chosen[0]))
    return 0


def _listing() -> str:
    width = max(len(rule.meta.name) for rule in RULES)
    lines: list[str] = []
    for group in dict.fromkeys(rule.meta.group for rule in RULES):
        lines += ["", group.value]
        for rule in sorted((rule for rule in RULES if rule.meta.group is group), key=lambda rule: rule.meta.name):
            state = rule.meta.severity.value if rule.meta.default else f"off ({rule.meta.preset})"
            lines.append(f"  {rule.meta.name:<{width}}  {state:<18}  {_summary(rule)}")
    return "\n".join(lines[1:])


def _summary(rule: Rule) -> str:
    return rule.doc.strip().partition("\n")[0]


def _as_json(rule: Rule) -> dict[str, object]:
    meta = rule.meta
    return {
        "name": meta.name,
        "group": meta.group.value,
        "severity": meta.severity.value,
        "default": meta.default,
        "preset": "default" if meta.default else meta.preset,
        "since": meta.since,
        "overlaps": list(meta.overlaps),
        "summary": _summary(rule),
        "documentation": page(rule),
    }
