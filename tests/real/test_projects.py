"""loopscope on real projects: what it says of their tests is what pytest does, and `check` copes with them."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from real.comparison import compare
from real.environment import HERE, ROOT

pytestmark = pytest.mark.real

MOST_UNKNOWN = 0.003
LIMIT = 300


def test_tests_and_fixtures_are_those_of_pytest(
    project: str, root: Path, venv: Path, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    truth = collect(root, venv, tmp_path)
    said = json.loads(loopscope("fixtures", "tests", "--format", "json", "--environment", str(venv), cwd=root).stdout)
    found = compare(truth, said)
    figure(
        f"{found.tests} tests, {found.requests} requests: {found.right} right, {sum(found.unknown.values())} unknown, "
        f"{len(found.differences.get('wrong', ()))} wrong"
    )
    if found.differences:
        pytest.fail(f"loopscope and pytest differ on {project}\n{found.report()}", pytrace=False)
    assert sum(found.unknown.values()) <= MOST_UNKNOWN * found.requests, dict(found.unknown.most_common(8))
    assert found.tests > 100
    assert found.right + sum(found.unknown.values()) == found.requests > 0
    row = found.row(project)
    if row not in (HERE / "README.md").read_text(encoding="utf-8").splitlines():
        pytest.fail(f"the table in tests/real/README.md should say\n{row}", pytrace=False)


def test_check_ends_well(root: Path, venv: Path, figure: Callable[[str], None]) -> None:
    done = loopscope("check", "--no-cache", "--format", "json", "--environment", str(venv), cwd=root)
    findings = json.loads(done.stdout)
    figure(f"{len(findings)} findings")
    assert done.returncode == bool(findings)
    assert "internal error" not in done.stderr


def test_fixed_projects_still_work(root: Path, venv: Path, tmp_path: Path, figure: Callable[[str], None]) -> None:
    copy = tmp_path / root.name
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True)
    diff = loopscope("check", "--fix", "--diff", "--environment", str(venv), cwd=copy).stdout
    named = {copy / name for name in re.findall(r"^\+\+\+ (?:b/)?([^\t\n]+)", diff, re.MULTILINE)}
    loopscope("check", "--fix", "--environment", str(venv), cwd=copy)
    changed = changed_files(root, copy)
    figure(f"safe fixes in {len(changed)} files")
    assert changed == named, "what --diff announces is what --fix changes"
    assert not unparsable(changed)
    if changed:
        # A changed conftest may concern every test.
        tests = all(file.name.startswith("test_") for file in changed)
        targets = [str(file.relative_to(copy)) for file in sorted(changed)] if tests else ["tests"]
        before, after = (collect(folder, venv, tmp_path, targets) for folder in (root, copy))
        assert {test["id"] for test in after["tests"]} == {test["id"] for test in before["tests"]}
        assert after["errors"].keys() == before["errors"].keys()
    loopscope("check", "--fix", "--unsafe-fixes", "--environment", str(venv), cwd=copy)
    assert not unparsable(changed_files(root, copy))


def collect(root: Path, venv: Path, scratch: Path, targets: Sequence[str] = ("tests",)) -> dict[str, Any]:
    """What real pytest collects and how it resolves it."""
    out = scratch / "oracle.json"
    out.unlink(missing_ok=True)
    command = [
        str(venv / "bin" / "python"), "-m", "pytest", "--collect-only", "-qq", "-p", "oracle", "-n", "0", "--no-cov",
        # Warnings may be errors in the project's configuration; newer dependencies bring new warnings.
        "-W", "ignore", "-o", f"cache_dir={scratch / 'cache'}", *targets,
    ]  # fmt: skip
    env = {**clean_environment(), "ORACLE_OUT": str(out), "PYTHONPATH": str(HERE)}
    done = subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=LIMIT, encoding="utf-8"
    )
    assert out.exists(), f"pytest could not collect {root.name}:\n{(done.stdout + done.stderr)[-3000:]}"
    truth: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return truth


def loopscope(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command; it must not end with an internal error."""
    done = subprocess.run(
        [sys.executable, "-m", "loopscope", *arguments],
        cwd=cwd, env={**clean_environment(), "PYTHONPATH": str(ROOT / "server")},
        capture_output=True, text=True, check=False, timeout=LIMIT, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode in (0, 1), f"loopscope {' '.join(arguments)} in {cwd.name}:\n{done.stderr[-3000:]}"
    return done


def clean_environment() -> dict[str, str]:
    """Without what this run of pytest and its shell set for themselves."""
    dropped = ("PYTEST_", "PYTHON", "VIRTUAL_ENV", "COVERAGE_", "COV_")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


def changed_files(root: Path, copy: Path) -> set[Path]:
    files = (path for path in copy.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path for path in files if path.read_bytes() != (root / path.relative_to(copy)).read_bytes()}


def unparsable(files: set[Path]) -> list[str]:
    broken = []
    for file in files:
        if file.suffix != ".py":
            continue
        try:
            ast.parse(file.read_bytes())
        except SyntaxError as error:
            broken.append(f"{file}: {error}")
    return broken
