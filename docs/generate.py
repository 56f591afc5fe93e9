"""Writes what the documentation takes from the code: rule pages, settings, schema, VS Code's, pictures.

python docs/generate.py           write the files
python docs/generate.py --check   only say which are stale; exit code 1 when any is (a test runs this)
"""

import argparse
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import beside
from rich.console import Console
from rich.text import Text

import loopscope.rules
from loopscope import __version__
from loopscope.config.settings_table import SETTINGS, Setting, json_schema
from loopscope.engine.explain import rules_behind
from loopscope.engine.messages import MESSAGES
from loopscope.rules import RULES, rule_of_module
from loopscope.rules.docs import page, summary
from loopscope.rules.model import Group, Meta, Rule, Safety

TABLE = Path(loopscope.rules.__file__).with_name("table.py")
DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
CLIENT = ROOT / "vscode-client"
CLIENT_SETTINGS = ("loopscope.interpreter", "loopscope.importStrategy", "loopscope.trace.server")
NEIGHBOURLY = ("beside", "members-of-all-values")
"""Settings for which the client has defaults of its own (`neighbours.ts`)."""


def main() -> int:
    """Writes or checks; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, say what is stale")
    check = parser.parse_args().check
    if not check and TABLE.read_text(encoding="utf-8") != table():
        # All the rest reads it: once more, from the beginning.
        TABLE.write_text(table(), encoding="utf-8")
        return subprocess.run([sys.executable, __file__], check=False).returncode
    wanted = generated()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    left_over = [path for path in sorted((DOCS / "rules").glob("*.md")) if path not in wanted]
    if check:
        for path in (*stale, *left_over):
            print(f"{path.relative_to(ROOT)} is stale: run python docs/generate.py")
        return 1 if stale or left_over else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    for path in left_over:
        path.unlink()
    return 0


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    return {
        TABLE: table(),
        DOCS / "rules.md": index(),
        **{DOCS / "rules" / f"{rule.meta.name}.md": page(rule) for rule in RULES},
        DOCS / "beside-others.md": beside.page(),
        DOCS / "explain.md": explain(),
        DOCS / "settings.md": settings(),
        DOCS / "settings.schema.json": json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
        CLIENT / "package.json": manifest((CLIENT / "package.json").read_text(encoding="utf-8")),
        DOCS / "images" / "check.svg": picture(["check", "examples/shop", "--exit-zero"]),
    }


def table() -> str:
    """The module from which rules are known before they are imported."""
    paths = [path for path in sorted(TABLE.parent.glob("*.py")) if "\nRULE = " in path.read_text(encoding="utf-8")]
    entries = [f"    Meta({', '.join(_arguments(rule_of_module(path.stem).meta))}),\n" for path in paths]
    return (
        '"""The facts of all rules, by name, so that a rule is imported only where it may find something.\n\n'
        'Written by docs/generate.py from their modules.\n"""\n\n'
        "# ruff: noqa: E501  one rule a line\n\n"
        "from loopscope.rules.model import CheckedFiles, Group, Meta, Severity\n\n"
        f"# fmt: off\nTABLE: tuple[Meta, ...] = (\n{''.join(entries)})\n"
    )


def _arguments(meta: Meta) -> list[str]:
    """What is given to `Meta`, defaults left out."""
    given = {name: value for name, value in meta._asdict().items() if value != Meta._field_defaults.get(name)}
    return [f"{name}={_literal(value)}" for name, value in given.items()]


def _literal(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def index() -> str:
    """The list of rules by group."""
    parts = [
        "# Rules",
        "Each rule is a prediction: real pytest shows the symptom on every bad example and passes every good one.\n"
        "Safe fixes are applied by `--fix` and fix-all, unsafe ones one by one. A rule that is off by default belongs\n"
        "to a [preset](settings.md#presets), and offers its fix as [a refactoring](refactorings.md).",
        "The column *default* has the severity of a rule that is on. *fix* says how safe it is: **safe** ones keep\n"
        "what the test means, or make it run as it was meant; **unsafe** ones may change it; **display** ones are\n"
        "shown and never applied. With several, it depends on the place. *also said by* names rules of other tools\n"
        "that find some of the same mistakes.",
        f"{len(RULES)} rules, {sum(rule.meta.default for rule in RULES)} of them on by default,"
        f" {sum(rule.fix is not None for rule in RULES)} with a fix.",
    ]
    for group in dict.fromkeys(rule.meta.group for rule in RULES):
        rows = [row(rule) for rule in sorted(RULES, key=lambda rule: rule.meta.name) if rule.meta.group is group]
        parts.append(f"## {group.value}")
        parts.append(f"As a group: `{group.name.lower()}`.")
        parts.append("\n".join(["| rule | default | fix | what | also said by |", "|---|---|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def row(rule: Rule) -> str:
    """One line of the list."""
    meta = rule.meta
    state = meta.severity.value if meta.default else f"off ({meta.preset})"
    cells = [f"[{meta.name}](rules/{meta.name}.md)", state, safety(rule), summary(rule), "; ".join(meta.overlaps)]
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def safety(rule: Rule) -> str:
    """How safe the fixes of a rule can be, as its code says: that of the rule, or of what it makes its fixes with."""
    if rule.fix is None:
        return "none"
    module = inspect.getmodule(rule.fix)
    makers = [each for each in vars(module).values() if inspect.isfunction(each) and "Fix" in str(each.__annotations__)]
    for code in (inspect.getsource(module), *map(inspect.getsource, makers)) if module else ():
        found = [each for each in Safety if f"Safety.{each.name}" in code]
        if found:
            return ", ".join(each.name.lower() for each in found)
    raise ValueError(f"the fix of {rule.meta.name} has no safety")


def explain() -> str:
    """The page of `loopscope explain`, with every message that it knows."""
    parts = [
        "# What an error of pytest means",
        "`loopscope explain` takes what pytest printed and says what lies behind it: the cause, the fix, the rules\n"
        "that find the mistake without running anything, and what those rules say in this project, at the tests that\n"
        "failed. pytest is not started, and none of your code runs.",
        "```console\n$ pytest | loopscope explain\n$ loopscope explain output.txt\n"
        '$ loopscope explain "RuntimeError: Event loop is closed"\n```',
        "Any format of tracebacks will do, as will a log of a CI service or a single pasted line. `--project DIR`\n"
        "names the folder in which pytest was started, `--format json` is for programs. The exit code is 0 when\n"
        "something is explained, 1 when no known message is in the output.",
        "When a run has many errors, begin with the first: a fixture that failed makes later tests fail in other ways.",
        "## Messages",
    ]
    for message in MESSAGES:
        rules = ", ".join(f"[{rule.meta.name}](rules/{rule.meta.name}.md)" for rule in rules_behind(message.title))
        behind = f"\n\nRules: {rules}" if rules else ""
        parts.append(f"### `{message.title}`\n\n{message.cause}\n\n{message.fix}{behind}".replace("``", "`"))
    return "\n\n".join(parts) + "\n"


def settings() -> str:
    """The page of settings."""
    parts = [
        "# Settings",
        "In `pyproject.toml` under `[tool.loopscope]`, at the top level of `loopscope.toml`, or sent by the editor\n"
        "under `loopscope` (which wins). An unknown key or a wrong type is reported where it stands. "
        "[A JSON schema](settings.schema.json) describes them for editors.",
    ]
    for setting in SETTINGS:
        parts.append(f"## `{setting.name}`")
        parts.append(f"{setting.doc}\n\nExpects {setting.expects}.")
        parts.append(f"```toml\n[tool.loopscope]\n{setting.example}\n```")
    parts += presets()
    return "\n\n".join(parts) + "\n"


def presets() -> list[str]:
    """The sections about presets and groups of the page of settings."""
    on = sum(rule.meta.default for rule in RULES)
    parts = [
        "## Presets",
        f"- `default`: the {on} rules about what fails, does not run, hangs, leaks or passes by accident.\n"
        "- `recommended`: also what is good practice, or right in nearly all suites.\n"
        "- `strict`: also matters of style, and what is a mistake in some suites only.\n"
        "- `all`: every rule.",
    ]
    for preset, more in (("recommended", "`default`"), ("strict", "`recommended`")):
        own = sorted(rule.meta.name for rule in RULES if not rule.meta.default and rule.meta.preset == preset)
        named = "\n".join(f"- [{name}](rules/{name}.md)" for name in own)
        parts.append(f"`{preset}` adds to {more}:\n\n{named}")
    groups = [f"- `{group.name.lower()}`: {group.value}" for group in Group if group in {r.meta.group for r in RULES}]
    parts.append("## Groups")
    parts.append("Wherever a rule can be named, so can a group of [rules](rules.md), or `all`:\n\n" + "\n".join(groups))
    return parts


def schema() -> dict[str, Any]:
    """The JSON schema of the settings, with the names of rules and groups where they can stand, each described."""
    found: dict[str, Any] = json_schema()
    named = {rule.meta.name: summary(rule) for rule in sorted(RULES, key=lambda rule: rule.meta.name)}
    named |= {group.name.lower(): f"The group: {group.value}." for group in Group} | {"all": "Every rule."}
    names = [{"const": name, "description": text} for name, text in named.items()]
    selector = {"$ref": "#/definitions/rule"}
    for setting in ("select", "extend-select", "ignore"):
        found["properties"][setting]["items"] = selector
    found["properties"]["per-file-ignores"]["additionalProperties"]["items"] = selector
    found["properties"]["severity"]["propertyNames"] = selector
    return {**found, "definitions": {"rule": {"type": "string", "anyOf": names}}}


def manifest(text: str) -> str:
    """The VS Code client's package.json with our version, and with the server's settings behind the client's own."""
    package = json.loads(text)
    package["version"] = __version__
    configuration = package["contributes"]["configuration"]
    own = {name: configuration["properties"][name] for name in CLIENT_SETTINGS}
    schema: Any = json_schema()["properties"]
    ours = {f"loopscope.{camel(one.name)}": editor_setting(one, schema[one.name]) for one in SETTINGS}
    configuration["properties"] = {**own, **ours}
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def editor_setting(setting: Setting, schema: dict[str, Any]) -> dict[str, Any]:
    """A setting as VS Code takes it; its own names are in camel case."""
    doc = setting.doc
    for other in SETTINGS:
        doc = doc.replace(f"`{other.name}`", f"`#loopscope.{camel(other.name)}#`")
    if setting.name in NEIGHBOURLY:
        doc += " Where nobody sets it, it follows from the other extensions that are there."
    doc += " Set here, it wins over the project's files."
    rest = {key: value for key, value in schema.items() if key != "description"}
    return {"markdownDescription": doc, **rest, "scope": "resource"}


def camel(name: str) -> str:
    """`extend-select` as `extendSelect`."""
    first, *more = name.split("-")
    return first + "".join(word.capitalize() for word in more)


def picture(arguments: list[str]) -> str:
    """A command as it looks in a terminal, as SVG."""
    environ = {**os.environ, "FORCE_COLOR": "1", "VIRTUAL_ENV": sys.prefix}
    environ.pop("NO_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-m", "loopscope", *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    console = Console(record=True, width=118, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123 - lives as long as we do
    console.print(Text(f"$ loopscope {' '.join(arguments[:2])}", style="bold"))
    console.print(Text.from_ansi(done.stdout))
    return console.export_svg(title="loopscope", unique_id="check")


if __name__ == "__main__":
    sys.exit(main())
