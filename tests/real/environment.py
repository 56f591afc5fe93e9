"""Brings the projects' sources and one virtual environment for their tests, once, into .loopscope-dev/real."""

import hashlib
import shutil
import sys
import tarfile
from pathlib import Path

from support import prepared
from support.prepared import ROOT, NotPreparedError, made_once, run

HERE = Path(__file__).resolve().parent
HOME = prepared.HOME / "real"
VENV = HOME / "venv"
PYTHON = VENV / "bin" / "python"
# PyPI has no wheels of these.
ONLY_SOURCES = "forbiddenfruit,proxy-py"


def sources_of(project: str) -> Path:
    """The unpacked source distribution that sources.txt names, with the adjustments that README.md lists."""
    wanted = _pinned()[project]
    version = wanted.split()[0].partition("==")[2]
    folder = HOME / f"{project}-{version}"
    with made_once(folder, hashlib.sha256(wanted.encode()).hexdigest()) as missing:
        if missing:
            _unpack(project, wanted)
            _adjust(project, folder)
    return folder


def environment() -> Path:
    """The virtual environment with what requirements.txt pins."""
    requirements = HERE / "requirements.txt"
    digest = hashlib.sha256(sys.version.encode() + requirements.read_bytes()).hexdigest()
    with made_once(VENV, digest) as missing:
        if missing:
            run([sys.executable, "-m", "venv", str(VENV)], "no virtual environment could be made")
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


def _pip(python: Path, *arguments: str, cwd: Path = ROOT) -> None:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *arguments]
    run(command, "pip could not get what the real projects need; is the package index reachable?", cwd)
