"""jedi as oracle: asked beside the analysis what own reading does not tell, in a process of its own."""

import sys
from pathlib import Path

import pytest

from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.host.cache import Cache
from loopscope.host.environment import find_environment
from loopscope.host.files import DiskFiles
from loopscope.lsp.oracle import Oracle
from loopscope.rules import by_name
from loopscope.semantics.process import JediProcess
from loopscope.workspace.cancel import NEVER
from loopscope.workspace.oracle import Answer
from loopscope.workspace.snapshot import Snapshot

RULE = Selection((by_name["missing-await"],))
APP = "class Client:\n    async def get(self): ...\n    def sync(self): ...\n"
CONFTEST = """\
import pytest
from app import Client

TABLE = {"client": Client}


@pytest.fixture
def client():
    made = TABLE["client"]()
    yield made


@pytest.fixture
def unknowable(request):
    return request.param


@pytest.fixture
def either(request):
    if request.param:
        return TABLE["client"]()
    return [1][0]
"""
TEST = """\
async def test_it(client, either):
    client.get()
    client.sync()
    either.get()
"""


def project(folder: Path) -> Snapshot:
    for name, text in {"app.py": APP, "conftest.py": CONFTEST, "test_it.py": TEST, "pytest.ini": "[pytest]\n"}.items():
        (folder / name).write_text(text, encoding="utf-8")
    environment = find_environment(folder, sys.prefix, {})
    return Snapshot(DiskFiles((folder, *environment.import_roots)), [folder], lambda _: environment)


def found(snapshot: Snapshot, folder: Path) -> list[int]:
    report = check_file(snapshot, folder / "test_it.py", RULE)
    assert report.errors == ()
    return [TEST.count("\n", 0, each.span.start) + 1 for each in report.findings]


@pytest.fixture
def oracle(tmp_path_factory: pytest.TempPathFactory):
    made = Oracle(Cache(tmp_path_factory.mktemp("cache")), JediProcess(deadline=60))
    yield made
    made.stop()


def test_an_answer_lets_rules_find_more(tmp_path: Path, oracle: Oracle) -> None:
    before = project(tmp_path)
    assert found(before, tmp_path) == []
    assert {each.id.qualname for each in before.questions} == {"client", "either"}
    answers = oracle.answers(before, NEVER)
    assert {each.id.qualname: answer for each, answer in answers.items()} == {
        "client": Answer(tmp_path / "app.py", "Client"),
        "either": None,
    }
    after = before.answered(answers)
    assert after.questions == ()
    assert found(after, tmp_path) == [2]
    assert found(before, tmp_path) == []


def test_answers_are_kept_on_disk(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    snapshot = project(tmp_path)
    found(snapshot, tmp_path)
    folder = tmp_path_factory.mktemp("cache")
    first = Oracle(Cache(folder), JediProcess(deadline=60))
    answers = first.answers(snapshot, NEVER)
    first.stop()
    nobody = JediProcess(deadline=0)
    assert Oracle(Cache(folder), nobody).answers(snapshot, NEVER) == answers


def test_once_closed_no_process_is_started_for_the_questions_left() -> None:
    process = JediProcess(deadline=60)
    assert process.ask({}) == {}
    process.close()
    assert process.ask({}) is None


def test_an_edit_elsewhere_keeps_the_answer_and_one_of_the_fixture_asks_again(tmp_path: Path, oracle: Oracle) -> None:
    snapshot = project(tmp_path)
    found(snapshot, tmp_path)
    answered = snapshot.answered(oracle.answers(snapshot, NEVER))
    (tmp_path / "conftest.py").write_text(CONFTEST.replace('TABLE["client"]()', "object()", 1), encoding="utf-8")
    edited = answered.after([tmp_path / "conftest.py"], project_files(tmp_path))
    assert found(answered.after([tmp_path / "test_it.py"]), tmp_path) == [2]
    again = oracle.answers(edited, NEVER)
    assert found(edited.answered(again), tmp_path) == []


def project_files(folder: Path) -> DiskFiles:
    return DiskFiles((folder, *find_environment(folder, sys.prefix, {}).import_roots))


def test_late_answers_are_given_up_and_asked_for_again(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    snapshot = project(tmp_path)
    found(snapshot, tmp_path)
    folder = tmp_path_factory.mktemp("cache")
    hasty = Oracle(Cache(folder), JediProcess(deadline=0))
    assert set(hasty.answers(snapshot, NEVER).values()) == {None}
    patient = Oracle(Cache(folder), JediProcess(deadline=60))
    assert Answer(tmp_path / "app.py", "Client") in patient.answers(snapshot, NEVER).values()
    patient.stop()


def test_nothing_of_the_project_runs(tmp_path: Path, oracle: Oracle) -> None:
    snapshot = project(tmp_path)
    bomb = f"import pathlib; pathlib.Path({str(tmp_path / 'marker')!r}).write_text('executed')\n"
    for name in ("jedi.py", "json.py", "sitecustomize.py"):
        (tmp_path / name).write_text(bomb, encoding="utf-8")
    (tmp_path / "app.py").write_text(bomb + APP, encoding="utf-8")
    found(snapshot, tmp_path)
    assert Answer(tmp_path / "app.py", "Client") in oracle.answers(snapshot, NEVER).values()
    assert not (tmp_path / "marker").exists()
