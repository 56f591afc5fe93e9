"""Programs of a newer Debian than the one that runs: unpacked, with the C library that they were built for.

Nothing is installed, so no rights are needed; apt's own settings, lists and cache stay as they are.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

LIBRARIES = ("libc6", "libgcc-s1")
FORMAT = "$(ORIGIN)|$(LABEL)|$(REPO_URI)"


def command(folder: Path, release: str, package: str, program: str) -> list[str]:
    """The command that starts a program of a package of that Debian release; downloaded when the folder lacks it.

    Ends Python with a message where that cannot be.
    """
    root = folder / "root"
    if not root.exists():
        _download(folder, release, (package, *LIBRARIES))
        unpacked = folder / "unpacked"
        for archive in sorted(folder.glob("*.deb")):
            subprocess.run(["dpkg-deb", "--extract", str(archive), str(unpacked)], check=True)
            archive.unlink()
        unpacked.rename(root)
        for spent in ("lists", "cache"):
            shutil.rmtree(folder / spent)
    libraries = root / "usr" / "lib" / f"{platform.machine()}-linux-gnu"
    loader = next(libraries.glob("ld-linux-*.so.*"))
    return [str(loader), "--library-path", str(libraries), str(root / program)]


def _download(folder: Path, release: str, packages: tuple[str, ...]) -> None:
    """The packages' archives into the folder, by an apt that knows that release only."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    sources = folder / "sources.list"
    sources.write_text(_source(release))
    options = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": os.devnull,
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "APT::Default-Release": "",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-qq", *(part for name, value in options.items() for part in ("-o", f"{name}={value}"))]
    for arguments in (["update"], ["download", *packages]):
        if subprocess.run([*apt, *arguments], cwd=folder, check=False).returncode != 0:
            sys.exit(f"Debian's packages of {release} cannot be fetched")


def _source(release: str) -> str:
    """The line of sources.list for a release, from the mirror that apt is set up with."""
    asked = ["apt-get", "indextargets", "--format", FORMAT, "Created-By: Packages"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout if shutil.which("apt-get") else ""
    for line in listed.splitlines():
        origin, label, mirror = line.split("|")
        if (origin, label) == ("Debian", "Debian"):
            return f"deb {mirror} {release} main\n"
    sys.exit(f"this is no Debian: its packages of {release} cannot be fetched")
