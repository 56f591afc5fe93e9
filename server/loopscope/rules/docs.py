"""The page of a rule: what the documentation, `loopscope rule NAME` and the editor show of it."""

import re

from loopscope.rules.model import Example, Rule

SECTIONS = (
    "What it does",
    "Why is this bad",
    "When not to fix",
    "Fix safety",
    "Versions",
    "References",
)
"""The headings that every rule's docstring has, in this order; the examples come before "When not to fix"."""

DOCUMENTATION = "https://loopscope.readthedocs.io/en/stable"
"""Where the pages of docs/ are published."""

_MARKS = re.compile("[⟦⟧]")
_FILE = re.compile(r"^# file: (.+)$", re.MULTILINE)


def page(rule: Rule) -> str:
    """The whole page in Markdown, ending in a line end."""
    before, heading, after = rule.doc.strip().partition(f"## {SECTIONS[2]}")
    first, _, sections = before.partition("\n")
    parts = [
        f"# {rule.meta.name}",
        first,
        _facts(rule),
        sections.strip(),
        "## Example" if len(rule.examples) == 1 else "## Examples",
        *(_example(each) for each in rule.examples),
        f"{heading}{after}".strip(),
    ]
    return "\n\n".join(parts) + "\n"


def url(name: str) -> str:
    """The address of a rule's page."""
    return f"{DOCUMENTATION}/rules/{name}"


def summary(rule: Rule) -> str:
    """The first sentence of the page."""
    return rule.doc.strip().partition("\n")[0]


def _facts(rule: Rule) -> str:
    meta = rule.meta
    default = "on by default" if meta.default else f"off by default, in the preset `{meta.preset}`"
    fixable = "with a fix" if rule.fix is not None else "no fix"
    lines = [f"{meta.group.value} · {meta.severity.value} · {default} · {fixable} · since {meta.since}"]
    if meta.overlaps:
        lines.append(f"Overlaps with {', '.join(meta.overlaps)}.")
    return "\n\n".join(lines)


def _example(example: Example) -> str:
    bad = _MARKS.sub("", example.bad)
    return f"### {example.title}\n\n{_config(example)}Instead of\n\n{_code(bad)}\n\nwrite\n\n{_code(example.good)}"


def _config(example: Example) -> str:
    return f"```ini\n{example.config.strip()}\n```\n\n" if example.config else ""


def _code(text: str) -> str:
    """The files of an example, each in a block of its own."""
    pieces = _FILE.split(text)
    blocks = [_block("test_example.py", pieces[0])] if pieces[0].strip() else []
    blocks += [_block(name, content) for name, content in zip(pieces[1::2], pieces[2::2], strict=True)]
    return "\n\n".join(blocks)


def _block(name: str, content: str) -> str:
    language = {"py": "python", "toml": "toml"}.get(name.rpartition(".")[2], "ini")
    lead = "" if name == "test_example.py" else f"`{name}`\n\n"
    return f"{lead}```{language}\n{content.strip()}\n```"
