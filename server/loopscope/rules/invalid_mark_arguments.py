"""Arguments of `@pytest.mark.asyncio` that pytest-asyncio refuses.

## What it does
Reports positional arguments, unknown keywords, `scope` together with `loop_scope`, the deprecated `scope=`, and
`loop_factories=` that no hook provides; with pytest-asyncio 0.23 also `loop_scope=`, which that version ignores.

## Why is this bad
The mark is an error at collection: no test of the module runs. `scope=` still works, with a deprecation warning. A test
whose loop factory has a wrong name is skipped, and the run stays green.

## When not to fix
If another plugin's `asyncio` mark takes these arguments.

## Fix safety
Safe where it is clear what was meant: `loop_scope=` for a positional scope, a misspelt keyword, or `scope=`. The name
of a loop factory that nearly matches is unsafe, and so is `scope=` for 0.23.

## Versions
Checked since pytest-asyncio 0.24; 0.23 accepts anything and knows `scope=` only. The module fails to be collected, but
1.1 to 1.3 fail the test alone. `loop_factories=` exists since 1.4.

## References
- [pytest-asyncio: markers](https://pytest-asyncio.readthedocs.io/en/stable/reference/markers/index.html)
"""

import ast
from collections.abc import Iterator

from loopscope.config.catalog import LOOP_SCOPES
from loopscope.config.model import closest, did_you_mean
from loopscope.facts.expr import Const, Lambda, Opaque
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.decorators import CallUse
from loopscope.rules.support.loop_factories import factory_names, implementations
from loopscope.rules.support.marks import mark_calls
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("invalid-mark-arguments", Group.MARKS, Severity.ERROR, words=("asyncio",))


def _module(mark: str) -> str:
    return f"import pytest\n\n\n@pytest.mark.asyncio({mark})\nasync def test_value():\n    assert True\n"


_HOOK = """\
# file: conftest.py
import asyncio


def pytest_asyncio_loop_factories(config, item):
    return {"asyncio": asyncio.new_event_loop}
"""
_LOOPS = "import asyncio\n\nimport pytest\n\nLOOPS = set()\n"
_LOOP_TESTS = """\
    async def test_first(self):
        LOOPS.add(asyncio.get_running_loop())

    async def test_second(self):
        LOOPS.add(asyncio.get_running_loop())
        assert len(LOOPS) == 1
"""

EXAMPLES = (
    Example(
        "Positional",
        bad=_module('⟦"module"⟧'),
        good=_module('loop_scope="module"'),
        proof=Proof("mark.asyncio accepts only keyword arguments", "error", pytest_asyncio=">=1.4"),
    ),
    Example(
        "Misspelt",
        bad=_module('⟦loopscope⟧="module"'),
        good=_module('loop_scope="module"'),
        proof=Proof("mark.asyncio accepts only keyword arguments", "error", pytest_asyncio=">=1.4"),
    ),
    Example(
        "Both names",
        bad=_module('⟦scope⟧="module", loop_scope="module"'),
        good=_module('loop_scope="module"'),
        proof=Proof('defines both "scope" and "loop_scope"', "error", pytest_asyncio=">=0.24"),
    ),
    Example(
        "No hook gives the loop factories",
        bad=_module('⟦loop_factories⟧=["uvloop"]'),
        good=_module('loop_factories=["asyncio"]') + _HOOK,
        fixed="",
        proof=Proof("requires at least one pytest_asyncio_loop_factories hook", "error", pytest_asyncio=">=1.4"),
    ),
    Example(
        "A misspelt loop factory",
        bad=_module('loop_factories=[⟦"asynico"⟧]') + _HOOK,
        good=_module('loop_factories=["asyncio"]') + _HOOK,
        proof=Proof("Loop factory 'asynico' is not available", "skipped", pytest_asyncio=">=1.4"),
        config="[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\naddopts = -rs\n",
    ),
    Example(
        "Not known to pytest-asyncio 0.23",
        bad=f"""\
{_LOOPS}

@pytest.mark.asyncio(⟦loop_scope⟧="class")
class TestLoop:
{_LOOP_TESTS}""",
        good=f"""\
{_LOOPS}

@pytest.mark.asyncio(scope="class")
class TestLoop:
{_LOOP_TESTS}""",
        proof=Proof("assert 2 == 1", pytest_asyncio=">=0.23,<0.24"),
        config="[pytest]\nasyncio_mode = strict\n",
    ),
    Example(
        "Deprecated",
        bad=_module('⟦scope⟧="module"'),
        good=_module('loop_scope="module"'),
        proof=Proof(
            'The "scope" keyword argument to the asyncio marker has been deprecated', "warning", pytest_asyncio=">=0.24"
        ),
    ),
)

NEAR_MISSES = (
    NearMiss("unpacked", f"OPTIONS = {{}}\n{_module('**OPTIONS')}"),
    NearMiss(
        "another plugin's mark",
        "import pytest\n\n\n@pytest.mark.usefixtures('tmp_path')\ndef test_value():\n    pass\n",
    ),
    NearMiss("empty brackets", _module("")),
    NearMiss("a hook that gives the factory", _module('loop_factories=["asyncio"]') + _HOOK),
    NearMiss(
        "a hook whose factories are computed",
        _module('loop_factories=["uvloop"]')
        + """\
# file: conftest.py
import asyncio

FACTORIES = {"uvloop": asyncio.new_event_loop}


def pytest_asyncio_loop_factories(config, item):
    return FACTORIES
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the arguments."""
    if "asyncio" not in ctx.text or not ctx.plugin_enabled("asyncio"):
        return
    if not ctx.environment.at_least("pytest-asyncio", 0, 24):
        if ctx.environment.at_least("pytest-asyncio", 0, 23):
            yield from _ignored(ctx)
        return
    known = ["loop_scope", "scope"]
    if ctx.environment.at_least("pytest-asyncio", 1, 4):
        known.append("loop_factories")
    for use in mark_calls(ctx, "asyncio"):
        names = [name for name, _ in use.call.keywords]
        if None in names or any(isinstance(argument, Lambda | Opaque) for argument in use.call.args):
            continue
        if use.call.args:
            message = f"mark.asyncio takes keyword arguments only: {', '.join(known)}. {_effect(ctx)}"
            first = use.call.args[0]
            scope = isinstance(first, Const) and first.value in LOOP_SCOPES
            fixable = scope and len(use.call.args) == 1 and not names
            span = use.arg_span(0)
            edit = Edit(Span(span.start, span.start), "loop_scope=") if fixable else None
            yield ctx.finding(META, span, message, data=edit)
        for name in names:
            if name is not None and name not in known:
                suggestion = closest(name, [each for each in known if each != "scope"], 0.75)
                message = f"mark.asyncio has no argument `{name}`. {_effect(ctx)}{did_you_mean(suggestion)}"
                span = use.key_span(name)
                yield ctx.finding(META, span, message, data=Edit(span, suggestion) if suggestion else None)
        if "scope" in names:
            yield _scope(ctx, use, both="loop_scope" in names)
        if "loop_factories" in names and "loop_factories" in known:
            yield from _factories(ctx, use)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Names the argument `loop_scope`, or the factory that probably was meant."""
    match finding.data:
        case (str() as title, Edit() as edit):
            return ctx.fix(title, Safety.UNSAFE, [edit])
        case Edit():
            pass
        case _:
            return None
    title = "Use `loop_scope=`" if finding.data.text else "Delete `scope=`"
    return ctx.fix(title, Safety.SAFE, [finding.data])


def _scope(ctx: Context, use: CallUse, *, both: bool) -> Finding:
    span = use.key_span("scope")
    if both:
        message = f"mark.asyncio takes either `scope` or `loop_scope`. {_effect(ctx)}"
        return ctx.finding(META, span, message, data=Edit(use.keyword_removal("scope"), ""))
    message = "The argument `scope` of mark.asyncio is deprecated: use `loop_scope`."
    edit = Edit(span, "loop_scope")
    return ctx.finding(META, span, message, severity=Severity.WARNING, tags=(Tag.DEPRECATED,), data=edit)


def _effect(ctx: Context) -> str:
    """What the version in use does with a mark that it refuses."""
    alone = ctx.environment.at_least("pytest-asyncio", 1, 1) and not ctx.environment.at_least("pytest-asyncio", 1, 4)
    return "The test fails at set-up." if alone else "pytest stops collecting this module."


def _ignored(ctx: Context) -> Iterator[Finding]:
    for use in mark_calls(ctx, "asyncio"):
        names = [name for name, _ in use.call.keywords]
        if "loop_scope" in names and "scope" not in names:
            span = use.key_span("loop_scope")
            message = "pytest-asyncio 0.23 ignores `loop_scope`, which is called `scope` there."
            yield ctx.finding(
                META, span, message, severity=Severity.WARNING, data=("Use `scope=`", Edit(span, "scope"))
            )


def _factories(ctx: Context, use: CallUse) -> Iterator[Finding]:
    value = next((keyword.value for keyword in use.node.keywords if keyword.arg == "loop_factories"), None)
    if not implementations(ctx):
        if ctx.view.roster.unknown is None:
            message = f"No conftest or plugin implements `pytest_asyncio_loop_factories`. {_effect(ctx)}"
            yield ctx.finding(META, use.key_span("loop_factories"), message)
        return
    known = factory_names(ctx)
    if known is None or not isinstance(value, ast.List | ast.Tuple):
        return
    for item in value.elts:
        if isinstance(item, ast.Constant) and isinstance(item.value, str) and item.value not in known:
            suggestion = closest(item.value, known)
            message = f"No loop factory is called `{item.value}`: the test is skipped.{did_you_mean(suggestion)}"
            span = use.placed.span(item)
            data = (f'Use "{suggestion}"', Edit(span, f'"{suggestion}"')) if suggestion else None
            yield ctx.finding(META, span, message, data=data)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
