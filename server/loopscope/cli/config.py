"""`loopscope config`: what loopscope knows of a project, each value with where it comes from."""

import argparse
import json
import sys
from collections.abc import Sequence

from loopscope.cli.project import open_project
from loopscope.cli.terminal import Style, style_for
from loopscope.features.effective import Section, effective


def run(options: argparse.Namespace) -> int:
    """Prints the configuration for `options.path`; returns 0."""
    project = open_project([options.path], options.environment)
    asked = project.paths[0]
    path = asked / "conftest.py" if project.snapshot.files.is_dir(asked) else asked
    sections, problems = effective(project.snapshot, path, project.base)
    if options.format == "json":
        print(_as_json(sections, problems))
    else:
        print(_as_text(sections, problems, style_for(sys.stdout)))
    return 0


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
