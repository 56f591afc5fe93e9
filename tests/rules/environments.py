"""The environments that real pytest judges the rules' examples in, and which of them fit an example."""

import hashlib
import re
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from packaging.specifiers import SpecifierSet

from loopscope.host.environment import find_environment
from loopscope.rules.model import NearMiss, Proof
from loopscope.workspace.environment import Environment, normalised
from rules.world import ROOT
from support.prepared import HOME, made_once, run

ORDER = (
    "libraries",
    "django",
    "aiohttp",
    "trio",
    "twisted",
    "pytest91-asyncio150",
    "pytest90-asyncio130",
    "pytest84-asyncio150",
    "pytest84-asyncio130",
    "pytest84-asyncio100",
    "pytest84-asyncio026",
    "pytest84-asyncio023",
    "pytest83-asyncio026",
    "pytest84-plugins",
    "pytest84-aiohttp",
)
"""Those that are made from pins, the preferred ones first; the environment that runs the tests comes before them."""

_PINS = Path(__file__).parent / "environments"
_PIN = re.compile(r"^([\w.-]+)(?:\[.*\])?==(\S+)", re.MULTILINE)


class Pinned(NamedTuple):
    """An environment: its name, what is installed in it ({normalised distribution: version})."""

    name: str
    versions: dict[str, str]

    @property
    def prefix(self) -> Path:
        """The folder of the environment, made when it is missing. Raises `NotPreparedError`."""
        return Path(sys.prefix) if self is RUNNING else _made(self.name)

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return Path(sys.executable) if self is RUNNING else self.prefix / "bin" / "python"

    @property
    def found(self) -> Environment:
        """What loopscope reads of it."""
        return _found(self.prefix)

    def fits(self, wanted: Proof | NearMiss) -> bool:
        """Whether what an example needs is installed, in a version that it is about."""
        return (
            all(normalised(name) in self.versions for name in wanted.requires)
            and self.versions["pytest"] in SpecifierSet(wanted.pytest)
            and self.versions["pytest-asyncio"] in SpecifierSet(wanted.pytest_asyncio)
        )


def _pinned(name: str) -> Pinned:
    text = (_PINS / f"{name}.txt").read_text(encoding="utf-8")
    return Pinned(name, {normalised(found): version for found, version in _PIN.findall(text)})


@cache
def _found(prefix: Path) -> Environment:
    return find_environment(ROOT, str(prefix), {})


RUNNING = Pinned(
    "running", {name: each.version for name, each in find_environment(ROOT, sys.prefix, {}).distributions.items()}
)
"""The environment that runs the tests."""

ENVIRONMENTS = (RUNNING, *map(_pinned, ORDER))
"""All of them, the preferred ones first."""

# Asked only about examples that need what the running environment lacks: other plugins of theirs may interfere.
_ON_DEMAND = frozenset({"libraries", "django", "aiohttp", "trio", "twisted", "pytest84-plugins", "pytest84-aiohttp"})


def home_of(wanted: Proof | NearMiss) -> Pinned:
    """The environment in which an example is judged first, and which its rule sees. Raises `LookupError`."""
    found = next((each for each in ENVIRONMENTS if each.fits(wanted)), None)
    if found is None:
        raise LookupError(f"no environment has {wanted.requires} for pytest {wanted.pytest}, {wanted.pytest_asyncio}")
    return found


def others_of(wanted: Proof) -> list[Pinned]:
    """The environments of other versions in which the proof must hold, too."""
    home = home_of(wanted)
    fitting = [each for each in ENVIRONMENTS if each is not home and each.fits(wanted)]
    more = any(normalised(name) not in RUNNING.versions for name in wanted.requires)
    return [each for each in fitting if more or each.name not in _ON_DEMAND]


def _made(name: str) -> Path:
    pins = _PINS / f"{name}.txt"
    folder = HOME / "proofs" / name
    digest = hashlib.sha256(sys.version.encode() + pins.read_bytes()).hexdigest()
    with made_once(folder, digest) as missing:
        if missing:
            uv = str(Path(sys.executable).with_name("uv"))
            trouble = f"the environment {name} could not be made; is the package index reachable?"
            run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], trouble)
            python = str(folder / "bin" / "python")
            run([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, "-r", str(pins)], trouble)
    return folder
