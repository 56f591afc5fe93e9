"""With nothing installed the newest pytest-asyncio stands in, and what only another plugin could do stays unknown."""

from pathlib import PurePath

import pytest

from loopscope.text.files import Entry, Unreadable, folders_among
from loopscope.workspace.loops import runner
from loopscope.workspace.model import Decision, Runner, Unknown
from loopscope.workspace.snapshot import Snapshot

ROOT = PurePath("/project")
TESTS = """\
import pytest

@pytest.mark.asyncio
async def test_marked(): ...

async def test_unmarked(): ...

@pytest.mark.anyio
async def test_of_another_plugin(): ...
"""


class Texts(dict[PurePath, str]):
    """`Files` of a dict."""

    def read(self, path: PurePath) -> str | Unreadable:
        return self.get(path, Unreadable("does not exist"))

    def is_file(self, path: PurePath) -> bool:
        return path in self

    def is_dir(self, path: PurePath) -> bool:
        return any(path in each.parents for each in self)

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        return tuple(Entry(each.name, is_dir=False) for each in sorted(self) if each.parent == path)

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        return folders_among(self.entries(path), beginning)


def runners(config: str) -> dict[str, Runner | str | None]:
    files = Texts({ROOT / "pytest.ini": config, ROOT / "test_a.py": TESTS})
    snapshot = Snapshot(files, [ROOT])
    view = snapshot.module(ROOT / "test_a.py")
    found = {test.name: runner(snapshot, view, test) for test in view.tests}
    return {name: each.value if isinstance(each, Decision) else "unknown" for name, each in found.items()}


@pytest.mark.parametrize(
    ("config", "unmarked", "of_another_plugin"),
    [
        ("[pytest]\n", "unknown", "unknown"),
        ("[pytest]\nasyncio_mode = strict\n", None, "unknown"),
        ("[pytest]\nasyncio_mode = auto\n", Runner.PYTEST_ASYNCIO, Runner.PYTEST_ASYNCIO),
    ],
)
def test_what_the_project_says_decides(config: str, unmarked: object, of_another_plugin: object) -> None:
    assert runners(config) == {
        "test_marked": Runner.PYTEST_ASYNCIO,
        "test_unmarked": unmarked,
        "test_of_another_plugin": of_another_plugin,
    }


def test_a_plugin_that_is_switched_off_is_not_assumed() -> None:
    assert set(runners("[pytest]\naddopts = -p no:asyncio\n").values()) == {"unknown"}


def test_fixtures_that_the_project_lacks_are_unknown() -> None:
    files = Texts({ROOT / "test_a.py": "def test_it(tmp_path): ...\n"})
    view = Snapshot(files, [ROOT]).module(ROOT / "test_a.py")
    assert isinstance(view.closure(view.tests[0]).unknown["tmp_path"], Unknown)
