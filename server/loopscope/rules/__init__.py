"""Layer 4: one file per mistake, and the registry of them all."""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from loopscope.rules.model import Meta, Rule
from loopscope.rules.table import TABLE
from loopscope.text.frozen import fields_of


class _Postponed(Rule):
    """A rule of which only the facts of the table are there: its module is imported for anything else.

    On a small project that is most of what `loopscope check` would spend its time on.
    """

    def __getattr__(self, name: str) -> object:
        """What is not there yet."""
        if name not in fields_of(Rule):
            raise AttributeError(name)
        rule = rule_of_module(module_of(self.meta.name))
        vars(self).update(vars(rule))
        return getattr(rule, name)


def _postponed(meta: Meta) -> Rule:
    rule = _Postponed.__new__(_Postponed)
    vars(rule)["meta"] = meta
    return rule


def module_of(name: str) -> str:
    """The name of the module of a rule, within this package."""
    return name.replace("-", "_")


def rule_of_module(module: str) -> Rule:
    """The rule that a module of this package defines."""
    return cast("Rule", import_module(f"{__name__}.{module}").RULE)


def load(rule: Rule) -> None:
    """Import the module of a rule ahead of its first use."""
    rule_of_module(module_of(rule.meta.name))


RULES: tuple[Rule, ...] = tuple(map(_postponed, TABLE))
"""All rules, by name."""

by_name: Mapping[str, Rule] = {rule.meta.name: rule for rule in RULES}
"""The rules by their names."""
