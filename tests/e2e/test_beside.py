"""loopscope beside pyright, ty and ruff, each with the settings of docs/beside-others.md: nothing is said twice."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from e2e.lsp_client import Client
from loopscope.engine.neighbours import not_left
from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.rules import RULES, by_name
from loopscope.rules.model import Rule
from loopscope.rules.support.overlaps import codes, named
from loopscope.workspace.snapshot import Snapshot
from rules.environments import home_of
from rules.world import ROOT as SNAPSHOT
from rules.world import snapshot_of, split_files, unmarked

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TOOLS = ("pyright", "ty", "ruff")
OTHER_MATTERS = {
    "reportMissingImports": "what an example imports is not installed here",
    "unresolved-import": "the same",
    "import-not-found": "the same",
    "I001": "covers all imports of a file",
}

Place = tuple[int, int]


class Said(NamedTuple):
    """A diagnostic of a tool; lines and columns from 0."""

    path: str
    start: Place
    end: Place
    code: str


class Expected(NamedTuple):
    """What a rule flags in its bad example; `shown_beside` are the tools beside which it is shown there."""

    rule: Rule
    path: str
    start: Place
    end: Place
    shown_beside: frozenset[str]
    overlaps: tuple[str, ...]


def settings() -> str:
    """All settings that the page shows, as one pyproject.toml; mypy's are not tested here."""
    page = (ROOT / "docs" / "beside-others.md").read_text()
    return "\n".join(re.findall(r"```toml\n(.*?)```", page, re.DOTALL))


def bad_examples(folder: Path) -> list[Expected]:
    """Writes the bad examples of all rules that are on by default into a folder; what is to be found there."""
    found: list[Expected] = []
    for rule in RULES:
        for number, example in enumerate(rule.examples if rule.meta.default else ()):
            own = folder / "tests" / f"{rule.meta.name.replace('-', '_')}_{number}"
            texts = unmarked(split_files(example.bad)).texts
            known = unmarked(split_files(example.bad, example.config)).texts
            snapshot = snapshot_of(known, installed=home_of(example.proof).found)
            for name, text in texts.items():
                path = own / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                found += expected(snapshot, name, text, path.relative_to(folder).as_posix(), (rule,))
    return found


def shown(text: str, path: str, others: Mapping[str, str] = {}) -> list[Expected]:
    """What is to be found in a file by the rules that are on by default."""
    snapshot = snapshot_of({"test_example.py": text, **others})
    rules = tuple(rule for rule in RULES if rule.meta.default)
    return expected(snapshot, "test_example.py", text, path, rules)


def expected(snapshot: Snapshot, name: str, text: str, path: str, rules: tuple[Rule, ...]) -> list[Expected]:
    """What rules find in a file of a snapshot."""
    findings = check_file(snapshot, SNAPSHOT / name, Selection(rules)).findings
    beside = {tool: not_left(snapshot, SNAPSHOT / name, findings, [tool]) for tool in TOOLS}
    return [
        Expected(
            by_name[one.rule],
            path,
            place(text, one.span.start),
            place(text, one.span.end),
            frozenset(tool for tool in TOOLS if one in beside[tool]),
            one.overlaps,
        )
        for one in findings
    ]


def place(text: str, offset: int) -> Place:
    """A line and a column."""
    return text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1)


def say(tool: str, folder: Path) -> list[Said]:
    """What a tool's command line finds in a folder."""
    commands = {
        "pyright": ["pyright", "--pythonpath", sys.executable, "--outputjson", "."],
        "ty": ["ty", "check", "--python", sys.prefix, "--output-format", "gitlab", "."],
        "ruff": ["ruff", "check", "--no-cache", "--output-format", "json", "."],
    }
    command = commands[tool]
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout, done.stderr
    readers = {"pyright": from_pyright, "ty": from_ty, "ruff": from_ruff}
    found = [one for one in readers[tool](json.loads(done.stdout), folder) if one.code not in OTHER_MATTERS]
    assert found
    return found


def from_pyright(output: Any, folder: Path) -> Iterator[Said]:
    for one in output["generalDiagnostics"]:
        start, end = ((at["line"], at["character"]) for at in (one["range"]["start"], one["range"]["end"]))
        path = Path(one["file"]).relative_to(folder.resolve()).as_posix()
        yield Said(path, start, end, one.get("rule", "syntax"))


def from_ty(output: Any, _: Path) -> Iterator[Said]:
    for one in output:
        at = one["location"]["positions"]
        start, end = ((each["line"] - 1, each["column"] - 1) for each in (at["begin"], at["end"]))
        yield Said(one["location"]["path"], start, end, one["check_name"])


def from_ruff(output: Any, folder: Path) -> Iterator[Said]:
    for one in output:
        start, end = ((each["row"] - 1, each["column"] - 1) for each in (one["location"], one["end_location"]))
        path = Path(one["filename"]).relative_to(folder.resolve()).as_posix()
        yield Said(path, start, end, one["code"] or "invalid-syntax")


def overlap(one: Said | Expected, other: Said | Expected) -> bool:
    """Whether two diagnostics are at one place; of a whole block that is where it begins."""
    if one.path != other.path:
        return False
    return one.start == other.start or (one.start < shown_end(other) and other.start < shown_end(one))


def shown_end(one: Said | Expected) -> Place:
    """Where a diagnostic ends in its first line."""
    return one.end if one.start[0] == one.end[0] else (one.start[0] + 1, 0)


def doubled(expected: list[Expected], said: list[Said]) -> dict[str, set[str]]:
    """The checks that say what a rule says, by rule."""
    found: dict[str, set[str]] = {}
    for one in expected:
        same = {other.code for other in said if overlap(one, other)}
        if same:
            found.setdefault(one.rule.meta.name, set()).update(same)
    return found


@pytest.mark.parametrize("tool", TOOLS)
def test_each_overlap_is_known_to_the_rule(tool: str, tmp_path: Path) -> None:
    flagged = bad_examples(tmp_path)
    known = {rule.meta.name: set(codes(rule.meta, tool)) for rule in RULES}
    for one in flagged:
        known[one.rule.meta.name].update(named(one.overlaps, tool))
    found = doubled(flagged, say(tool, tmp_path))
    assert found
    unknown = {name: checks - known[name] for name, checks in found.items() if checks - known[name]}
    assert not unknown


@pytest.mark.parametrize("tool", TOOLS)
def test_with_the_settings_no_rule_is_doubled(tool: str, tmp_path: Path) -> None:
    flagged = [one for one in bad_examples(tmp_path) if tool in one.shown_beside]
    (tmp_path / "pyproject.toml").write_text(settings())
    assert doubled(flagged, say(tool, tmp_path)) == {}


USES = """\
import pytest


class Client:
    @property
    async def files(self) -> dict[str, int]:
        return {"file": 1}

    async def pair(self) -> tuple[int, int]:
        return 1, 2


@pytest.fixture
def client():
    return Client()


@pytest.mark.asyncio
async def test_client(client):
    client.pair()
    first, second = client.pair()
    pair = client.pair()
    assert pair[0] == 1
    client.pair()[0] + 1
    client.pair() + (3,)
    len(client.pair())
    1 in client.pair()
    client.pair() < (1, 3)
    isinstance(client.pair(), tuple)
    for each in client.pair():
        print(each)
    with client.pair():
        pass
    async with client.pair():
        pass
    async for each in client.pair():
        print(each)
    print([each for each in client.pair()])
    files = client.files
    print(files["file"])
    print(client.files["file"], client.files.get("file"))
    len(client.files)
    print("file" in client.files)
    (key,) = client.files
    for key in client.files:
        print(key)
"""


@pytest.mark.parametrize("tool", ["pyright", "ty"])
def test_what_a_type_checker_knows_is_left_to_it(tool: str, tmp_path: Path) -> None:
    typed = USES.replace("test_client(client)", "test_client(client: Client)")
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text(settings())
    found: dict[str, list[Expected]] = {}
    for name, text in (("test_untyped.py", USES), ("test_typed.py", typed)):
        (tmp_path / "tests" / name).write_text(text)
        found[name] = list(shown(text, f"tests/{name}"))
    said = say(tool, tmp_path)
    untyped = [one for one in found["test_untyped.py"] if tool in one.shown_beside]
    left = [one for one in found["test_typed.py"] if tool not in one.shown_beside]
    assert untyped == found["test_untyped.py"]
    assert [one for one in left if not any(overlap(one, other) for other in said)] == []
    assert doubled([one for one in found["test_typed.py"] if one not in left], said) == {}
    assert left


@pytest.mark.parametrize(
    ("config", "left"), [("", True), ('[lint]\nselect = ["E"]\n', False), ('[lint]\nignore = ["F811"]\n', False)]
)
def test_ruff_is_left_what_it_selects(config: str, left: bool) -> None:
    example = by_name["shadowed-fixture"].examples[0]
    text = unmarked(split_files(example.bad)).texts["test_example.py"]
    found = shown(text, "test_example.py", {"ruff.toml": config})
    assert ["ruff" not in one.shown_beside for one in found] == [left]


SERVERS: Mapping[str, list[str]] = {
    "loopscope": [sys.executable, "-m", "loopscope", "server"],
    "pyright": [str(BIN / "pyright-langserver"), "--stdio"],
    "ty": [str(BIN / "ty"), "server"],
    "ruff": [str(BIN / "ruff"), "server"],
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project, set up as the page says, for all four."""
    shop = tmp_path_factory.mktemp("beside") / "shop"
    shutil.copytree(ROOT / "examples" / "shop", shop, ignore=shutil.ignore_patterns("__pycache__"))
    mode = '[tool.pytest.ini_options]\nasyncio_mode = "strict"\n'
    ours = settings().replace('["pyright", "ruff"]', '["pyright", "ruff", "ty"]')
    (shop / "pyproject.toml").write_text(mode + ours)
    return shop


@pytest.fixture(scope="module")
def clients(shop: Path, cache: Path) -> Iterator[dict[str, Client]]:
    """Sessions with the four servers, as an editor has them."""
    clients = {name: Client(shop, cache, command) for name, command in SERVERS.items()}
    for client in clients.values():
        client.settings_of = lambda item: {"pythonPath": sys.executable} if item.get("section") == "python" else None
    for client in clients.values():
        client.initialize(shop)
    yield clients
    for client in clients.values():
        client.stop()  # a wrapper that is killed leaves its server behind
        client.kill()


def test_four_servers_on_one_file(shop: Path, clients: dict[str, Client]) -> None:
    path = shop / "tests" / "test_orders.py"
    text = path.read_text() + "\n\nasync def test_undefined():\n    assert database.orders == [] and os\n"
    uris = {name: client.open(path, text) for name, client in clients.items()}
    said = {name: list(of_server(client.diagnostics(uris[name], 1))) for name, client in clients.items()}
    # What it publishes first may be a part of it.
    pulled = clients["loopscope"].request("textDocument/diagnostic", {"textDocument": {"uri": uris["loopscope"]}})
    said["loopscope"] = list(of_server(pulled["items"]))
    everything = [(name, one) for name, found in said.items() for one in found]
    assert {"loopscope", "pyright", "ty", "ruff"} == {name for name, _ in everything}
    twice = [
        (name, one.code, other.code)
        for name, one in everything
        for neighbour, other in everything
        if name == "loopscope" != neighbour and overlap(one, other)
    ]
    assert twice == []
    assert {one.code for one in said["loopscope"]} >= {"missing-await", "assert-on-coroutine"}


def of_server(diagnostics: list[dict[str, Any]]) -> Iterator[Said]:
    for one in diagnostics:
        start, end = ((at["line"], at["character"]) for at in (one["range"]["start"], one["range"]["end"]))
        yield Said("", start, end, str(one.get("code", "")))


def test_a_fixture_is_offered_once(shop: Path, clients: dict[str, Client]) -> None:
    path = shop / "tests" / "test_more.py"
    text = (
        (shop / "tests" / "test_orders.py")
        .read_text()
        .replace("test_first_order(database)", "test_first_order(database, cata)")
    )
    line = next(number for number, each in enumerate(text.splitlines()) if "cata)" in each)
    position = {"line": line, "character": text.splitlines()[line].index("cata)") + 4}
    offered: list[tuple[str, str]] = []
    for name in ("loopscope", "pyright", "ty"):  # ruff completes nothing
        uri = clients[name].open(path, text)
        answer = clients[name].request("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        items = answer["items"] if isinstance(answer, dict) else answer or []
        offered += [(name, item["label"]) for item in items if item["label"] == "catalogue"]
    assert offered == [("loopscope", "catalogue")]


def test_members_are_offered_once(shop: Path, clients: dict[str, Client], client: Client) -> None:
    path = shop / "tests" / "test_members.py"
    text = "from shop import Database\n\n\nasync def test_shop():\n    db = Database()\n    db.conn\n"
    at = {"line": 5, "character": len("    db.conn")}

    def offered(asked: Client, uri: str) -> list[str]:
        answer = asked.request("textDocument/completion", {"textDocument": {"uri": uri}, "position": at})
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return [item["label"] for item in items if item["label"].startswith("connect")]

    pyright, loopscope = clients["pyright"], clients["loopscope"]
    assert offered(pyright, pyright.open(path, text))
    assert offered(loopscope, loopscope.open(path, text))
    client.settings = {"defaults": {"membersOfAllValues": False}}
    client.initialize(shop)
    assert offered(client, client.open(path, text)) == []


def test_what_is_left_to_another_keeps_its_fix(tmp_path: Path, client: Client) -> None:
    path = tmp_path / "test_shop.py"
    text = (
        "import pytest\n\n\n@pytest.fixture\ndef shop():\n    return []\n\n\n"
        "def test_empty():\n    assert shop[0] is None\n"
    )
    path.write_text(text)
    client.settings = {"beside": ["pyright"]}
    client.initialize(tmp_path)
    uri = client.open(path)
    assert client.diagnostics(uri, 1) == []
    at = {"line": 9, "character": 12}
    params = {"textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": {"diagnostics": []}}
    titles = [action["title"] for action in client.request("textDocument/codeAction", params)]
    assert any("shop" in title for title in titles), titles
