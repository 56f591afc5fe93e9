"""What is wrong with loopscope's own settings in a file."""

from collections.abc import Iterator

from loopscope.config.settings import SETTINGS_FILE, read_settings
from loopscope.engine.selection import Selection, select
from loopscope.rules import by_name
from loopscope.rules.context import Context
from loopscope.rules.model import Finding

_RULE = by_name["invalid-loopscope-setting"]


def setting_findings(ctx: Context, selection: Selection) -> Iterator[Finding]:
    """The findings of `invalid-loopscope-setting` in a file that holds settings, if that rule runs."""
    if ctx.path.name not in (SETTINGS_FILE, "pyproject.toml") or _RULE not in selection.rules_for(ctx.path):
        return
    settings = read_settings(ctx.snapshot.files, ctx.path)
    if settings is None:
        return
    severity = selection.severity_of(_RULE)
    for problem in (*settings.problems, *select(settings).problems):
        span = ctx.problem_span(problem)
        yield ctx.finding(_RULE.meta, span, problem.message, severity=severity, data=problem)
