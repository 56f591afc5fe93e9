"""Real pytest in all environments, each started when it is asked."""

import re
from pathlib import Path

from packaging.version import Version

from rules.environments import Pinned
from rules.judge import Judge, Verdict


class Judges:
    """One judge for each environment."""

    def __init__(self) -> None:
        self.started: dict[str, Judge] = {}

    def ask(self, environment: Pinned, folder: Path, files: dict[str, str]) -> Verdict:
        """What pytest says in an environment of a project, which is written to the folder."""
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(known_to(environment, text))
        if environment.name not in self.started:
            self.started[environment.name] = Judge(environment.python)
        return self.started[environment.name].ask(folder)

    def close(self) -> None:
        """End them all."""
        for judge in self.started.values():
            judge.close()


def known_to(environment: Pinned, text: str) -> str:
    """A text without the option that examples set only to be quiet, where pytest-asyncio does not know it yet."""
    if Version(environment.versions["pytest-asyncio"]) >= Version("0.24"):
        return text
    return re.sub(r"^asyncio_default_fixture_loop_scope = function\n", "", text, flags=re.MULTILINE)
