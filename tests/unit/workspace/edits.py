"""Edits as people make them in small projects, by a random number generator."""

import random
import re
from collections.abc import Callable, Mapping

Texts = Mapping[str, str]

_DEF = re.compile(r"^([ \t]*)(async def|def|class) (\w+)", re.MULTILINE)
_DECORATORS = (
    "@pytest.fixture",
    '@pytest.fixture(scope="session")',
    "@pytest.fixture(autouse=True)",
    "@pytest_asyncio.fixture",
    '@pytest_asyncio.fixture(loop_scope="module")',
    "@pytest.mark.asyncio",
    "@pytest.mark.anyio",
    '@pytest.mark.parametrize("x", [1, 2])',
    "@staticmethod",
    "@contextlib.asynccontextmanager",
)
_LINES = (
    "import asyncio as pytest\n",
    "from helper import *\n",
    "from app import Client as wait\n",
    "from unittest.mock import AsyncMock, Mock, patch\n",
    "pytestmark = pytest.mark.asyncio\n",
    'pytest_plugins = ["plugin"]\n',
    "helper = None\n",
    "del pytest\n",
)
_STATEMENTS = (
    "yield 1\n",
    "return Client()\n",
    "await asyncio.sleep(1)\n",
    "asyncio.sleep(1)\n",
    "self.client = AsyncMock()\n",
    "client.get = AsyncMock()\n",
    "client.get('/')\n",
    "start()\n",
    "request.getfixturevalue('client')\n",
    "def inner():\n",
    "with patch('app.Client.fetch'):\n",
    "global helper\n",
)
_FIXTURES = ("", "request", "client", "plain", "event_loop", "tmp_path", "self, own")
_CONFIG = ("asyncio_mode = auto", "usefixtures = client", "python_files = *.py", "addopts = -p no:asyncio", "")


def edited(rng: random.Random, texts: Texts, start: Texts) -> dict[str, str | None]:
    """Some files of a project with new texts, None for those that are deleted; `start` is what it was once."""
    changes: dict[str, str | None] = {}
    for _ in range(rng.choice((1, 1, 1, 2))):
        name = rng.choice(sorted(start))
        text = texts.get(name)
        if text is None or rng.random() < 0.1 or len(text) > 4000:
            changes[name] = start[name]
        elif rng.random() < 0.04:
            changes[name] = None
        elif name.endswith(".ini"):
            changes[name] = f"[pytest]\n{rng.choice(_CONFIG)}\n"
        else:
            changes[name] = rng.choice(_EDITS)(rng, text, texts)
    return {name: text for name, text in changes.items() if text != texts.get(name)}


def _typed(rng: random.Random, text: str, _: Texts) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(("x", "(", ")", '"""', "\n", "    ", ":", ", ", "[", "# ")) + text[at:]


def _deleted(rng: random.Random, text: str, _: Texts) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.choice((1, 1, 4, 30)) :]


def _line_moved(rng: random.Random, text: str, _: Texts) -> str:
    lines = text.splitlines(keepends=True) or ["\n"]
    line = lines.pop(rng.randrange(len(lines)))
    for _number in range(rng.choice((0, 1, 2))):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return "".join(lines)


def _line_added(rng: random.Random, text: str, _: Texts) -> str:
    lines = text.splitlines(keepends=True)
    lines.insert(rng.randrange(min(len(lines), 6) + 1), rng.choice(_LINES))
    return "".join(lines)


def _statement_added(rng: random.Random, text: str, _: Texts) -> str:
    lines = text.splitlines(keepends=True)
    heads = [at for at, line in enumerate(lines) if re.match(r"\s*(async )?def .*:$", line)]
    if heads:
        at = rng.choice(heads)
        indent = len(lines[at]) - len(lines[at].lstrip())
        lines.insert(at + 1, f"{' ' * indent}    {rng.choice(_STATEMENTS)}")
    return "".join(lines)


def _renamed(rng: random.Random, text: str, _: Texts) -> str:
    return _at_definition(rng, text, lambda found, other: found[0].removesuffix(found[3]) + other)


def _made_async(rng: random.Random, text: str, _: Texts) -> str:
    words = {"def": "async def", "async def": "def", "class": "class"}
    return _at_definition(rng, text, lambda found, _: f"{found[1]}{words[found[2]]} {found[3]}")


def _decorated(rng: random.Random, text: str, _: Texts) -> str:
    decorator = rng.choice(_DECORATORS)
    return _at_definition(rng, text, lambda found, _: f"{found[1]}{decorator}\n{found[0]}")


def _parameters(rng: random.Random, text: str, _: Texts) -> str:
    names = rng.choice(_FIXTURES)
    return _at(rng, text, re.compile(r"(def \w+)\([^()\n]*\)"), lambda found: f"{found[1]}({names})")


def _awaited(rng: random.Random, text: str, _: Texts) -> str:
    return _at(rng, text, re.compile(r"await |(?<= )(?=[a-z_.]+\()"), lambda found: "" if found[0] else "await ")


def _bases(rng: random.Random, text: str, _: Texts) -> str:
    base = rng.choice(("", "(Base)", "(Mixin)", "(unittest.IsolatedAsyncioTestCase)"))
    return _at(rng, text, re.compile(r"(class \w+)(\(\w*\))?:"), lambda found: f"{found[1]}{base}:")


def _pasted(rng: random.Random, text: str, texts: Texts) -> str:
    """A definition of any file, at the end or before another one, or none of that name any more."""
    other = rng.choice([text, *(texts[name] for name in sorted(texts) if name.endswith(".py"))])
    found = [*re.finditer(r"^(@.*\n)*(async )?(def|class) .*\n([ \t]+.*\n|\n)*", other, re.MULTILINE)]
    if not found:
        return text
    piece = rng.choice(found)[0]
    if piece in text and rng.random() < 0.5:
        return text.replace(piece, "")
    return f"{piece}{text}" if rng.random() < 0.3 else f"{text}\n{piece}"


def _at_definition(rng: random.Random, text: str, new: Callable[[re.Match[str], str], str]) -> str:
    names = [found[3] for found in _DEF.finditer(text)]
    other = rng.choice([*names, "client", "renamed"])
    return _at(rng, text, _DEF, lambda found: new(found, other))


def _at(rng: random.Random, text: str, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> str:
    found = [*pattern.finditer(text)]
    if not found:
        return text
    one = rng.choice(found)
    return text[: one.start()] + new(one) + text[one.end() :]


_EDITS = (
    *(_typed, _deleted, _line_moved, _line_added, _statement_added, _renamed, _made_async, _decorated, _parameters),
    *(_awaited, _bases, _pasted),
)
