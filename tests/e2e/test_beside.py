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
from loopscope.rules import RULES
from loopscope.rules.model import Rule
from loopscope.rules.support.overlaps import codes, left_to
from rules.world import split_files, unmarked

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TOOLS = ("pyright", "ty", "ruff")
OTHER_MATTERS = {
    "reportMissingImports": "what an example imports is not installed here",
    "unresolved-import": "the same",
    "import-not-found": "the same",
    "I001": "covers all imports of a file",
    "PT031": "covers the whole block",
}

Place = tuple[int, int]


class Said(NamedTuple):
    """A diagnostic of a tool; lines and columns from 0."""

    path: str
    start: Place
    end: Place
    code: str


class Expected(NamedTuple):
    """What a rule flags in its bad example."""

    rule: Rule
    path: str
    start: Place
    end: Place


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
            texts, spans = unmarked(split_files(example.bad)).texts, unmarked(split_files(example.bad)).spans
            for name, text in texts.items():
                path = own / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                for start, end in spans.get(name, ()):
                    relative = path.relative_to(folder).as_posix()
                    found.append(Expected(rule, relative, place(text, start), place(text, end)))
    return found


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
    """Whether two diagnostics are at one place."""
    if one.path != other.path:
        return False
    return one.start == other.start or (one.start < other.end and other.start < one.end)


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
    expected = bad_examples(tmp_path)
    known = {rule.meta.name: set(codes(rule.meta, tool)) for rule in RULES}
    found = doubled(expected, say(tool, tmp_path))
    assert found
    unknown = {name: checks - known[name] for name, checks in found.items() if checks - known[name]}
    assert not unknown


@pytest.mark.parametrize("tool", TOOLS)
def test_with_the_settings_no_rule_is_doubled(tool: str, tmp_path: Path) -> None:
    expected = [one for one in bad_examples(tmp_path) if not left_to(one.rule.meta, [tool])]
    (tmp_path / "pyproject.toml").write_text(settings())
    assert doubled(expected, say(tool, tmp_path)) == {}


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
    said = {name: list(flagged(client.diagnostics(uris[name], 1))) for name, client in clients.items()}
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


def flagged(diagnostics: list[dict[str, Any]]) -> Iterator[Said]:
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
