"""Problems of a configuration file, sorted by the option that they are about."""

from collections.abc import Iterator

from loopscope.config.catalog import INI_OPTIONS, MODES, IniOption
from loopscope.config.model import ConfigProblem
from loopscope.rules.context import Context
from loopscope.rules.model import Finding, Fix, Safety
from loopscope.text.edit import Edit
from loopscope.text.span import Span

_RULED = ("asyncio_mode", "asyncio_default_fixture_loop_scope", "asyncio_default_test_loop_scope")


def problems_of(ctx: Context, *options: str) -> Iterator[ConfigProblem]:
    """The invalid values of options, by ini name or command-line flag, that are written in this file."""
    spans = _spans(ctx, options)
    yield from (problem for problem in _problems(ctx) if problem.kind == "invalid-value" and problem.span in spans)


def other_problems(ctx: Context) -> Iterator[ConfigProblem]:
    """The problems of this file that are not about an option with a rule of its own."""
    spans = _spans(ctx, (*_RULED, "--asyncio-mode"))
    yield from (p for p in _problems(ctx) if not (p.kind == "invalid-value" and p.span is not None and p.span in spans))


def unsupported_options(ctx: Context) -> Iterator[tuple[str, Span, str]]:
    """The options in this file that the installed versions do not know: name, place of the key, and why."""
    if ctx.facts is not None or not ctx.environment.has("pytest"):
        return
    for name, raw in ctx.config.raw.items():
        option = INI_OPTIONS.get(name)
        if option is None or raw.override or raw.origin.path != ctx.path or raw.origin.key_span is None:
            continue
        reason = _unsupported(ctx, option)
        if reason is not None:
            yield name, raw.origin.key_span, reason


def problem_fix(ctx: Context, finding: Finding) -> Fix | None:
    """The value, name or section that probably was meant. A renamed section brings its options to life: unsafe."""
    problem = finding.data
    if not isinstance(problem, ConfigProblem) or problem.suggestion is None or problem.span is None:
        return None
    if ctx.source(problem.span).startswith("-"):
        return None
    safety = Safety.UNSAFE if problem.kind == "wrong-section" else Safety.SAFE
    return ctx.fix(f"Use `{problem.suggestion}`", safety, [Edit(problem.span, problem.suggestion)])


def _unsupported(ctx: Context, option: IniOption) -> str | None:
    installed = ctx.environment.version_of(option.owner)
    if installed is None:
        return f"{option.owner} is not installed" if option.owner in ("pytest-asyncio", "anyio") else None
    if not option.since or ctx.environment.at_least(option.owner, *option.since):
        return None
    since, version = ".".join(map(str, option.since)), ".".join(map(str, installed))
    return f"it exists since {option.owner} {since}, and {version} is installed"


def _problems(ctx: Context) -> Iterator[ConfigProblem]:
    # Folders of templates (`{{cookiecutter.name}}`) hold no files of their own syntax.
    if ctx.facts is None and not any("{" in part for part in ctx.path.parts):
        yield from (problem for problem in ctx.config.problems if problem.path == ctx.path)


def _spans(ctx: Context, options: tuple[str, ...]) -> set[Span]:
    """Where the values of options stand, whichever way they are given."""
    found: set[Span] = set()
    for name in options:
        if name in ctx.config.raw and (span := ctx.config.raw[name].origin.span):
            found.add(span)
        for word in ctx.config.command_line.every(name) if name.startswith("-") else ():
            if word.value not in MODES and word.origin.span:
                found.add(word.origin.span)
    return found
