"""Compares `loopscope fixtures` with recordings of what pytest resolved, for many projects at once; a script.

    python tests/real/recorded.py RECORDINGS SOURCES ENVIRONMENTS [NAME …]

`RECORDINGS` holds `NAME.json.gz` as a plugin wrote them inside `pytest --collect-only`; `SOURCES/PROJECT` is the
checkout that it ran in, `ENVIRONMENTS/NAME` the virtual environment. `NAME` is `PROJECT` or `PROJECT--PART`. Prints a
row for each project, the sum, unknown requests by cause and the first differences; exits with 1 when anything is wrong
or missing.
"""

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

SERVER = Path(__file__).resolve().parents[2] / "server"
UNITTEST = {"unittest-async": "unittest"}
SHOWN = 12


def main(recordings: Path, sources: Path, environments: Path, names: list[str]) -> int:
    """Compares the named projects, or all."""
    sums: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    for name in names or sorted(path.name.removesuffix(".json.gz") for path in recordings.glob("*.json.gz")):
        with gzip.open(recordings / f"{name}.json.gz", "rt", encoding="utf-8") as file:
            truth = json.load(file)
        figures, unknown, differences = compare(
            truth, listed(truth, sources / name.partition("--")[0], environments / name)
        )
        print(f"{name}: {dict(figures)}", flush=True)
        for line in differences[:SHOWN]:
            print(f"    {line}")
        sums += figures
        causes.update({f"{name}: {cause}": number for cause, number in unknown.items()})
    print(f"all: {dict(sums)}")
    for cause, number in causes.most_common():
        print(f"    unknown {number} x {cause}")
    return 1 if sums["wrong"] or sums["missing"] or sums["extra"] else 0


def listed(truth: dict[str, Any], checkout: Path, environment: Path) -> dict[str, Any]:
    """What loopscope says of the folder that pytest was started in and the paths that it was given."""
    meta = truth["meta"]
    start = checkout / os.path.relpath(meta["rootdir"], meta["repo"])
    last = meta["args"][-1]
    paths = [last] if (start / last).is_dir() and len(meta["args"]) > 2 and not last.startswith("-") else []
    done = subprocess.run(
        [sys.executable, "-m", "loopscope", "fixtures", "--format", "json", *paths],
        cwd=start, env={**os.environ, "VIRTUAL_ENV": str(environment), "PYTHONPATH": str(SERVER)},
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"loopscope fixtures in {start}: {done.stderr[-2000:]}")
    said: dict[str, Any] = json.loads(done.stdout)
    said["repo"] = str(checkout.resolve())
    return said


def compare(truth: dict[str, Any], said: dict[str, Any]) -> tuple[Counter[str], Counter[str], list[str]]:
    """The figures, the causes of unknown requests, and the differences as lines."""
    figures: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    differences: list[str] = []
    answers = {test["id"]: test for test in said["tests"]}
    broken = {error["nodeid"] for error in truth["errors"]}
    recorded: dict[str, list[dict[str, Any]]] = {}
    for test in truth["tests"]:
        recorded.setdefault(test["nodeid"], []).append(test)
    for nodeid in answers.keys() - recorded.keys():
        kind = "in broken files" if nodeid.split("::")[0] in broken else "extra"
        figures[kind] += 1
        if kind == "extra":
            differences.append(f"not collected by pytest: {nodeid}")
    for nodeid, variants in recorded.items():
        answer = answers.get(nodeid)
        if answer is None:
            made = not _is_written(variants[0], said)
            figures["made at run time" if made else "missing"] += 1
            differences += [] if made else [f"collected by pytest, not listed: {nodeid} ({variants[0]['item_type']})"]
            continue
        figures["tests"] += 1
        attempts = [_fixtures(variant, answer["fixtures"], truth["defs"], said) for variant in variants]
        requests, doubts, wrong = min(attempts, key=lambda attempt: (len(attempt[2]), attempt[0]))
        figures.update({"requests": requests, "unknown": sum(doubts.values()), "wrong": len(wrong)})
        unknown += doubts
        differences += [f"{nodeid} {line}" for line in wrong]
        _runner(nodeid, variants[0], answer, figures, differences)
    return figures, unknown, differences


def _is_written(test: dict[str, Any], said: dict[str, Any]) -> bool:
    """Whether a `def` of the test's name stands in the file that its code is in."""
    file = Path(said["repo"], test["file"] or "")
    name = test["nodeid"].rpartition("::")[2]
    return file.is_file() and f"def {name}(" in file.read_text(encoding="utf-8", errors="replace")


def _fixtures(
    test: dict[str, Any], fixtures: dict[str, Any], defs: list[dict[str, Any]], said: dict[str, Any]
) -> tuple[int, Counter[str], list[str]]:
    unknown: Counter[str] = Counter()
    wrong: list[str] = []
    for name, chain in test["defs"].items():
        wanted, answer = defs[chain[-1]], fixtures.get(name)
        if name == "request":
            continue
        if answer is None:
            wrong.append(f"{name}: not in the closure")
        elif "unknown" in answer:
            unknown[f"`{name}`: {answer['unknown']}"] += 1
        else:
            pairs = {
                "file": (_place(answer["file"], said), wanted["file"]),
                "line": (answer["line"], wanted["def_line"]),
                "scope": (answer["scope"], wanted["scope"]),
                "kind": (answer["kind"], wanted["kind"]),
                "autouse": (answer["autouse"], wanted["autouse"]),
            }
            wrong += [
                f"{name}: {key} {mine}, pytest {his}"
                for key, (mine, his) in pairs.items()
                if mine != his and not (key == "file" and _is_copy(mine, his))
            ]
    known = test["defs"].keys() | set(test["direct"]) | set(test["missing"]) | {"request"}
    for name in fixtures.keys() - known:
        if "unknown" in fixtures[name]:
            unknown[f"`{name}`: {fixtures[name]['unknown']}"] += 1
        else:
            wrong.append(f"{name}: not in pytest's closure")
    return len(test["defs"]), unknown, wrong


def _is_copy(mine: str, his: str) -> bool:
    """Whether the project's own package was installed as a copy here and as editable sources there."""
    return mine.startswith("<site>/") and his.endswith(mine.removeprefix("<site>"))


def _runner(
    nodeid: str, test: dict[str, Any], answer: dict[str, Any], figures: Counter[str], differences: list[str]
) -> None:
    known = test["runner"] in (None, "anyio", "pytest-asyncio", "unittest", "unittest-async", "wrapped-sync")
    mine = answer["runner"]
    if mine is not None and ("unknown" in mine or "hook" in mine):
        figures["runner unknown"] += 1
    elif known and test["async_obj"] and mine != UNITTEST.get(test["runner"], test["runner"]):
        figures["runner differs"] += 1
        differences.append(f"{nodeid} runner {mine}, pytest {test['runner']}")


def _place(file: str, said: dict[str, Any]) -> str:
    path = os.path.realpath(Path(said["root"], file))
    _, site, inside = path.rpartition("/site-packages/")
    if site:
        return f"<site>/{inside}"
    return os.path.relpath(path, said["repo"]) if path.startswith(said["repo"] + os.sep) else path


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    raise SystemExit(main(*(Path(word).resolve() for word in sys.argv[1:4]), sys.argv[4:]))
