"""Brings the projects' sources and one virtual environment for their tests, once, into .loopscope-dev/real.

Several processes (pytest-xdist) may ask at the same time: each thing is made under a file lock and marked when it is
complete, so that a broken attempt is made again.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HOME = ROOT / ".loopscope-dev" / "real"
VENV = HOME / "venv"
PYTHON = VENV / "bin" / "python"
# PyPI has no wheels of these.
ONLY_SOURCES = "forbiddenfruit,proxy-py"
PIP_LIMIT = 600


class NotPreparedError(Exception):
    """Why a project cannot be tried here, for people to read."""


def sources_of(project: str) -> Path:
    """The unpacked source distribution that sources.txt names, with the adjustments that README.md lists."""
    wanted = _pinned()[project]
    version = wanted.split()[0].partition("==")[2]
    folder = HOME / f"{project}-{version}"
    with _made_once(folder, hashlib.sha256(wanted.encode()).hexdigest()) as missing:
        if missing:
            _unpack(project, wanted)
            _adjust(project, folder)
    return folder


def environment() -> Path:
    """The virtual environment with what requirements.txt pins."""
    requirements = HERE / "requirements.txt"
    digest = hashlib.sha256(sys.version.encode() + requirements.read_bytes()).hexdigest()
    with _made_once(VENV, digest) as missing:
        if missing:
            _run([sys.executable, "-m", "venv", str(VENV)], "no virtual environment could be made")
            _pip(
                PYTHON, "install", "--no-compile", "--no-deps", "--require-hashes", "--only-binary", ":all:",
                "--no-binary", ONLY_SOURCES, "-r", str(requirements),
            )  # fmt: skip
            # mcp's tests import its examples, which its developers install as an editable distribution.
            site = next(VENV.glob("lib/python*/site-packages"))
            mcp = _pinned()["mcp"].split()[0].replace("==", "-")
            (site / "mcp-example-stories.pth").write_text(f"{HOME / mcp / 'examples'}\n", encoding="utf-8")
    return VENV


def _pinned() -> dict[str, str]:
    lines = (HERE / "sources.txt").read_text(encoding="utf-8").splitlines()
    return {line.partition("==")[0]: line for line in lines}


def _unpack(project: str, wanted: str) -> None:
    download = HOME / f"download-{project}"
    shutil.rmtree(download, ignore_errors=True)
    download.mkdir()
    (download / "source.txt").write_text(wanted, encoding="utf-8")
    arguments = ["--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", "source.txt"]
    _pip(Path(sys.executable), "download", *arguments, cwd=download)
    [archive] = download.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(HOME, filter="data")
    shutil.rmtree(download)


def _adjust(project: str, folder: Path) -> None:
    if project == "anyio":
        # The plugin of pytest-aiohttp, which aiogram needs, does not work without pytest-asyncio.
        config = folder / "pyproject.toml"
        text = config.read_text(encoding="utf-8")
        old = '"-p", "no:asyncio",'
        if old not in text:
            raise NotPreparedError(f"{config} has no {old} to adjust")
        config.write_text(text.replace(old, f'{old} "-p", "no:aiohttp",'), encoding="utf-8")


@contextmanager
def _made_once(folder: Path, digest: str) -> Iterator[bool]:
    """Holds the lock of a folder; True when the folder has to be made, which is then recorded."""
    HOME.mkdir(parents=True, exist_ok=True)
    stamp = HOME / f"{folder.name}.stamp"
    with (HOME / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = not folder.exists() or not stamp.exists() or stamp.read_text(encoding="utf-8") != digest
        if missing:
            stamp.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
        yield missing
        if missing:
            stamp.write_text(digest, encoding="utf-8")


def _pip(python: Path, *arguments: str, cwd: Path = ROOT) -> None:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *arguments]
    _run(command, "pip could not get what the real projects need; is the package index reachable?", cwd)


def _run(command: list[str], trouble: str, cwd: Path = ROOT) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONPATH"))}
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=PIP_LIMIT)
    except subprocess.TimeoutExpired:
        raise NotPreparedError(f"{trouble} (no end after {PIP_LIMIT} s)") from None
    if done.returncode != 0:
        raise NotPreparedError(f"{trouble}\n{(done.stdout + done.stderr)[-1500:]}")
