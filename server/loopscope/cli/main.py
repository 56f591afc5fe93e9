"""The command line: arguments, help and exit codes. Each command's module is loaded only when it runs."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from loopscope import __version__
from loopscope.cli.errors import ProjectError
from loopscope.cli.formats import FORMATS

AddParser: TypeAlias = Callable[..., argparse.ArgumentParser]

USAGE_ERROR = 2
"""The exit code for wrong usage and internal errors; 1 says that something was found."""

_CHECK = """\
examples:
  loopscope check                                       the tests below the working directory
  loopscope check --fix --unsafe-fixes                  mend what can be mended
  loopscope check --add-ignores                         begin with what is there: only new mistakes are found then
  loopscope check --format github                       in GitHub Actions: annotations on the lines of a change
  loopscope check --format sarif --output found.sarif   a file for code scanning; the log has the text

--format github and gitlab are for their CI, sarif for code scanning, junit for what shows test results.
--format json prints an array of
  {"rule", "severity", "message", "file", "line", "column", "end_line", "end_column", "url",
   "fix": {"safety", "title", "edits": [{"file", "line", "column", "end_line", "end_column", "text"}]} | null}
with lines and columns from 1, columns in code points, ends exclusive, files relative to the working directory with "/".

exit codes: 0 nothing found, 1 something found, 2 wrong usage or internal error
"""

_EXAMPLES = """\
examples:
  loopscope check                              check the tests below the working directory
  loopscope check tests/api --fix              apply the safe fixes there
  loopscope check --select missing-await       look for one mistake only
  loopscope rule async-test-never-runs         explain a rule
  loopscope fixtures tests/test_api.py         what pytest will inject, and on which loop
  loopscope config                             what loopscope knows of this project, and from where
  pytest | loopscope explain                   what lies behind the errors that pytest printed
"""

_EXPLAIN = """\
examples:
  pytest | loopscope explain                   explain what this run prints
  pytest 2>&1 | tee out.txt; loopscope explain out.txt
  loopscope explain "RuntimeError: Event loop is closed"
  loopscope explain --list                     every message that loopscope knows

For each known message: its cause, the fix, the rules that find it without running anything, where it was printed, and
what `loopscope check` says there in this project: that tells which of several causes it is. pytest is not started.

--format json prints an array of
  {"message", "cause", "fix", "rules": [{"name", "url", "default"}],
   "occurrences": [{"text", "test", "file", "line"}], "findings": [as of `loopscope check --format json`]}

exit codes: 0 something is explained, 1 no known message is in it, 2 wrong usage or internal error
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns its exit code. Wrong usage ends the process with 2, as argparse does."""
    given = sys.argv[1:] if arguments is None else arguments
    options = build_parser(given[0] if given else None).parse_args(given)
    try:
        code = _run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`| head`): nothing is left to say, and Python must not try to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return USAGE_ERROR
    except KeyboardInterrupt:
        return 130
    except ProjectError as error:
        print(f"loopscope: {error}", file=sys.stderr)
        return USAGE_ERROR
    return code


def console() -> None:
    """Runs the command of the process and ends it at once: taking a large analysis apart would be wasted work.

    The garbage collector rests while modules are loaded (`_run`): there is nothing for it in them.
    """
    gc.disable()
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands; of one only when that is named: making them all takes 4 ms."""
    parser = argparse.ArgumentParser(
        prog="loopscope",
        description="Says what pytest will really do with asynchronous tests. It never runs your code.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"loopscope {__version__}")
    # `prog` is given since argparse would format the whole usage to find it.
    commands = parser.add_subparsers(prog="loopscope", dest="command", required=True, metavar="COMMAND")
    adders = {
        "check": _add_check,
        "rule": _add_rule,
        "config": _add_config,
        "fixtures": _add_fixtures,
        "explain": _add_explain,
        "server": _add_server,
    }
    for name, add in adders.items():
        if name == command or command not in adders:
            add(commands.add_parser)
    return parser


def _add_check(add_parser: AddParser) -> None:
    check = add_parser(
        "check",
        help="find mistakes in tests, conftests and pytest's configuration",
        epilog=_CHECK,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders (default: .)")
    check.add_argument("--select", action="append", metavar="RULES", help="only these rules (comma-separated), or ALL")
    check.add_argument("--extend-select", action="append", metavar="RULES", help="these rules as well")
    check.add_argument("--ignore", action="append", metavar="RULES", help="not these rules (comma-separated)")
    check.add_argument("--fix", action="store_true", help="apply the safe fixes")
    check.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: the unsafe ones too")
    check.add_argument("--diff", action="store_true", help="show what --fix would change; change nothing")
    check.add_argument(
        "--add-ignores", action="store_true", help="silence what is found by comments `# loopscope: ignore[rule]`"
    )
    check.add_argument(
        "--format", choices=FORMATS, default="text", metavar="FORM", help=f"{', '.join(FORMATS)} (default: text)"
    )
    check.add_argument(
        "--output", type=Path, metavar="FILE", help="write what --format says into a file, and print the text"
    )
    check.add_argument("--statistics", action="store_true", help="count the findings by rule")
    check.add_argument("--exit-zero", action="store_true", help="exit with 0 even when something was found")
    check.add_argument(
        "--no-cache",
        action="store_true",
        help="look at every file anew; keep nothing of what is found for the next run",
    )
    check.add_argument("--jobs", type=int, metavar="N", help="processes to use (default: one per processor)")
    _add_environment(check)


def _add_rule(add_parser: AddParser) -> None:
    rule = add_parser("rule", help="explain a rule, or list them all")
    rule.add_argument("name", nargs="?", metavar="NAME", help="the rule to explain")
    rule.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")


def _add_config(add_parser: AddParser) -> None:
    config = add_parser(
        "config", help="show the effective configuration of pytest and loopscope, and where each value comes from"
    )
    config.add_argument(
        "path", nargs="?", type=Path, default=Path(), metavar="PATH", help="file or folder (default: .)"
    )
    config.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    _add_environment(config)


def _add_fixtures(add_parser: AddParser) -> None:
    fixtures = add_parser(
        "fixtures", help="show for each test its runner, its loop and the fixtures pytest will inject"
    )
    fixtures.add_argument(
        "path", nargs="?", type=Path, default=Path(), metavar="PATH", help="file or folder (default: .)"
    )
    fixtures.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    _add_environment(fixtures)


def _add_explain(add_parser: AddParser) -> None:
    explain = add_parser(
        "explain",
        help="say what lies behind the errors that pytest printed",
        description="Explains what pytest printed: a file, standard input, or a message given as text.",
        epilog=_EXPLAIN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    explain.add_argument(
        "output", nargs="*", metavar="OUTPUT", help="a file, or the text itself; `-` or nothing: standard input"
    )
    explain.add_argument("--list", action="store_true", help="list the messages that are known")
    explain.add_argument(
        "--project", type=Path, default=Path(), metavar="DIR", help="where pytest was started (default: .)"
    )
    explain.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    _add_environment(explain)


def _add_server(add_parser: AddParser) -> None:
    server = add_parser("server", help="run the language server, over standard input and output")
    server.add_argument("--log-file", type=Path, metavar="FILE", help="write the server's log there as well")


def _add_environment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--environment",
        metavar="DIR",
        help="the project's virtual environment or its interpreter (default: VIRTUAL_ENV, .venv, …); read, never run",
    )


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "check":
            from loopscope.cli.check import run
        case "rule":
            from loopscope.cli.rule import run
        case "config":
            from loopscope.cli.config import run
        case "fixtures":
            from loopscope.cli.fixtures import run
        case "explain":
            from loopscope.cli.explain import run
        case _:
            from loopscope.cli.server import run
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    return run(options)
