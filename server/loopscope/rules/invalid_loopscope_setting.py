"""A setting of loopscope that it does not know, or whose value it cannot use.

## What it does
Reports unknown keys, values of a wrong type and names of rules that do not exist, in `[tool.loopscope]` of
pyproject.toml and in loopscope.toml.

## Why is this bad
loopscope ignores what it does not understand: a rule that was meant to be off still reports.

## When not to fix
If the setting belongs to a newer version of loopscope.

## Fix safety
Safe: the key or name is spelled as it probably was meant.

## Versions
All.

## References
- [loopscope: settings](https://loopscope.readthedocs.io/en/stable/settings.html)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import CheckedFiles, Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.config import problem_fix

META = Meta("invalid-loopscope-setting", Group.CONFIGURATION, Severity.WARNING, files=CheckedFiles.NONE)

_TEST = "# file: test_example.py\ndef test_value():\n    assert True\n"
_PROOF = Proof("", "passed", invisible="pytest does not read loopscope's settings")

EXAMPLES = (
    Example(
        "An unknown key",
        bad=f'# file: pyproject.toml\n[tool.loopscope]\n⟦extend-selects⟧ = ["redundant-asyncio-mark"]\n{_TEST}',
        good=f'# file: pyproject.toml\n[tool.loopscope]\nextend-select = ["redundant-asyncio-mark"]\n{_TEST}',
        proof=_PROOF,
        config="",
    ),
    Example(
        "A rule that does not exist",
        bad=f'# file: loopscope.toml\nignore = [⟦"missing-awaits"⟧]\n{_TEST}',
        good=f'# file: loopscope.toml\nignore = ["missing-await"]\n{_TEST}',
        proof=_PROOF,
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss("a group", '# file: loopscope.toml\nignore = ["marks"]\n', config=""),
    NearMiss("another tool's table", "# file: pyproject.toml\n[tool.loop]\nextend-selects = 1\n", config=""),
)


def check(ctx: Context) -> Iterator[Finding]:  # noqa: ARG001  all rules are called alike
    """Nothing: only the engine, which knows all rules, can tell which names exist."""
    yield from ()


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The key or name that probably was meant."""
    return problem_fix(ctx, finding)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
