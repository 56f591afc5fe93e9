"""An option in pytest's configuration that this project's pytest does not know.

## What it does
Reports misspelt options of pytest and pytest-asyncio, options that are newer than the installed version, and options of
pytest-asyncio or anyio where that plugin is not installed. Other unknown options may belong to any plugin.

## Why is this bad
pytest warns once (`PytestConfigWarning: Unknown config option`) and goes on without the option: the tests run in strict
mode although the file says auto. With `strict_config` it stops.

## When not to fix
If the tests run in another environment than the one that loopscope found (`loopscope config` shows it).

## Fix safety
Safe: a misspelt option gets the name that it probably was meant to have. There is no fix for missing plugins and
versions.

## Versions
`asyncio_default_fixture_loop_scope` exists since pytest-asyncio 0.24, `asyncio_default_test_loop_scope` since 0.26,
`asyncio_debug` since 1.2; `strict` and `strict_…` as options since pytest 9.

## References
- [pytest: configuration options](https://docs.pytest.org/en/stable/reference/reference.html#configuration-options)
- [pytest-asyncio: configuration](https://pytest-asyncio.readthedocs.io/en/stable/reference/configuration.html)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import CheckedFiles, Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.config import other_problems, problem_fix, unsupported_options

META = Meta("unknown-config-option", Group.CONFIGURATION, Severity.WARNING, files=CheckedFiles.CONFIGURATION)

_TEST = "# file: test_example.py\ndef test_value():\n    assert True\n"
_SCOPE = "asyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "A misspelt option",
        bad=f"# file: pytest.ini\n[pytest]\n⟦asyncio_modes⟧ = auto\n{_SCOPE}{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n{_SCOPE}{_TEST}",
        proof=Proof("Unknown config option: asyncio_modes", "warning", pytest_asyncio=">=0.24"),
        config="",
    ),
    Example(
        "In TOML, where unknown options are errors",
        bad='# file: pyproject.toml\n[tool.pytest.ini_options]\n⟦async_mode⟧ = "auto"\n'
        f'addopts = "--strict-config"\nasyncio_default_fixture_loop_scope = "function"\n{_TEST}',
        good='# file: pyproject.toml\n[tool.pytest.ini_options]\nasyncio_mode = "auto"\n'
        f'addopts = "--strict-config"\nasyncio_default_fixture_loop_scope = "function"\n{_TEST}',
        proof=Proof("Unknown config option: async_mode", "usage", pytest=">=9.1"),
        config="",
    ),
    Example(
        "An option of pytest",
        bad=f"# file: pytest.ini\n[pytest]\n⟦filterwarning⟧ = error\n{_SCOPE}{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\nfilterwarnings = error\n{_SCOPE}{_TEST}",
        proof=Proof("Unknown config option: filterwarning", "warning", pytest_asyncio=">=0.24"),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss("all known", "", config=f"[pytest]\nasyncio_mode = auto\nasyncio_debug = true\n{_SCOPE}"),
    NearMiss("an option of another plugin", "", config=f"[pytest]\nasync_timeout = 5\nasyncio_mode = auto\n{_SCOPE}"),
    NearMiss("one that is close to none", "", config=f"[pytest]\npython_test = x\ntimeout_method = signal\n{_SCOPE}"),
    NearMiss("the older name", "", config=f"[pytest]\nxfail_strict = true\n{_SCOPE}"),
    NearMiss(
        "options that say nothing about async", "", config=f"[pytest]\nlog_cli = true\nlog_file = a.log\n{_SCOPE}"
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the options."""
    if ctx.facts is not None:
        return
    severity = Severity.ERROR if ctx.config.strict_config.value else None
    stops = " pytest stops here, since `strict_config` is set." if severity else ""
    for problem in other_problems(ctx):
        if problem.kind == "unknown-option":
            span = ctx.problem_span(problem)
            yield ctx.finding(META, span, f"{problem.message}{stops}", severity=severity, data=problem)
    for name, span, reason in unsupported_options(ctx):
        message = f"`{name}` has no effect: {reason}.{stops}"
        yield ctx.finding(META, span, message, severity=severity)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The name that pytest knows."""
    return problem_fix(ctx, finding)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
