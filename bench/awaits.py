"""Compares what loopscope and type checkers say of the labelled lines of tests/awaits, and writes docs/awaits.md.

    python bench/awaits.py --environment DIR [--tools DIR]

`--environment` has what tests/awaits/requirements.txt pins; `--tools` is a folder with the executables of the type
checkers (default: those on PATH). Each is asked once, from its own defaults, for the environment's interpreter.
A missing await counts as found when the tool reports anything on its line, a mistake with mocks when it does so in its
test. What is right counts as flagged only when the report speaks of awaiting, or of mocks, so that other findings of
type checkers do not count against them.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from awaits.labels import (  # noqa: E402  the tests are not installed
    FIRST_SIGHT,
    FIRST_SIGHT_OF_MOCKS,
    HELD_OUT,
    HELD_OUT_MOCKS,
    LABELLED,
    MOCKS,
    Line,
    labelled_lines,
)

_SPEAKS = re.compile(r"await|coroutine|async|mock", re.IGNORECASE)
_CONCISE = re.compile(r"^(?:.*[\\/])?([\w.]+\.py):(\d+)(?::\d+)*: (.*)$", re.MULTILINE)
_LIMIT = 600


class Said(NamedTuple):
    """What a tool reports on one line."""

    file: str
    number: int
    text: str


class Tool(NamedTuple):
    """A tool: its command for an environment's interpreter, and how its output is read."""

    name: str
    command: Callable[[Path], list[str]]
    read: Callable[[str], Iterator[Said]]


def _concise(output: str) -> Iterator[Said]:
    for file, number, text in _CONCISE.findall(output):
        if not text.startswith("note"):
            yield Said(file, int(number), text)


def _pyright(output: str) -> Iterator[Said]:
    for each in json.loads(output)["generalDiagnostics"]:
        yield Said(Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"])


def _pyrefly(output: str) -> Iterator[Said]:
    for each in json.loads(output)["errors"]:
        yield Said(Path(each["path"]).name, each["line"], each["description"])


def _loopscope(output: str) -> Iterator[Said]:
    for each in json.loads(output):
        yield Said(each["file"], each["line"], f"await: {each['message']}")


def _check(python: Path) -> list[str]:
    command = (sys.executable, "-m", "loopscope", "check", ".", "--format", "json")
    return [*command, "--environment", str(python.parents[1])]


LOOPSCOPE = "loopscope"
EVERY_RULE = "loopscope, every rule"
TOOLS = (
    Tool(LOOPSCOPE, _check, _loopscope),
    Tool("pyright", lambda python: ["pyright", "--pythonpath", str(python), "--outputjson", "."], _pyright),
    Tool("ty", lambda python: ["ty", "check", "--python", str(python), "--output-format", "concise", "."], _concise),
    Tool("zuban", lambda python: ["zuban", "check", "--python-executable", str(python), "."], _concise),
    Tool(
        "pyrefly",
        lambda python: ["pyrefly", "check", "--python-interpreter-path", str(python), "--output-format", "json", "."],
        _pyrefly,
    ),
)

TOOLS_FOR_MOCKS = (Tool(EVERY_RULE, lambda python: [*_check(python), "--select", "awaiting,mocks"], _loopscope), *TOOLS)
"""Two rules about mocks are opinions, and off by default."""


def main() -> None:
    """Ask all tools and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environment", type=Path, required=True)
    parser.add_argument("--tools", type=Path)
    given = parser.parse_args()
    python = given.environment.absolute() / "bin" / "python"
    versions = {tool.name: _version(tool, given.tools) for tool in TOOLS_FOR_MOCKS}
    tables = {each: _of_folder(each, python, given.tools, versions) for each in (LABELLED, HELD_OUT, MOCKS)}
    page = _page(tables[LABELLED], tables[HELD_OUT], tables[MOCKS])
    (ROOT / "docs" / "awaits.md").write_text(page, encoding="utf-8")
    print(page)


def _of_folder(source: Path, python: Path, tools: Path | None, versions: dict[str, str]) -> "_Table":
    with tempfile.TemporaryDirectory() as folder:
        # Outside of this repository, whose settings are not for these files.
        shutil.copytree(source, folder, dirs_exist_ok=True)
        # Without a file of its own pyrefly keeps to a basic preset.
        (Path(folder) / "pyrefly.toml").write_text("", encoding="utf-8")
        chosen = TOOLS_FOR_MOCKS if source == MOCKS else TOOLS
        answers = {tool.name: _ask(tool, python, tools, Path(folder)) for tool in chosen}
    return _table(list(labelled_lines(source)), answers, versions)


def _ask(tool: Tool, python: Path, tools: Path | None, folder: Path) -> set[Said]:
    done = subprocess.run(
        _found(tool.command(python), tools), cwd=folder, capture_output=True, text=True, check=False, timeout=_LIMIT
    )
    return set(tool.read(done.stdout))


def _version(tool: Tool, tools: Path | None) -> str:
    command = [sys.executable, "-m", "loopscope"] if tool.name.startswith(LOOPSCOPE) else [tool.name]
    done = subprocess.run([*_found(command, tools), "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\d+\.\d+\S*", done.stdout)
    return match[0] if match else "?"


def _found(command: list[str], tools: Path | None) -> list[str]:
    path = shutil.which(command[0], path=None if tools is None else str(tools)) or shutil.which(command[0])
    return [path or command[0], *command[1:]]


class _Table(NamedTuple):
    """A set of lines: how many are missing and right, the rows of its table, and what loopscope does not find."""

    missing: list[Line]
    right: list[Line]
    rows: list[str]
    not_found: list[str]


def _table(lines: list[Line], answers: dict[str, set[Said]], versions: dict[str, str]) -> _Table:
    missing, right = [each for each in lines if each.missing], [each for each in lines if not each.missing]
    names = list(answers)
    groups = [("**all**", missing, right)]
    for file in Counter(each.path.name for each in lines):
        wanted = [each for each in missing if each.path.name == file]
        groups.append((f"`{file}`", wanted, [each for each in right if each.path.name == file]))
    rows = [
        f"| lines | {' | '.join(f'{name} {versions[name]}' for name in names)} |",
        f"|---|{'---|' * len(names)}",
    ]
    for title, wanted, kept in groups:
        cells: list[str] = []
        for name in names:
            found = sum(_is_reported(each, answers[name]) for each in wanted)
            wrong = sum(_is_reported(each, answers[name], speaks=True) for each in kept)
            cells.append(f"{found} of {len(wanted)}" + (f", {wrong} wrong" if wrong else ""))
        rows.append(f"| {title} | {' | '.join(cells)} |")
    not_found = [
        f"- `{each.path.name}` line {each.number}: `{each.text}`"
        for each in missing
        if not _is_reported(each, answers.get(EVERY_RULE, answers[LOOPSCOPE]))
    ]
    return _Table(missing, right, rows, not_found)


def _page(labelled: _Table, held_out: _Table, mocks: _Table) -> str:
    lines = len(labelled.missing) + len(labelled.right)
    more = len(held_out.missing) + len(held_out.right)
    first = sum(FIRST_SIGHT.values())
    return "\n".join(
        [
            "# Which missing awaits are found",
            "",
            f"`tests/awaits/labelled` is a small project on real libraries, with {lines} lines labelled by hand:",
            f"on {len(labelled.missing)} an `await` (or `async`) is missing or wrong, {len(labelled.right)} resemble",
            "them and are right. Its tests request fixtures without annotations, as most tests do. Made by",
            "`bench/awaits.py`, each tool with its defaults. A missing one counts as found when a tool reports",
            "anything on its line; one that is right counts as wrong when the report speaks of awaiting.",
            "",
            *labelled.rows,
            "",
            "Not found by loopscope:",
            "",
            *labelled.not_found,
            "",
            "## Held-out lines",
            "",
            f"`tests/awaits/held_out` has {more} more lines, on more libraries. They were written before loopscope",
            f"was asked about any of them: at first sight it found {first} of {len(held_out.missing)} and flagged none",
            f"of the {len(held_out.right)} that are right. What was missing was then mended at its causes: stubs",
            "beside sources, `__getattr__` and brackets, lazy imports, futures, event loops, names that `with` binds,",
            "Django's managers, and a table of what aiofiles and asyncpg make at run time. The table after that:",
            "",
            *held_out.rows,
            "",
            "Not found by loopscope:",
            "",
            *held_out.not_found,
            "",
            "## Mistakes with mocks",
            "",
            f"`tests/awaits/mocks` has {len(mocks.missing)} tests with one mistake each, and {len(mocks.right)} that",
            "resemble them and are right; pytest ran all of them first: what is wrong fails there, warns, or passes by",
            "accident. None that is right was flagged, then or later. Of all files but the last that was written,",
            f"loopscope found {FIRST_SIGHT_OF_MOCKS} of 94 at first sight (a label was mended then: an `async def` as",
            "side effect of a `MagicMock`), and 92 when what was missing had been mended; of the last one,",
            f"`{HELD_OUT_MOCKS[0]}`, it found {HELD_OUT_MOCKS[1]} of 21 at first sight.",
            "Mocks are followed through tuples, items, `self`, fixtures, objects that keep them and classes that",
            "`patch` replaces. Here a mistake counts as found when a tool reports anything in its test, for a type",
            "checker often something else. Two rules about mocks are off by default.",
            "",
            *mocks.rows,
            "",
            "Not found by any rule of loopscope:",
            "",
            *mocks.not_found,
            "",
            "What the answers of jedi cost, which is asked where own reading does not tell: [oracle.md](oracle.md).",
            "",
        ]
    )


def _is_reported(line: Line, said: set[Said], *, speaks: bool = False) -> bool:
    return any(
        each.file == line.path.name and each.number in line.lines and (not speaks or _SPEAKS.search(each.text))
        for each in said
    )


if __name__ == "__main__":
    main()
