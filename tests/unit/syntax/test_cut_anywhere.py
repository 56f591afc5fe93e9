"""With one function of a real file cut at any token, everything else of the file is still found."""

import ast
import io
import random
import tokenize
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from loopscope.syntax.chunk import Tree
from loopscope.syntax.parse import parse
from support.real_sources import ANYIO, ASYNCIO, PYTEST, TESTS, read

CUTS_PER_FILE = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef

NASTY = '''
import pytest
import pytest_asyncio as pa

TEXT = """
def test_in_a_string():
    pass
"""


@pa.fixture(
    scope="module",
    loop_scope="module",
)
async def client(request, *, size: int = (1, 2)[0]):
    """Doc with 'quotes' and (brackets."""
    async with make(
        a=1,
    ) as made:
        yield made
    # a comment (that opens


class TestOuter:
    """Doc."""

    pytestmark = [pytest.mark.asyncio]

    @pytest.mark.parametrize(
        "a, b",
        [
            (1, """x
def not_a_test(): pass
"""),
        ],
    )
    async def test_one(self, a, b):
        try:
            await a
        except* ValueError as error:
            raise
        else:
            assert f"{a!r:>{b}}" == f\'\'\'{a}\'\'\'
        finally:
            pass

    class TestInner:
        def test_two(self): return {
            "a": 1,
        }

        async def test_three(
            self,
            client,
            /,
            x=1,
            *args: int,
        ) -> None:
            if x: await client
            elif args:
                while True: break
            match x:
                case [1, *_]:
                    return
                case {"k": v} if v:
                    pass


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore")
def test_last(client): assert client; x = 1; \\
    y = 2


if True:
    def conditional():
        return """one
two"""
else:
    async def conditional_too():
        async for a in b:
            yield a
'''


class Definition(NamedTuple):
    """What must still be found: the path of names, the kind of definition, and the decorators, innermost last."""

    path: tuple[str, ...]
    kind: str
    decorators: tuple[str, ...]


def definitions(tree: Tree) -> list[Definition]:
    """Every definition that is not inside a function, in chunks or split classes."""
    found: list[Definition] = []
    paths: dict[int | None, tuple[str, ...]] = {None: ()}
    for index, placed in enumerate(tree.chunks):
        above = paths[placed.holder]
        found += below(placed.chunk.body, above)
        if placed.chunk.kind == "class":
            (header,) = placed.chunk.body
            assert isinstance(header, ast.ClassDef)
            paths[index] = (*above, header.name)
    return found


def below(body: tuple[ast.stmt, ...] | list[ast.stmt], above: tuple[str, ...]) -> list[Definition]:
    found: list[Definition] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            path = (*above, node.name)
            decorators = tuple(ast.unparse(decorator) for decorator in node.decorator_list)
            found.append(Definition(path, type(node).__name__, decorators))
            if isinstance(node, ast.ClassDef):
                found += below(node.body, path)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            found += below(node.body, above) + below(getattr(node, "orelse", []), above)
    return found


def functions(text: str) -> list[tuple[Function, int, int]]:
    """The functions that are not inside another one, each with where it begins (decorators too) and ends."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found: list[tuple[Function, int, int]] = []

    def visit(body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                assert node.end_lineno is not None
                found.append((node, starts[first - 1], starts[node.end_lineno] - 1))
            elif isinstance(node, ast.ClassDef | ast.If):
                visit(node.body)

    visit(ast.parse(text).body)
    return found


def tokens_between(text: str, start: int, end: int) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found: list[int] = []
    inside = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        at = starts[token.start[0] - 1] + token.start[1]
        # From Python 3.12 on an f-string is several tokens: cut within, it has no end.
        name = tokenize.tok_name[token.type]
        inside -= name in ("FSTRING_END", "TSTRING_END")
        if start <= at < end and token.string.strip() and not inside and not name.endswith("STRING_END"):
            found.append(at)
        inside += name in ("FSTRING_START", "TSTRING_START")
    return found


SAMPLES = [
    *(path for path in ASYNCIO if path.name in ("locks.py", "streams.py", "taskgroups.py")),
    *(path for path in TESTS if path.name in ("testinfer.py", "testsolve.py", "testutil.py")),
    *(path for path in (*PYTEST, *ANYIO) if path.name in ("fixtures.py", "pytest_plugin.py")),
]


def check_cuts(text: str, cuts: int | None) -> None:
    """Cut functions of a text at some tokens (all for None), and look for everything else, and for their names."""
    chosen = random.Random(len(text))
    whole = parse(text)
    assert not list(whole.problems())
    every = definitions(whole)
    places = [(node, at, end) for node, start, end in functions(text) for at in tokens_between(text, start, end)]
    for node, at, end in places if cuts is None else chosen.sample(places, min(cuts, len(places))):
        broken = text[:at] + text[end:]
        found = definitions(parse(broken, whole))
        where = f"cut {node.name} at {text[max(at - 60, 0) : at]!r}|{text[at : at + 20]!r}"
        missing = Counter((path, kind) for path, kind, _ in every)
        missing.subtract((path, kind) for path, kind, _ in found)
        lost = [key for key, count in missing.items() if count > 0]
        typed = text.rfind(node.name, 0, at) >= text.rfind("def ", 0, at) > text.rfind("\n", 0, at)
        own = [key for key in lost if key[0][-1] == node.name]
        assert [key for key in lost if key not in own] == [], where
        assert len(own) <= 1, where
        assert not (own and typed), where
        # Decorators left behind by the cut fall to the next definition, before its own.
        for path, kind, decorators in every:
            if path[-1] != node.name:
                now = [other.decorators for other in found if other[:2] == (path, kind)]
                assert any(each[len(each) - len(decorators) :] == decorators for each in now), where


def test_there_are_enough_files() -> None:
    assert len(SAMPLES) == 8


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_real_files(path: Path) -> None:
    check_cuts(read(path), CUTS_PER_FILE)


def test_nasty_file_at_every_token() -> None:
    check_cuts(NASTY, None)
