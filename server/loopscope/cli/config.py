"""`loopscope config`: what loopscope knows of a project, each value with where it comes from."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import PurePath
from typing import NamedTuple, cast

from loopscope.cli.project import Project, open_project
from loopscope.cli.rows import shown_path
from loopscope.cli.terminal import Style, style_for
from loopscope.config.catalog import INI_OPTIONS
from loopscope.config.model import ConfigProblem, Origin, Sourced
from loopscope.config.pytest_config import PytestConfig
from loopscope.config.settings import Settings
from loopscope.workspace.environment import Environment
from loopscope.workspace.model import Where


class Line(NamedTuple):
    """One value: its name, itself as text, and where it comes from."""

    name: str
    value: str
    origin: str


class Section(NamedTuple):
    """A heading and its values."""

    title: str
    lines: tuple[Line, ...]


def run(options: argparse.Namespace) -> int:
    """Prints the configuration for `options.path`; returns 0."""
    project = open_project([options.path], options.environment)
    asked = project.paths[0]
    path = asked / "conftest.py" if project.snapshot.files.is_dir(asked) else asked
    config = project.snapshot.config(path)
    sections = (
        _pytest(config, project.base),
        _environment(project.environment, project.base),
        _plugins(project, path),
        _settings(project.snapshot.settings_of(path)),
    )
    problems = tuple(_problem(problem, project.base) for problem in config.problems)
    if options.format == "json":
        print(_as_json(sections, problems))
    else:
        print(_as_text(sections, problems, style_for(sys.stdout)))
    return 0


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


def _plugins(project: Project, path: PurePath) -> Section:
    """The plugins besides pytest's own that are active, and those that `-p no:` turns off."""
    roster = project.snapshot.module(path).roster
    lines = [
        Line(plugin.name, shown_path(plugin.path, project.base), plugin.dist or plugin.where.value)
        for plugin in roster.plugins
        if plugin.where is not Where.PYTEST
    ]
    blocked = project.snapshot.config(path).blocked_plugins
    lines += [Line(name, "off", origin.describe()) for name, origin in blocked.items()]
    if roster.unknown is not None:
        lines.append(Line("unknown", roster.unknown.reason, ""))
    return Section("plugins", tuple(lines))


def _settings(settings: Settings) -> Section:
    lines: list[Line] = []
    for item in fields(settings):
        value = getattr(settings, item.name)
        if isinstance(value, Sourced):
            sourced = cast("Sourced[object]", value)
            lines.append(Line(item.name.replace("_", "-"), _text(sourced.value), sourced.origin.describe()))
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


def _as_text(sections: Sequence[Section], problems: Sequence[str], style: Style) -> str:
    parts: list[str] = []
    for title, lines in sections:
        names = max((len(line.name) for line in lines), default=0)
        values = min(max((len(line.value) for line in lines), default=0), 40)
        parts.append(style.bold(title))
        parts += [f"  {name:<{names}}  {value:<{values}}  {origin}".rstrip() for name, value, origin in lines]
        parts.append("")
    if problems:
        parts += [style.bold("problems"), *(f"  {problem}" for problem in problems)]
    return "\n".join(parts).rstrip()


def _as_json(sections: Sequence[Section], problems: Sequence[str]) -> str:
    tables = {
        title: [{"name": name, "value": value, "origin": origin} for name, value, origin in lines]
        for title, lines in sections
    }
    return json.dumps({**tables, "problems": list(problems)}, indent=2, ensure_ascii=False)
