"""`asyncio_default_fixture_loop_scope` is not set.

## What it does
Reports a configuration of pytest that sets options of pytest-asyncio, and not `asyncio_default_fixture_loop_scope`,
where the installed pytest shows the warning that this brings.

## Why is this bad
pytest-asyncio warns that its default will change. pytest 9.2 and newer obey `filterwarnings = error` at that moment:
they stop with an internal error before any test runs. Older ones print the warning, or, from 8.4 to 9.1, swallow it:
nothing is reported for these.

## When not to fix
If another file or the command line of CI sets the option.

## Fix safety
Safe with pytest-asyncio 1.5 and newer: `fixture-scope` keeps what happens now. Unsafe with older ones: `function` makes
fixtures with a wider scope and no `loop_scope` of their own an error.

## Versions
The option exists since pytest-asyncio 0.24, its value `fixture-scope` since 1.5.

## References
- [pytest-asyncio: configuration](https://pytest-asyncio.readthedocs.io/en/stable/reference/configuration.html)
"""

from collections.abc import Iterator

from loopscope.config.catalog import ASYNCIO_OPTIONS, FIXTURE_SCOPE
from loopscope.rules.context import Context
from loopscope.rules.model import (
    CheckedFiles,
    Example,
    Finding,
    Fix,
    Group,
    Meta,
    NearMiss,
    Proof,
    Rule,
    Safety,
    Severity,
)
from loopscope.rules.support.text import line_end, line_stop
from loopscope.rules.support.warning_filters import SCOPE_UNSET, filter_for
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("fixture-loop-scope-unset", Group.CONFIGURATION, Severity.WARNING, files=CheckedFiles.CONFIGURATION)

_OPTION = "asyncio_default_fixture_loop_scope"
_TEST = "# file: test_example.py\nasync def test_value():\n    assert True\n"
_WARNING = 'The configuration option "asyncio_default_fixture_loop_scope" is unset.'

EXAMPLES = (
    Example(
        "Unset",
        bad=f"# file: pytest.ini\n⟦[pytest]⟧\nasyncio_mode = auto\n{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n{_OPTION} = fixture-scope\n{_TEST}",
        proof=Proof(_WARNING, "passed", pytest=">=9.2", pytest_asyncio=">=1.5"),
        config="",
    ),
    Example(
        "Unset, where warnings are errors",
        bad=f'# file: pyproject.toml\n⟦[tool.pytest.ini_options]⟧\nfilterwarnings = ["error"]\n{_TEST}',
        good=f'# file: pyproject.toml\n[tool.pytest.ini_options]\n{_OPTION} = "fixture-scope"\n'
        'filterwarnings = ["error"]\n# file: test_example.py\ndef test_value():\n    assert True\n',
        proof=Proof(_WARNING, "internal", pytest=">=9.2", pytest_asyncio=">=1.5"),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss("set", "", config=f"[pytest]\nasyncio_mode = auto\n{_OPTION} = function\n"),
    NearMiss("nothing of pytest-asyncio in use", "", config="[pytest]\naddopts = -ra\n"),
    NearMiss("set in addopts", "", config=f"[pytest]\nasyncio_mode = auto\naddopts = -o {_OPTION}=function\n"),
    NearMiss("the plugin is off", "", config="[pytest]\naddopts = -p no:asyncio\nfilterwarnings = error\n"),
    NearMiss(
        "errors, but not of this warning",
        "",
        config="[pytest]\nfilterwarnings =\n    error\n    ignore::pytest.PytestDeprecationWarning\n",
    ),
    NearMiss("a pytest that swallows the warning", "", config="[pytest]\nasyncio_mode = auto\n", pytest=">=8.4,<9.2"),
    NearMiss("not in effect", "# file: tox.ini\n[pytest]\nasyncio_mode = auto\n"),
)


def check(ctx: Context) -> Iterator[Finding]:
    """A finding at the header of the section in effect."""
    config = ctx.config
    section = config.section
    if ctx.facts is not None or section is None or section.path != ctx.path or section.span is None:
        return
    if _OPTION in config.raw or config.refused or "asyncio" in config.blocked_plugins:
        return
    absent = ctx.environment.has("pytest") and not ctx.environment.has("pytest-asyncio")
    if absent or not ctx.environment.at_least("pytest-asyncio", 0, 24):
        return
    deciding = filter_for(ctx, SCOPE_UNSET)
    obeyed = ctx.environment.at_least("pytest", 9, 2)
    # It stops whether the tests use the plugin or not, but only where the plugin is.
    if deciding is not None and deciding.action == "error" and obeyed and ctx.environment.has("pytest-asyncio"):
        message = f"`{_OPTION}` is unset, and warnings are errors: pytest stops with an internal error."
        yield ctx.finding(META, section.span, message, severity=Severity.ERROR)
    elif (obeyed or not ctx.environment.at_least("pytest", 8, 4)) and any(
        name in config.raw for name in ASYNCIO_OPTIONS
    ):
        message = f"`{_OPTION}` is unset: pytest-asyncio warns that its default will change."
        yield ctx.finding(META, section.span, message)


def fix(ctx: Context, finding: Finding) -> Fix:
    """The option, below the other ones of pytest-asyncio, with the value that changes nothing where there is one."""
    keeps = ctx.environment.at_least("pytest-asyncio", 1, 5)
    value = FIXTURE_SCOPE if keeps else "function"
    written = f'"{value}"' if ctx.path.suffix == ".toml" else value
    spans = [ctx.config.raw[name].origin.span for name in ASYNCIO_OPTIONS if name in ctx.config.raw]
    after = max((span for span in spans if span is not None), default=finding.span)
    stop = line_stop(ctx.text, after.end)
    edit = Edit(Span(stop, stop), f"{line_end(ctx.text)}{_OPTION} = {written}")
    return ctx.fix(f"Set `{_OPTION}` to `{value}`", Safety.SAFE if keeps else Safety.UNSAFE, [edit])


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
