"""The page about other tools in the same editor; its table and its settings come from the rules."""

from loopscope.rules import RULES
from loopscope.rules.model import Rule
from loopscope.rules.support.overlaps import QUIETED, codes, left_to

_TOOLS = tuple(QUIETED)
_INTRODUCTION = """\
# Beside other tools

loopscope is made to run next to a type checker and a linter: pyright or Pylance, ty, mypy, ruff. Most of its
rules say what none of these can know: what pytest, its plugins and their configuration do. Some mistakes are
also type errors or lint, and an editor that runs two servers would show them twice. The settings below show
each once; a test runs pyright, ty and ruff with them on every bad example of every rule that is on by default,
and finds no two diagnostics at one place.

## Diagnostics

Two things are needed, because it depends on the check which tool should be quiet:

- A check that does many things (`reportCallIssue`, `F821`) cannot be turned off for the sake of one. Where it
  finds what a rule finds too, loopscope leaves the diagnostic to it. That is the setting `beside`; it names the
  tools that your editor runs. **The quick fixes remain**: they are offered at the same place, under the other
  tool's diagnostic. `loopscope check`, which has no neighbour, reports all. What only loopscope sees it goes on to
  report: a type checker knows nothing of what a fixture injects into a parameter without an annotation, and ruff
  runs what its configuration selects (`ruff.toml`, `.ruff.toml`, `[tool.ruff]` in `pyproject.toml` are read).
- A check that does in tests just what a rule does (`reportUnusedCoroutine`, `ASYNC251`) is turned off for the
  tests, since loopscope also knows what fixtures inject, and has a fix. Elsewhere it stays on.

In `pyproject.toml`, the parts about the tools that you use:
"""
_MORE = """\
In VS Code the extension sees which of these run there: where neither you nor the project sets `beside`, it names
those (Pylance only where it checks types), and `members-of-all-values` is off beside a server that completes
members. Set to `[]` and `true`, both say so again. Other clients may send such defaults under
`loopscope.defaults`.

### Pylance

Pylance is pyright inside, so it reads `[tool.pyright]`, and `beside = ["pyright"]` is right for it. Its type
checking is off unless `python.analysis.typeCheckingMode` turns it on; without type checking hardly anything is
doubled and `beside` is better left out. Pylance follows fixtures too. Leave that to one of the two; loopscope
knows plugins, overrides and loops:

```json
{
  "python.analysis.enablePytestSupport": false,
  "python.analysis.inlayHints.pytestParameters": false
}
```

This part is written from Pylance's documentation; Pylance runs in Microsoft's editors only, and is not in our
tests.

### PyCharm

It knows fixtures itself, and its inspections are none of the tools above. Turn off the inspection *Coroutine is
not awaited* for tests (Settings, Editor, Inspections, scope Tests) if `missing-await` is shown twice. Not in
our tests.

## Completions

Almost all that loopscope completes is what others do not: fixtures in parameter lists and in strings, marks,
arguments of marks and fixtures, argnames, configuration keys. Members behind a dot are what both know of values
with plain types: with `members-of-all-values = false` loopscope offers those only of what fixtures inject without
an annotation, and of what is made of it, which a type checker cannot know. In a body it offers fixtures that
are not parameters yet, which no type checker has in scope, and ranks them behind all others. pyright, ty and
ruff offer no fixtures in a parameter list: the test asks all four servers, and a fixture and a member are offered
once. It is the same for hover and definition: on a parameter of a test loopscope leads to the fixture; a type
checker leads to the parameter itself.

## What is reported twice without these settings

"left to it" means that `beside` hides the rule's diagnostics where the tool runs; "turned off in tests" that
the settings above turn the check off there. Beside these, a coroutine of which the type checker knows the type is left
to it where it is unpacked, iterated, entered, indexed, calculated with or given to `len` and its kin, for which it has
checks of its own (`reportIndexIssue`, `not-iterable`).
"""


def page() -> str:
    """The page as Markdown."""
    blocks = "\n\n".join(f"```toml\n{block}\n```" for block in _settings())
    return f"{_INTRODUCTION}\n{blocks}\n\n{_MORE}\n{_table()}\n"


def _settings() -> tuple[str, ...]:
    ruff = "\n".join(f"    {line}" for line in _rows(sorted(QUIETED["ruff"])))
    pyright = ", ".join(f'{code} = "none"' for code in sorted(QUIETED["pyright"]))
    ty = "\n".join(f'{code} = "ignore"' for code in sorted(QUIETED["ty"]))
    mypy = ", ".join(f'"{code}"' for code in sorted(QUIETED["mypy"]))
    return (
        '[tool.loopscope]\nbeside = ["pyright", "ruff"] # those that your editor runs: mypy, pyright, ruff, ty',
        f'[tool.ruff.lint.per-file-ignores]\n"tests/**" = [\n{ruff}\n]',
        '[tool.pyright]\nexecutionEnvironments = [\n    { root = "tests", extraPaths = [".", "src"], '
        + pyright
        + " },\n]",
        f'[[tool.ty.overrides]]\ninclude = ["tests/**"]\n\n[tool.ty.overrides.rules]\n{ty}',
        f'[[tool.mypy.overrides]]\nmodule = "tests.*"\ndisable_error_code = [{mypy}]',
    )


def _rows(found: list[str]) -> list[str]:
    return [", ".join(f'"{code}"' for code in found[start : start + 8]) + "," for start in range(0, len(found), 8)]


def _table() -> str:
    rows = [_row(rule) for rule in sorted(RULES, key=lambda rule: rule.meta.name) if rule.meta.overlaps]
    head = f"| rule | {' | '.join(_TOOLS)} | others |"
    return "\n".join([head, "|---" * (len(_TOOLS) + 2) + "|", *rows])


def _row(rule: Rule) -> str:
    name = rule.meta.name
    state = "" if rule.meta.default else " (off)"
    cells = [_cell(rule, tool) for tool in _TOOLS]
    others = ", ".join(each for each in rule.meta.overlaps if each.partition(": ")[0] not in _TOOLS)
    return f"| [{name}](rules/{name}.md){state} | {' | '.join(cells)} | {others} |"


def _cell(rule: Rule, tool: str) -> str:
    found = codes(rule.meta, tool)
    if not found:
        return ""
    state = "left to it" if left_to(rule.meta, [tool]) else "turned off in tests"
    return f"{', '.join(f'`{code}`' for code in found)}: {state}"
