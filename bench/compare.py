"""Measures loopscope and its peers in one run, side by side, on a workspace of your choice.

python bench/compare.py WORKSPACE FILE [--edits 30] [--settle 5] [--out bench/results.md]

Absolute times depend on the machine; the ratios are what counts. Peers that are not installed are left out; install
them with `pip install pytest-language-server ty ruff jedi-language-server basedpyright`.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time
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
CHECKS = {
    "loopscope check": [sys.executable, "-m", "loopscope", "check", "--exit-zero", "--statistics"],
    "ruff check (PT, ASYNC, RUF006, RUF029)": [
        "ruff", "check", "--no-cache", "--exit-zero", "--preview", "--isolated", "--select", "PT,ASYNC,RUF006,RUF029",
    ],
    "pytest-language-server fixtures list": ["pytest-language-server", "fixtures", "list"],
}  # fmt: skip


def main() -> int:
    """Measures, prints the tables and writes them; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--edits", type=int, default=30)
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
    figures = {
        name: measure(command, root, file, edits=options.edits, settle=options.settle)
        for name, command in servers.items()
    }
    checks = {
        name: check_seconds([*command, str(root)]) for name, command in CHECKS.items() if shutil.which(command[0])
    }
    text = report(root, file, figures, checks)
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    return 0


def check_seconds(command: list[str]) -> float:
    """The median wall time of three runs."""
    took = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def report(root: Path, file: Path, figures: dict[str, Figures], checks: dict[str, float]) -> str:
    """Markdown with absolute figures and, behind each, its ratio to loopscope's."""
    own = figures.get("loopscope")
    lines = [
        f"# {root.name}: `{file.relative_to(root)}` ({file.read_text(encoding='utf-8').count(chr(10))} lines)",
        "",
        "Milliseconds (memory: MB); in brackets the ratio to loopscope.",
        "",
        "| server | initialize | first diagnostics | edit → diagnostics | completion | memory |",
        "|---|---|---|---|---|---|",
    ]
    for name, each in figures.items():
        cells = [
            shown(getattr(each, field), getattr(own, field) if own else None)
            for field in ("initialize", "first_diagnostics", "edit", "completion", "memory")
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", "| command line | seconds |", "|---|---|"]
    mine = checks.get("loopscope check")
    lines += [f"| {name} | {shown(seconds, mine, 2)} |" for name, seconds in checks.items()]
    return "\n".join(lines) + "\n"


def shown(value: float | None, own: float | None, digits: int = 1) -> str:
    """A figure with its ratio."""
    if value is None:
        return "none"
    return f"{value:.{digits}f}" + (f" ({value / own:.1f}×)" if own else "")


if __name__ == "__main__":
    sys.exit(main())
