"""Arguments of `@pytest.mark.asyncio` that pytest-asyncio refuses.

## What it does
Reports positional arguments, unknown keywords, `scope` together with `loop_scope`, and the deprecated `scope=`.

## Why is this bad
The mark is an error at collection: no test of the module runs. `scope=` still works, with a deprecation warning.

## When not to fix
If another plugin's `asyncio` mark takes these arguments.

## Fix safety
Safe where it is clear what was meant: `loop_scope=` for a positional scope, a misspelt keyword, or `scope=`.

## Versions
Checked since pytest-asyncio 0.24; 0.23 accepts anything and knows `scope=` only. `loop_factories=` exists since 1.4.

## References
- [pytest-asyncio: markers](https://pytest-asyncio.readthedocs.io/en/stable/reference/markers/index.html)
"""

from collections.abc import Iterator

from loopscope.config.catalog import LOOP_SCOPES
from loopscope.config.model import closest, did_you_mean
from loopscope.facts.expr import Const, Opaque
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity, Tag
from loopscope.rules.support.decorators import CallUse
from loopscope.rules.support.marks import mark_calls
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("invalid-mark-arguments", Group.MARKS, Severity.ERROR, words=("asyncio",))


def _module(mark: str) -> str:
    return f"import pytest\n\n\n@pytest.mark.asyncio({mark})\nasync def test_value():\n    assert True\n"


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
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the arguments."""
    if not ctx.plugin_enabled("asyncio") or not ctx.environment.at_least("pytest-asyncio", 0, 24):
        return
    known = ["loop_scope", "scope"]
    if ctx.environment.at_least("pytest-asyncio", 1, 4):
        known.append("loop_factories")
    for use in mark_calls(ctx, "asyncio"):
        names = [name for name, _ in use.call.keywords]
        if None in names or any(isinstance(argument, Opaque) for argument in use.call.args):
            continue
        if use.call.args:
            message = f"mark.asyncio takes keyword arguments only: {', '.join(known)}."
            first = use.call.args[0]
            scope = isinstance(first, Const) and first.value in LOOP_SCOPES
            fixable = scope and len(use.call.args) == 1 and not names
            span = use.arg_span(0)
            edit = Edit(Span(span.start, span.start), "loop_scope=") if fixable else None
            yield ctx.finding(META, span, message, data=edit)
        for name in names:
            if name is not None and name not in known:
                suggestion = closest(name, [each for each in known if each != "scope"], 0.75)
                message = f"mark.asyncio has no argument `{name}`.{did_you_mean(suggestion)}"
                span = use.key_span(name)
                yield ctx.finding(META, span, message, data=Edit(span, suggestion) if suggestion else None)
        if "scope" in names:
            yield _scope(ctx, use, both="loop_scope" in names)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Names the argument `loop_scope`."""
    if not isinstance(finding.data, Edit):
        return None
    title = "Use `loop_scope=`" if finding.data.text else "Delete `scope=`"
    return ctx.fix(title, Safety.SAFE, [finding.data])


def _scope(ctx: Context, use: CallUse, *, both: bool) -> Finding:
    span = use.key_span("scope")
    if both:
        message = "mark.asyncio takes either `scope` or `loop_scope`: pytest stops collecting this module."
        return ctx.finding(META, span, message, data=Edit(use.keyword_removal("scope"), ""))
    message = "The argument `scope` of mark.asyncio is deprecated: use `loop_scope`."
    edit = Edit(span, "loop_scope")
    return ctx.finding(META, span, message, severity=Severity.WARNING, tags=(Tag.DEPRECATED,), data=edit)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
