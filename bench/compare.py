"""Measures loopscope and its peers in one run, side by side, on a workspace of your choice.

python bench/compare.py WORKSPACE FILE [--runs 3] [--edits 30] [--settle 5] [--out docs/benchmarks.md]

Peers that are not on PATH are left out; install them with
`pip install pytest-language-server ty ruff jedi-language-server basedpyright`. VIRTUAL_ENV names the environment of the
workspace's tests. What the servers keep on disk goes to a folder that is empty at the beginning.
"""

import argparse
import datetime as dt
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from session import Figures, measure

SERVERS = {
    "loopscope": [sys.executable, "-m", "loopscope", "server"],
    "pytest-language-server": ["pytest-language-server"],
    "ty": ["ty", "server"],
    "ruff": ["ruff", "server"],
    "jedi-language-server": ["jedi-language-server"],
    "basedpyright": ["basedpyright-langserver", "--stdio"],
}
VERSIONS = {
    "loopscope": [sys.executable, "-m", "loopscope", "--version"],
    "basedpyright": ["basedpyright", "--version"],
}
CHECKS = {
    "loopscope check --no-cache": [
        sys.executable, "-m", "loopscope", "check", "--exit-zero", "--statistics", "--no-cache",
    ],
    "loopscope check, again": [sys.executable, "-m", "loopscope", "check", "--exit-zero", "--statistics"],
    "ruff check (PT, ASYNC, RUF006, RUF029)": [
        "ruff", "check", "--no-cache", "--exit-zero", "--preview", "--isolated", "--select", "PT,ASYNC,RUF006,RUF029",
    ],
    "pytest-language-server fixtures list": ["pytest-language-server", "fixtures", "list"],
}  # fmt: skip
COLUMNS = """\
- **initialize**: from the start of the process to the answer to `initialize`.
- **first diagnostics**: from the start of the process to the first diagnostics published for the opened file; *cold* at
  the first start, when nothing is cached, then the median of the later ones.
- **edit → diagnostics**: from a `didChange` that adds or removes a comment in a function to the diagnostics published
  for that version; median, and the fastest.
- **completion**: from the request in the parameters of a test to its answer; median, and the fastest.
- **memory**: resident, of the server and all its children, at the end of the session; the most of all runs.

Figures are seen from the client, over stdio. A dash: not supported, or nothing published. What the servers do differs
very much: ty and basedpyright check types, ruff looks at one file, jedi-language-server publishes syntax errors."""


def main() -> int:
    """Measures, prints the tables and writes them; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--runs", type=int, default=3, help="how often each server is started")
    parser.add_argument("--edits", type=int, default=30, help="edits and completions of each run")
    parser.add_argument("--settle", type=float, default=5, help="seconds between opening and typing")
    parser.add_argument("--only", action="append", help="measure only these servers")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    root, file = options.workspace.resolve(), options.file.resolve()
    servers = {
        name: command
        for name, command in SERVERS.items()
        if shutil.which(command[0]) and (not options.only or name in options.only)
    }
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        figures = {
            name: [
                measure(command, root, file, edits=options.edits, settle=options.settle) for _ in range(options.runs)
            ]
            for name, command in servers.items()
        }
        commands = {} if options.only else {name: each for name, each in CHECKS.items() if shutil.which(each[0])}
        checks = {name: check_seconds([*command, str(root)]) for name, command in commands.items()}
    text = report(root, file, figures, checks)
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    return 0


def check_seconds(command: list[str]) -> float:
    """The median wall time of three runs, after one that may leave something for the next ones to use."""
    took = []
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def report(root: Path, file: Path, figures: dict[str, list[Figures]], checks: dict[str, float]) -> str:
    """A page in Markdown."""
    lines = file.read_text(encoding="utf-8").count("\n")
    files = sum(1 for _ in root.rglob("*.py"))
    runs = max((len(each) for each in figures.values()), default=0)
    page = [
        "# Benchmarks",
        "",
        f"On {dt.datetime.now(tz=dt.UTC):%Y-%m-%d}, {machine()}. Each server was started {runs} times,",
        "one after the other. Absolute times depend on the machine and on what else it does; the ratios tell.",
        "",
        f"## Editing `{file.relative_to(root).as_posix()}` of {root.name}",
        "",
        f"{lines:,} lines, in a workspace of {files:,} Python files. Milliseconds; memory in megabytes.",
        "",
        "| server | initialize | first diagnostics: cold | later | edit → diagnostics | completion | memory |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(f"| {name} {version(name)} | {' | '.join(row(each))} |" for name, each in figures.items()),
        "",
        COLUMNS,
    ]
    if checks:
        page += ["", f"## All of {root.name} from the command line", "", "| command | seconds |", "|---|---:|"]
        page += [f"| `{name}` | {seconds:.2f} |" for name, seconds in checks.items()]
    command = f"python bench/compare.py {root.name} {root.name}/{file.relative_to(root).as_posix()}"
    page += ["", "A start with something to report: [first-diagnostics.md](first-diagnostics.md)."]
    page += ["", "## Repeat", "", "```sh", f"VIRTUAL_ENV=… {command} --out docs/benchmarks.md", "```"]
    return "\n".join(page) + "\n"


def row(runs: list[Figures]) -> list[str]:
    """The cells of one server."""
    later = [each.first_diagnostics for each in runs[1:] if each.first_diagnostics is not None]
    return [
        f"{statistics.median(each.initialize for each in runs):.0f}",
        shown(runs[0].first_diagnostics),
        shown(statistics.median(later) if later else None),
        spread(took for each in runs for took in each.edits),
        spread(took for each in runs for took in each.completions),
        f"{max(each.memory for each in runs):.0f}",
    ]


def shown(value: float | None) -> str:
    """A figure, or a dash."""
    return "–" if value is None else f"{value:.0f}"


def spread(values: Iterable[float]) -> str:
    """The median, and the least in brackets."""
    known = list(values)
    return f"{statistics.median(known):.1f} ({min(known):.1f})" if known else "–"


def version(name: str) -> str:
    """What a tool says that it is; empty when it says nothing."""
    command = VERSIONS.get(name, [name, "--version"])
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout.split()
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next((word for word in said if word[:1].isdigit()), "")


def machine() -> str:
    """Processor, system and Python, as far as they are known."""
    try:
        listed = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in listed if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{os.cpu_count()} processors ({model}), {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
