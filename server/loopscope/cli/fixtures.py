"""`loopscope fixtures`: for each test its runner, its loop and what pytest will inject."""

import argparse
import json
import sys
from typing import cast

from loopscope.cli.project import open_project
from loopscope.cli.terminal import Style, style_for
from loopscope.config.paths import shown_path
from loopscope.workspace.listing import FixtureRecord, Listing, TestRecord, UnknownRecord, list_tests, unread_files


def run(options: argparse.Namespace) -> int:
    """Prints the tests below `options.path` in the order in which pytest collects them; returns 0."""
    project = open_project([options.path], options.environment)
    listing = list_tests(project.snapshot, project.paths[0])
    for path, reason in unread_files(project.snapshot, project.paths[0]):
        print(f"{shown_path(path, project.base)}: not listed, it {reason}", file=sys.stderr)
    if options.format == "json":
        json.dump(listing, sys.stdout, indent=1, ensure_ascii=False)
        print()
    else:
        print(_as_text(listing, style_for(sys.stdout)))
    return 0


def _as_text(listing: Listing, style: Style) -> str:
    parts = [f"root: {listing['root']}"]
    parts += [_test(test, style) for test in listing["tests"]]
    count = len(listing["tests"])
    parts.append(f"{count} test{'' if count == 1 else 's'}")
    return "\n\n".join(parts)


def _test(test: TestRecord, style: Style) -> str:
    lines = [style.bold(test["id"]), f"  {_run_by(test)}"]
    width = max(map(len, test["fixtures"]), default=0)
    lines += [f"  {name:<{width}}  {_fixture(record)}" for name, record in test["fixtures"].items()]
    return "\n".join(lines)


def _run_by(test: TestRecord) -> str:
    if test["runner"] is None:
        return f"run by pytest itself: {test['runner_from']}"
    if test["loop_scope"] is None:
        return f"awaited by {test['runner']}"
    reason = f" ({test['loop_scope_from']})" if test["loop_scope_from"] else ""
    return f"awaited by {test['runner']} on the {test['loop_scope']} loop{reason}"


def _fixture(record: FixtureRecord | UnknownRecord) -> str:
    unknown = record.get("unknown")
    if unknown is not None:
        return f"unknown: {unknown}"
    record = cast("FixtureRecord", record)
    words = [f"{record['scope'] or 'unknown'} scope"]
    if record["kind"] in ("coroutine", "asyncgen"):
        words.append(f"async on the {record['loop_scope'] or 'unknown'} loop")
    if record["autouse"]:
        words.append("autouse")
    return f"{', '.join(words)}  {record['file']}:{record['line']}"
