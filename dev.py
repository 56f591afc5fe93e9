#!/usr/bin/env python3
"""Sets up loopscope for development and runs it; needs only Python >= 3.11 (and Node.js for VS Code).

python3 dev.py demo     set everything up, check the bundled example and play an editor session on it
python3 dev.py test     set everything up and pass every check and test (CI runs this)
python3 dev.py setup    only set up; then use .loopscope-dev/venv/bin/…
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE / ".loopscope-dev"
VENV = HOME / "venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)


def main() -> int:
    """Runs the chosen command; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="create .loopscope-dev/venv with loopscope and the development tools")
    commands.add_parser("demo", help="set up, then show loopscope on the bundled example")
    test = commands.add_parser("test", help="set up, then run formatters, type checkers, contracts and tests")
    test.add_argument("only", nargs="*", help="names of the steps to run (default: all)")
    options = parser.parse_args()
    set_up()
    compile_sources()
    if options.command == "demo":
        return run_demo()
    if options.command == "test":
        return run_tests(options.only)
    return 0


def set_up() -> None:
    """Makes the virtual environment match pyproject.toml and constraints.txt; does nothing when it already does."""
    if sys.version_info < OLDEST:
        sys.exit(f"loopscope needs Python {OLDEST[0]}.{OLDEST[1]} or later; this is {sys.version.split()[0]}")
    wanted = fingerprint()
    stamp = HOME / "stamp"
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return
    say("Setting up .loopscope-dev/venv (once; a minute or so)")
    make_venv()
    pip("install", "--upgrade", "pip>=25.1")
    tools = f"{HERE / 'pyproject.toml'}:dev"
    pip("install", "--constraint", str(HERE / "constraints.txt"), "--editable", str(HERE), "--group", tools)
    stamp.write_text(wanted)


def compile_sources() -> None:
    """Compiles loopscope's modules, also where PYTHONDONTWRITEBYTECODE is set: else each start would do so."""
    subprocess.run([str(PYTHON), "-m", "compileall", "-q", str(HERE / "server")], check=False)


def fingerprint() -> str:
    """What the environment was made from: the interpreter and the files that say what to install."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def make_venv() -> None:
    """A fresh virtual environment with pip; on Debian and Ubuntu the part of Python that makes one may be missing."""
    shutil.rmtree(VENV, ignore_errors=True)
    HOME.mkdir(exist_ok=True)
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode == 0:
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        say(f"This Python lacks venv: installing Debian's {package}")
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", package], check=True)
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        return
    sys.exit(f"this Python cannot make virtual environments; first: sudo apt-get install {package}")


def pip(*arguments: str) -> None:
    """Runs pip in the virtual environment; ends the program with its output when it fails."""
    quiet = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    if subprocess.run(quiet, check=False, cwd=HERE).returncode != 0:
        sys.exit("pip could not install what loopscope needs (see above); is the package index reachable?")


def run_demo() -> int:
    """Shows `loopscope check` on the example and an editor session on one of its files."""
    say("$ loopscope check examples/shop")
    subprocess.run([str(BIN / "loopscope"), "check", "examples/shop", "--exit-zero"], cwd=HERE, check=True)
    say("The same in an editor: a language-server session over stdio")
    return subprocess.run([str(PYTHON), str(HERE / "examples" / "editor_session.py")], cwd=HERE, check=False).returncode


def run_tests(only: list[str]) -> int:
    """Runs each step, prints how long it took and ends with 1 when any failed."""
    python = str(PYTHON)
    steps = {
        "format": [python, "-m", "ruff", "format", "--check", "."],
        "lint": [python, "-m", "ruff", "check", "."],
        "mypy": [python, "-m", "mypy"],
        "pyright": [python, "-m", "pyright", "--pythonpath", python],
        "layers": [str(BIN / "lint-imports"), "--no-cache"],
        "tests": [python, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", "-m", "not real"],
        "client": [python, "tests/editors/steps.py", "client"],
        "editors": [python, "tests/editors/steps.py", "vscode"],
        "other-editors": [python, "tests/editors/others/run.py"],
        "real": [python, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", "tests/real"],
    }
    unknown = sorted(set(only) - set(steps))
    if unknown:
        sys.exit(f"no such step: {', '.join(unknown)}; there are {', '.join(steps)}")
    failed = []
    for name, command in steps.items():
        if only and name not in only:
            continue
        say(f"{name}: {' '.join(Path(part).name if index == 0 else part for index, part in enumerate(command))}")
        started, worked = time.monotonic(), seconds_of_work()
        code = subprocess.run(command, cwd=HERE, check=False).returncode
        took, work = time.monotonic() - started, seconds_of_work() - worked
        print(f"   {'ok' if code == 0 else 'FAILED'} after {took:.1f} s, {work:.1f} s of work", flush=True)
        if code != 0:
            failed.append(name)
    if failed:
        print(f"\nFAILED: {', '.join(failed)}")
        return 1
    print("\nEverything passed.")
    return 0


def seconds_of_work() -> float:
    """What the processes that were started and have ended have computed; 0 on Windows, which does not say."""
    times = os.times()
    return times.children_user + times.children_system


def say(text: str) -> None:
    """Prints a heading."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
