"""Configuration that looks like pytest's, and that has no effect.

## What it does
Reports sections under a wrong name (`[tool:pytest]` in pytest.ini, `[tool.pytest.ini-options]`), options of
pytest-asyncio in sections that pytest does not read, sections that another file in the same folder hides, options that
`addopts` overrides, and, as information, options of a nested configuration file that pytest does not read when it is
started above.

## Why is this bad
pytest ignores them in silence: the tests run in strict mode although the file says auto.

## When not to fix
If the section belongs to another tool, or pytest is always started with paths below the nested file.

## Fix safety
Unsafe: the section gets the name that pytest reads, so that its options come to life. What another file hides or
overrides has no fix: which of the two is meant only people know.

## Versions
pytest reads the first of pytest.toml, .pytest.toml (9 and newer), pytest.ini, .pytest.ini, pyproject.toml, tox.ini and
setup.cfg in a folder, even when a pytest.ini is empty; 9 and newer say so in the header of the run
(`WARNING: ignoring pytest config in …`). `[tool.pytest]` is read by pytest 9 and newer.

## References
- [pytest: configuration file formats](https://docs.pytest.org/en/stable/reference/customize.html)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import CheckedFiles, Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.config import other_problems, problem_fix

META = Meta("ineffective-pytest-config", Group.CONFIGURATION, Severity.WARNING, files=CheckedFiles.CONFIGURATION)

_TEST = "# file: test_example.py\nasync def test_value():\n    assert True\n"
_SCOPE = "asyncio_default_fixture_loop_scope = function\n"
_TOML = 'asyncio_mode = "auto"\nasyncio_default_fixture_loop_scope = "function"\n'
_UNRUN = "async def functions are not natively supported"

EXAMPLES = (
    Example(
        "The section of another file format",
        bad=f"# file: pytest.ini\n⟦[tool:pytest]⟧\nasyncio_mode = auto\n{_SCOPE}{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n{_SCOPE}{_TEST}",
        proof=Proof(_UNRUN),
        config="",
    ),
    Example(
        "Another file hides the section",
        bad=f"# file: pytest.ini\n# file: pyproject.toml\n⟦[tool.pytest.ini_options]⟧\n{_TOML}{_TEST}",
        good=f"# file: pyproject.toml\n[tool.pytest.ini_options]\n{_TOML}{_TEST}",
        fixed="",
        proof=Proof(_UNRUN),
        config="",
    ),
    Example(
        "A hyphen in the name of the table",
        bad=f"# file: pyproject.toml\n⟦[tool.pytest.ini-options]⟧\n{_TOML}{_TEST}",
        good=f"# file: pyproject.toml\n[tool.pytest.ini_options]\n{_TOML}{_TEST}",
        proof=Proof(_UNRUN),
        config="",
    ),
    Example(
        "A table of its own",
        bad=f"# file: pyproject.toml\n⟦[tool.pytest-asyncio]⟧\n{_TOML}\n[tool.pytest.ini_options]\n{_TEST}",
        good=f"# file: pyproject.toml\n[tool.pytest.ini_options]\n{_TOML}{_TEST}",
        fixed="",
        proof=Proof(_UNRUN),
        config="",
    ),
    Example(
        "A section of tox",
        bad=f"# file: tox.ini\n[testenv]\n⟦asyncio_mode⟧ = auto\n\n[pytest]\n{_SCOPE}{_TEST}",
        good=f"# file: tox.ini\n[testenv]\n\n[pytest]\nasyncio_mode = auto\n{_SCOPE}{_TEST}",
        fixed="",
        proof=Proof(_UNRUN),
        config="",
    ),
    Example(
        "`addopts` wins over the option",
        bad=f"# file: pytest.ini\n[pytest]\naddopts = --asyncio-mode=strict\n⟦asyncio_mode⟧ = auto\n{_SCOPE}{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n{_SCOPE}{_TEST}",
        fixed="",
        proof=Proof(_UNRUN),
        config="",
    ),
    Example(
        "`addopts` turns the plugin off",
        bad=f"# file: pytest.ini\n[pytest]\naddopts = -p no:asyncio\n⟦asyncio_mode⟧ = auto\n{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n{_SCOPE}{_TEST}",
        fixed="",
        proof=Proof(_UNRUN),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss("all in effect", "", config=f"[pytest]\nasyncio_mode = auto\nasyncio_debug = true\n{_SCOPE}"),
    NearMiss(
        "addopts say the same", "", config=f"[pytest]\naddopts = --asyncio-mode=auto\nasyncio_mode = auto\n{_SCOPE}"
    ),
    NearMiss(
        "another file without a section", "# file: pyproject.toml\n[project]\nname = 'x'\n# file: tox.ini\n[tox]\n"
    ),
    NearMiss("an empty section beside", "# file: tox.ini\n[pytest]\n# nothing yet\n"),
    NearMiss("another tool's table", "# file: pyproject.toml\n[tool.ruff.lint]\nasyncio = true\n", config=""),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the sections and options."""
    for problem in other_problems(ctx):
        if not problem.fatal and problem.kind != "unknown-option":
            severity = Severity.INFORMATION if problem.kind == "passed-over-file" else None
            yield ctx.finding(META, ctx.problem_span(problem), problem.message, severity=severity, data=problem)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The section that pytest reads."""
    return problem_fix(ctx, finding)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
