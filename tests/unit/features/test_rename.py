"""Rename: every place changes and nothing else; pytest itself says that the tests still mean the same."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from loopscope.features.refusal import Refusal
from loopscope.features.rename import Renamable, prepare_rename, rename
from loopscope.text.edit import apply_edits
from rules.world import ROOT
from support.project import Project, project

FAMILY = """\
# file: conftest.py
import pytest

@pytest.fixture
def ⟦app⟧(): return "root"

@pytest.fixture
def client(⟦app⟧): return [⟦app⟧]
# file: test_a.py
import pytest

@pytest.fixture(name="⟦app⟧")
def overridden(⟦app⟧): return f"a {⟦app⟧}"

@pytest.mark.usefixtures("⟦app⟧")
def test_one(⟦ap‸p⟧, client):
    assert ⟦app⟧ == "a root" and client == [⟦app⟧]

@pytest.mark.parametrize("⟦app⟧", ["given"])
def test_replaced(client):
    assert client == ["given"]

class TestIt:
    @pytest.fixture
    def ⟦app⟧(self, ⟦app⟧): return ⟦app⟧.upper()

    def test_two(self, ⟦app⟧, request):
        assert ⟦app⟧ == "A ROOT" == request.getfixturevalue('⟦app⟧')
        app = dict(app=1) if False else None
# file: test_b.py
from other import app

def test_three(client): assert client == ["root"]
# file: other.py
app = 1
# file: unrelated/test_c.py
import pytest

@pytest.mark.parametrize("app", [1])
def test_four(app): assert app == 1
"""
ARGNAMES = """\
import pytest

@pytest.mark.parametrize("⟦a⟧", [1])
class TestIt:
    @pytest.mark.parametrize(("b", "c"), [(1, 2)])
    def test_one(self, ⟦a⟧, b, c): assert ⟦a⟧ == b

    def test_two(self, ⟦‸a⟧): assert [⟦a⟧ for _ in "x"] == [1]

@pytest.mark.parametrize("a", [1])
def test_three(a): assert a
"""


def renamed(one: Project, new: str) -> dict[str, str]:
    """The texts after a rename that is not refused, by path."""
    edits = rename(one.snapshot, one.search, one.path, one.offset, new)
    assert not isinstance(edits, Refusal), edits
    texts = {path: apply_edits(text, edits.get(path, ())) for path, text in one.texts.items()}
    return {path.relative_to(ROOT).as_posix(): text for path, text in texts.items()}


@pytest.mark.parametrize("text", [ARGNAMES], ids=["argnames"])
def test_all_marked_places_change_and_no_others(text: str) -> None:
    one = project(text)
    edits = rename(one.snapshot, one.search, one.path, one.offset, "fresh")
    assert not isinstance(edits, Refusal)
    assert one.shown((path, edit.span) for path, found in edits.items() for edit in found) == one.expected
    assert {edit.text for found in edits.values() for edit in found} == {"fresh"}


def test_a_local_in_the_way_of_the_walk_is_part_of_the_family() -> None:
    # `app = …` in `test_two` rebinds the parameter itself, so it goes with it.
    one = project(FAMILY)
    after = renamed(one, "site")
    assert "        site = dict(app=1) if False else None" in after["test_a.py"]
    assert after["test_b.py"].startswith("from other import app")
    assert after["other.py"] == "app = 1\n"
    assert after["unrelated/test_c.py"].count("site") == 0


@pytest.mark.parametrize("text", [FAMILY.replace("        app = dict(app=1) if False else None\n", ""), ARGNAMES])
def test_pytest_agrees(text: str, tmp_path: Path) -> None:
    one = project(text)
    before = {path.relative_to(ROOT).as_posix(): text for path, text in one.texts.items()}
    assert outcomes(before, tmp_path / "before") == outcomes(renamed(one, "site"), tmp_path / "after")


def outcomes(texts: dict[str, str], folder: Path) -> dict[str, str]:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "report.py").write_text(
        "import json, pytest\n"
        "found = {}\n"
        "def pytest_runtest_logreport(report):\n"
        "    if report.when == 'call' or report.outcome != 'passed': found[report.nodeid] = report.outcome\n"
        "def pytest_sessionfinish(): open('found.json', 'w').write(json.dumps(found))\n"
    )
    options = ["-q", "-p", "report", "-p", "no:cacheprovider", "--rootdir", str(folder), "-c", "/dev/null"]
    subprocess.run([sys.executable, "-m", "pytest", *options, str(folder)], cwd=folder, check=True, capture_output=True)
    found: dict[str, str] = json.loads((folder / "found.json").read_text())
    assert found
    return found


FIXTURE = "import pytest\n\n@pytest.fixture\ndef app(): ...\n\n"
REFUSED = {
    "no name": (f"{FIXTURE}def test(ap‸p): ...", "1x", "invalid name"),
    "a keyword": (f"{FIXTURE}def test(ap‸p): ...", "class", "invalid name"),
    "request": (f"{FIXTURE}def test(ap‸p): ...", "request", "reserved name"),
    "a test's name": (f"{FIXTURE}def test(ap‸p): ...", "test_app", "reserved name"),
    "a local": (f"{FIXTURE}def test(ap‸p):\n    new = app", "new", "local name"),
    "a global that is read": (f"{FIXTURE}def test(ap‸p):\n    lambda: new", "new", "local name"),
    "a name of the module": (f"new = 1\n{FIXTURE}def test(ap‸p): ...", "new", "module name"),
    "a builtin that the module uses": (f"{FIXTURE}def test(ap‸p): ...\n\nprint(list)", "list", "module name"),
    "another fixture": (f"{FIXTURE}@pytest.fixture\ndef new(): ...\n\ndef test(ap‸p): ...", "new", "other fixture"),
    "a plugin's fixture of that name": (f"{FIXTURE}def test(ap‸p): ...", "tmp_path", "other fixture"),
    "a parameter given by a mark": (
        f"{FIXTURE}@pytest.mark.parametrize('new', [1])\ndef test_x(new): ...\n\ndef test(ap‸p): ...",
        "new",
        "other parameter",
    ),
    "pytest's own": ("def test(tmp_pa‸th): ...", "new", "foreign fixture"),
    "an override of pytest's own": (
        "import pytest\n\n@pytest.fixture\ndef tmp_path(tmp_pa‸th): ...",
        "new",
        "foreign fixture",
    ),
    "a computed name with the same letters": (
        f"{FIXTURE}def test(ap‸p, request):\n    request.getfixturevalue('a' + x)",
        "new",
        "computed name",
    ),
    "a computed name and the string": (
        f"{FIXTURE}@pytest.mark.parametrize('x', ['app'])\ndef test(x, request): request.getfixturevalue(x)\n"
        "def test_b(ap‸p): ...",
        "new",
        "computed name",
    ),
    "a string among names of fixtures": (
        f"{FIXTURE}def test(ap‸p, request):\n    assert 'app' in request.fixturenames",
        "new",
        "computed name",
    ),
    "a string in pieces": (f"{FIXTURE}@pytest.mark.usefixtures('a' 'pp')\ndef test(ap‸p): ...", "new", "hidden place"),
    "asked for in a text file": (
        f"# file: test_words.txt\n>>> getfixture('app')\n1\n# file: test_a.py\n{FIXTURE}def test(ap‸p): ...",
        "new",
        "text file",
    ),
    "a lambda that may become a test": (
        f"{FIXTURE}class TestIt: ...\n\nsetattr(TestIt, 'test_x', lambda self, app: app)\n\ndef test(ap‸p): ...",
        "new",
        "uncertain",
    ),
    "an argument that a partial gives": (
        f"import functools\n{FIXTURE}def helper(app): ...\n\ntest_a = helper\ntest_b = functools.partial(helper, app=1)"
        "\n\ndef test(ap‸p): ...",
        "new",
        "uncertain",
    ),
    "bound again": (f"{FIXTURE}app = wrap(ap‸p)\n", "new", "nothing here"),
    "an argname with a fixture of the new name": (
        f"{FIXTURE}@pytest.mark.parametrize('x', [1])\ndef test(‸x): ...",
        "app",
        "other fixture",
    ),
    "an argname that a fixture requests": (
        "import pytest\n\n@pytest.fixture\ndef app(x): ...\n\n"
        "@pytest.mark.parametrize('x', [1])\ndef test(app, ‸x): ...",
        "new",
        "requested",
    ),
    "an argname from a variable": (
        "import pytest\n\nmark = pytest.mark.parametrize('x', [1])\n\n@mark\ndef test(‸x): ...",
        "new",
        "computed name",
    ),
}


@pytest.mark.parametrize(("text", "new", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_a_reason(text: str, new: str, code: str) -> None:
    one = project(text)
    refused = rename(one.snapshot, one.search, one.path, one.offset, new)
    assert isinstance(refused, Refusal)
    assert refused.code == code
    assert refused.reason.endswith(".")


def test_a_partial_in_a_function_is_no_reason() -> None:
    one = project(f"import functools\n{FIXTURE}def test(ap‸p):\n    functools.partial(print, app=app)()")
    assert not isinstance(rename(one.snapshot, one.search, one.path, one.offset, "new"), Refusal)


def test_computed_names_that_cannot_come_out_are_no_reason() -> None:
    one = project(f"{FIXTURE}def test(ap‸p, request):\n    request.getfixturevalue(f'{{x}}_client')")
    assert set(renamed(one, "new")) == {"test_a.py"}


def test_prepared_with_the_name_and_its_place() -> None:
    one = project(f"{FIXTURE}def test(⟦a‸pp⟧): ...")
    prepared = prepare_rename(one.snapshot, one.path, one.offset)
    assert isinstance(prepared, Renamable)
    assert one.shown([(one.path, prepared.span)]) == one.expected
    assert prepared.name == "app"


def test_not_prepared_for_what_is_foreign_or_nothing() -> None:
    one = project("def test(tmp_p‸ath): ...")
    assert isinstance(prepare_rename(one.snapshot, one.path, one.offset), Refusal)
    one = project("def te‸st(): ...")
    assert prepare_rename(one.snapshot, one.path, one.offset) is None
