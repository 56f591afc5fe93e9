"""Actions that create a missing fixture: what they are called, what they write, and that this mends the finding."""

import pytest

from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.features.create_fixture import Creation, creations
from loopscope.rules import by_name
from loopscope.text.edit import apply_edits
from rules.world import ROOT, snapshot_of

RULE = Selection((by_name["unknown-fixture"],))
TEST = "def test_user(account):\n    assert account\n"
STRICT = "[pytest]\nasyncio_mode = strict\n"


def offered(files: dict[str, str]) -> dict[str, tuple[Creation, str]]:
    """The actions for the only finding of test_example.py by title, each with the new text of its file."""
    snapshot = snapshot_of(files)
    (finding,) = check_file(snapshot, ROOT / "test_example.py", RULE).findings
    found = creations(snapshot, finding)
    return {each.title: (each, apply_edits(files[each.path.name], each.edits)) for each in found}


def test_both_kinds_are_offered_here_and_in_the_nearest_conftest() -> None:
    found = offered({"test_example.py": TEST, "conftest.py": "", "pytest.ini": STRICT})
    assert list(found) == [
        "Create the fixture `account` here",
        "Create the async fixture `account` here",
        "Create the fixture `account` in conftest.py",
        "Create the async fixture `account` in conftest.py",
    ]


def test_without_a_plugin_that_runs_it_no_async_one_is_offered() -> None:
    ini = "[pytest]\naddopts = -p no:asyncio -p no:anyio\n"
    assert list(offered({"test_example.py": TEST, "pytest.ini": ini})) == ["Create the fixture `account` here"]


def test_it_is_written_before_what_requests_it_with_its_import() -> None:
    text = f"import os\n\nNAME = os.name\n\n\n{TEST}"
    found = offered({"test_example.py": text, "pytest.ini": STRICT})
    assert found["Create the async fixture `account` here"][1] == (
        "import os\n\nimport pytest_asyncio\n\nNAME = os.name\n\n\n"
        "@pytest_asyncio.fixture\nasync def account():\n    raise NotImplementedError\n\n\n"
        f"{TEST}"
    )


def test_in_auto_mode_the_async_one_is_a_plain_fixture() -> None:
    found = offered(
        {"test_example.py": f"import pytest as pt\n\n\n{TEST}", "pytest.ini": "[pytest]\nasyncio_mode = auto\n"}
    )
    assert "\n@pt.fixture\nasync def account():\n" in found["Create the async fixture `account` here"][1]


def test_it_goes_before_the_class_that_holds_the_test() -> None:
    text = "import pytest\r\n\r\n\r\nclass TestUser:\r\n\tdef test_user(self, account):\r\n\t\tassert account\r\n"
    new = offered({"test_example.py": text, "pytest.ini": STRICT})["Create the fixture `account` here"][1]
    lines = "@pytest.fixture\r\ndef account():\r\n\traise NotImplementedError\r\n\r\n\r\nclass TestUser:"
    assert new == text.replace("class TestUser:", lines)


@pytest.mark.parametrize("conftest", ["", "import pytest\n", "X = 1", "import os\n\nX = os\n"])
def test_every_creation_mends_the_finding(conftest: str) -> None:
    files = {"test_example.py": TEST, "conftest.py": conftest, "pytest.ini": STRICT}
    for creation, text in offered(files).values():
        compile(text, "created.py", "exec")
        snapshot = snapshot_of({**files, creation.path.name: text})
        assert check_file(snapshot, ROOT / "test_example.py", RULE).findings == ()
        assert text.endswith("\n")


def test_other_findings_get_none() -> None:
    files = {
        "test_example.py": "import pytest\n\n\n@pytest.fixture\ndef one(one):\n    return one\n\n\n"
        "def test(one):\n    pass\n"
    }
    snapshot = snapshot_of(files)
    (finding,) = check_file(snapshot, ROOT / "test_example.py", Selection((by_name["fixture-cycle"],))).findings
    assert creations(snapshot, finding) == ()
