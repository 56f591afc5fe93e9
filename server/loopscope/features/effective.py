"""What is in effect for a file: pytest's configuration, environment, plugins and settings, each with its origin."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple, cast

from loopscope.config.catalog import INI_OPTIONS
from loopscope.config.model import ConfigProblem, Origin, Sourced
from loopscope.config.paths import shown_path
from loopscope.config.pytest_config import PytestConfig
from loopscope.config.settings import Settings
from loopscope.text.frozen import fields_of
from loopscope.workspace.environment import Environment
from loopscope.workspace.model import Where
from loopscope.workspace.snapshot import Snapshot


class Line(NamedTuple):
    """One value: its name, itself as text, and where it comes from."""

    name: str
    value: str
    origin: str


class Section(NamedTuple):
    """A heading and its values."""

    title: str
    lines: tuple[Line, ...]


class Effective(NamedTuple):
    """All sections, and what is wrong with the configuration."""

    sections: tuple[Section, ...]
    problems: tuple[str, ...]


def effective(snapshot: Snapshot, path: PurePath, base: PurePath) -> Effective:
    """What is in effect for a file; paths are shown relative to `base`."""
    config, settings = snapshot.config(path), snapshot.settings_of(path)
    sections = (
        _pytest(config, base),
        _environment(snapshot.environment_of(path), base),
        _plugins(snapshot, path, base),
        _settings(settings),
    )
    return Effective(sections, tuple(_problem(problem, base) for problem in (*config.problems, *settings.problems)))


def as_markdown(found: Effective) -> str:
    """A document with a table for each section."""
    parts = ["# Effective configuration"]
    for title, lines in found.sections:
        rows = [f"| {_cell(line.name)} | {_cell(line.value)} | {_cell(line.origin)} |" for line in lines]
        parts.append("\n".join([f"## {title}", "", "| | value | from |", "|---|---|---|", *rows]))
    if found.problems:
        parts.append("\n".join(["## problems", "", *(f"- {problem}" for problem in found.problems)]))
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _pytest(config: PytestConfig, base: PurePath) -> Section:
    lines = [
        Line("rootdir", str(config.rootdir), ""),
        Line("configuration file", shown_path(config.inipath, base) if config.inipath else "none", ""),
        *(
            Line("shadowed", shown_path(path, base), "pytest configuration that is not read")
            for path in config.shadowed
        ),
        *(
            Line("passed over", shown_path(path, base), "not read when pytest starts above")
            for path in config.passed_over
        ),
    ]
    for option in sorted(INI_OPTIONS):
        sourced = config.option(option)
        lines.append(Line(option, _text(sourced.value), sourced.origin.describe()))
    mode = config.asyncio_mode
    lines.append(Line("effective asyncio mode", str(mode.value or "unknown"), mode.origin.describe()))
    return Section("pytest", tuple(lines))


def _environment(environment: Environment, base: PurePath) -> Section:
    version = ".".join(map(str, environment.python_version)) if environment.python_version else "unknown"
    lines = [
        Line("path", str(environment.path or "none"), environment.found_by),
        Line("Python", version, ""),
    ]
    for name in ("pytest", "pytest-asyncio", "anyio", "pytest-aiohttp", "pytest-django", "pytest-mock", "pytest-trio"):
        distribution = environment.distributions.get(name)
        release = environment.effective(name)
        if release is not None and release.pin is not None:
            pin = release.pin
            place = f"{shown_path(pin.path, base)}{f' line {pin.line}' if pin.line else ''}"
            installed = (
                f"{distribution.version} of loopscope's own Python is not it" if distribution else "not installed"
            )
            lines.append(Line(name, _dotted(pin.version), f"{installed}: pinned by `{pin.requirement}` in {place}"))
        elif distribution is not None:
            lines.append(Line(name, distribution.version, "installed"))
        elif release is not None:
            lines.append(Line(name, _dotted(release.version), "not installed: the newest release is assumed"))
    lines += [Line("note", note, "") for note in environment.notes]
    return Section("environment", tuple(lines))


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _plugins(snapshot: Snapshot, path: PurePath, base: PurePath) -> Section:
    """The plugins besides pytest's own that are active, and those that `-p no:` turns off."""
    roster = snapshot.module(path).roster
    lines = [
        Line(plugin.name, shown_path(plugin.path, base), plugin.dist or plugin.where.value)
        for plugin in roster.plugins
        if plugin.where is not Where.PYTEST
    ]
    blocked = snapshot.config(path).blocked_plugins
    lines += [Line(name, "off", origin.describe()) for name, origin in blocked.items()]
    if roster.unknown is not None:
        lines.append(Line("unknown", roster.unknown.reason, ""))
    return Section("plugins", tuple(lines))


def _settings(settings: Settings) -> Section:
    lines: list[Line] = []
    for name in fields_of(Settings):
        value = getattr(settings, name)
        if isinstance(value, Sourced):
            sourced = cast("Sourced[object]", value)
            lines.append(Line(name.replace("_", "-"), _text(sourced.value), sourced.origin.describe()))
    return Section("loopscope", tuple(lines))


def _text(value: object) -> str:
    """A value as people write it: lists with commas, nothing as a dash."""
    if isinstance(value, Sourced):
        return _text(cast("Sourced[object]", value).value)
    if isinstance(value, dict):
        table = cast("dict[object, object]", value)
        return ", ".join(f"{key}: {_text(item)}" for key, item in table.items()) or "-"
    if isinstance(value, tuple | list):
        return ", ".join(map(_text, cast("Iterable[object]", value))) or "-"
    return "-" if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)


def _problem(problem: ConfigProblem, base: PurePath) -> str:
    where = Origin(problem.path, problem.span, problem.line)
    file = shown_path(problem.path, base) if problem.path else where.describe()
    return f"{file}:{problem.line}: {problem.message}" if problem.line else f"{file}: {problem.message}"
