"""A tree is a function of the text alone, whatever was parsed before, and says what Python's parser says."""

import ast
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopscope.syntax.chunk import Located, Placed, Tree
from loopscope.syntax.parse import parse, parse_whole
from support.real_sources import ASYNCIO, TESTS, read

FILES = [path for path in (*ASYNCIO, *TESTS) if path.stat().st_size > 4_000]
FRAGMENTS = (
    '"""', "'''", "(", ")", "[", "]", "{", "}", "\n", "    ", "\t", "def ", "class ", "@", "async def f(", "#", "\\",
    "'", '"', "\r", "\r\n", "é", "😀", "\x00", "\ud800", "\f", "import ", "else:\n", "x = 1\n", "\nclass A:\n    ",
    "\ufeff",
)  # fmt: skip


def told(tree: Tree) -> list[object]:
    """Everything that a tree says."""
    return [
        (
            *(start, line, holder, chunk.kind, chunk.text, chunk.problems, chunk.base, chunk.parsed),
            *(ast.dump(statement, include_attributes=True) for statement in chunk.body),
        )
        for start, line, chunk, holder in tree.chunks
    ]


def nodes(placed: Placed) -> Iterator[tuple[ast.AST, Located]]:
    for statement in placed.chunk.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.stmt | ast.expr | ast.arg | ast.keyword | ast.alias | ast.excepthandler):
                yield node, node


def check(tree: Tree) -> None:
    """What holds of every tree: chunks tile the text, and spans lie within their chunks."""
    assert "".join(placed.chunk.text for placed in tree.chunks) == tree.text.removeprefix("\ufeff")
    for placed in tree.chunks:
        assert tree.text[placed.start : placed.end] == placed.chunk.text
        for _, node in nodes(placed):
            start, end = placed.span(node)
            assert placed.start <= start <= end <= placed.end
        for problem in placed.chunk.problems:
            assert 0 <= problem.span.start <= problem.span.end <= len(placed.chunk.text)
        if placed.chunk.kind == "class":
            assert [type(statement) for statement in placed.chunk.body] == [ast.ClassDef]


def edited(text: str, choose: random.Random) -> str:
    at = choose.randrange(len(text) + 1)
    match choose.randrange(8):
        case 0 | 1 | 2 | 3:
            return text[:at] + choose.choice(FRAGMENTS) + text[at:]
        case 4 | 5:
            return text[:at] + text[at + choose.randrange(1, 40) :]
        case 6:
            other = choose.randrange(len(text) + 1)
            return text[:at] + text[other : other + choose.randrange(300)] + text[at:]
        case _:
            return text[:at] + text[at + choose.randrange(1, 1500) :]


@pytest.mark.parametrize("seed", range(12))
def test_any_edits_give_what_a_fresh_parse_gives(seed: int) -> None:
    choose = random.Random(seed)
    lines = read(choose.choice(FILES)).splitlines(keepends=True)
    first = choose.randrange(max(len(lines) - 200, 1))
    text = "".join(lines[first : first + 200])
    tree = parse(text)
    for _ in range(20):
        text = edited(text, choose)
        tree = parse(text, tree)
        check(tree)
        assert told(tree) == told(parse(text)), repr(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(): pass\nels", "def f(): pass\nelse"),
        ("def f(): pass\nelse", "def f(): pass\nelsewhere"),
        ("def f():\n    (\nfrom x imp\n", "def f():\n    (\nfrom x import y\n"),
        ("def f(): pass\n# end\n", "def f(): pass\n# end\n    x"),
        ("x = 1\n", "\ufeffx = 1\n"),
        ("def f(): pass\r", "def f(): pass\r\n"),
    ],
)
def test_what_is_typed_after_a_chunk_can_change_it(before: str, after: str) -> None:
    for text, old in ((after, before), (before, after)):
        assert told(parse(text, parse(old))) == told(parse(text))


def test_an_unclosed_bracket_in_a_method_hides_nothing_after_the_class() -> None:
    tree = parse("class A:\n    def f(self):\n        x(\n\n    def g(self): pass\n\ny = 1\n")
    assert ast.unparse(tree.chunks[-1].chunk.body[-1]) == "y = 1"
    assert tree.chunks[-1].holder is None


def test_typing_keeps_every_other_chunk() -> None:
    text = read(next(path for path in ASYNCIO if path.name == "locks.py"))
    tree = parse(text)
    at = text.index("await ", len(text) // 2)
    after = parse(text[:at] + "x = (\n" + text[at:], tree)
    changed = tree.index_at(at)
    assert len(tree.chunks) == len(after.chunks) > 40
    for index, (before, now) in enumerate(zip(tree.chunks, after.chunks, strict=True)):
        assert (before.chunk is now.chunk) == (index != changed)
        assert now.line == before.line + (index > changed)
    assert parse(text, tree) is tree


@pytest.mark.parametrize("path", FILES[::4], ids=lambda path: path.stem)
def test_real_files_say_the_same_by_chunks_and_whole(path: Path) -> None:
    text = read(path).replace("self", "sélf").replace('"""Test', '"""😀 Test')
    for variant in (text, text.replace("\n", "\r\n"), f"\ufeff{text}"):
        tree, whole = parse(variant), parse_whole(variant)
        check(tree)
        assert not list(tree.problems())
        assert len(whole.chunks) == 1
        by_chunks = [(ast.dump(n), p.span(at)) for p in tree.chunks for n, at in nodes(p) if _compared(n)]
        by_file = [(ast.dump(n), p.span(at)) for p in whole.chunks for n, at in nodes(p) if _compared(n)]
        assert sorted(by_chunks) == sorted(by_file)


@pytest.mark.parametrize("blank", ["", "    "])
def test_a_backslash_on_a_line_of_its_own_ends_nothing(blank: str) -> None:
    text = f"class A:\n    def f(self): pass\n{blank}\\\n    def g(self): pass\n\ndef h(): pass\n"
    for tree in (parse(text), parse_whole(text), parse(text, parse(text.replace("\\", "")))):
        check(tree)
        assert not list(tree.problems())
        assert [n.name for p in tree.chunks for n, _ in nodes(p) if isinstance(n, ast.FunctionDef)] == ["f", "g", "h"]


def _compared(node: ast.AST) -> bool:
    # A split class is a header with a placeholder.
    return not isinstance(node, ast.ClassDef | ast.Pass)


def test_spans_are_code_points() -> None:
    text = "# é\nclass Ä:\n\tdef f(self):\r\n\t\treturn '😀', x\n"
    for tree in (parse(text), parse_whole(text)):
        (placed,) = tree.chunks if len(tree.chunks) == 1 else tree.chunks[1:]
        names = {n.id: placed.span(n) for n, _ in nodes(placed) if isinstance(n, ast.Name)}
        assert text[slice(*names["x"])] == "x"
        class_ = placed.chunk.body[0]
        assert isinstance(class_, ast.ClassDef)
        assert text[slice(*placed.name_span(class_))] == "Ä"
        assert text[slice(*placed.span(class_.body[0]))] == "def f(self):\r\n\t\treturn '😀', x"


def test_large_classes_split_at_every_depth() -> None:
    method = "        async def test_{}(self):\n            " + "pass;" * 20 + "\n"
    inner = "    @mark\n    class Inner:\n" + "".join(method.format(n) for n in range(30))
    tree = parse(f"import x\n\nclass Outer(\n    Base,\n):  # why\n    a = 1\n\n{inner}\n    b = 2\n")
    kinds = [(placed.chunk.kind, placed.holder) for placed in tree.chunks]
    assert kinds == [
        ("statements", None), ("class", None), ("member", 1), ("class", 1), *[("member", 3)] * 30, ("member", 1),
    ]  # fmt: skip
    header = tree.chunks[3].chunk.body[0]
    assert isinstance(header, ast.ClassDef)
    assert tree.text[slice(*tree.chunks[3].name_span(header))] == "Inner"
    assert tree.text[slice(*tree.chunks[3].span(header.decorator_list[0]))] == "mark"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff",
        "\n\n# only a comment",
        "x = 1\x00\n",
        "x = '\ud800'\n",
        "(" * 5000,
        "((" * 150 + "))" * 150,
        "x = " + "-" * 50_000 + "1",
        "x = " + "+".join("1" * 50_000),
        "x = a" + ".b" * 50_000,
        "".join(" " * n + "if x:\n" for n in range(300)),
        "class A:\n" * 200,
        "\\",
        "\\\r\n",
        "@",
        "'''",
        "def",
        "async def",
        "class",
        "class A(",
        "    indented\nx = 1\n",
        "try:\n    x\n",
        "match x:\n",
        "\x0c\x0c def f(): pass\n",
        "x = $\n" * 200,
        "def f():\n" + "    x = $\n" * 200 + "    def g(): pass\n",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_any_text_has_a_tree(text: str) -> None:
    tree = parse(f"def before(): pass\n{text}\ndef after(): pass\n")
    check(tree)
    names = [s.name for p in tree.chunks for s in p.chunk.body if isinstance(s, ast.FunctionDef)]
    assert names[:1] + names[-1:] == ["before", "after"]
    check(parse(text))
    check(parse_whole(text))


RECOVERED = [
    ("async def test_x(a, ", "async def test_x(a):\n    pass"),
    ("@fix\ndef test_x(a, b=1, *, c: int = ", "@fix\ndef test_x(a, b=1):\n    pass"),
    ("def test_x(\n    a,\n    b", "def test_x(a, b):\n    pass"),
    ("def test_x(a, \n    x = 1\n    await y()", "def test_x(a):\n    x = 1\n    await y()"),
    ("def test_x", "def test_x():\n    pass"),
    ("def test_x(a) -> ", "def test_x(a):\n    pass"),
    ("@mark.\nasync def test_x(): pass", "@...\nasync def test_x():\n    pass"),
    ("@mark(\nasync def test_x(): pass", "@...\nasync def test_x():\n    pass"),
    ("@mark(1, \n  2\n@other\ndef f(): pass", "@...\n@other\ndef f():\n    pass"),
    ("class A(B, ", "class A(B):\n    pass"),
    ("class A(\n    def f(self): pass", "class A:\n\n    def f(self):\n        pass"),
    ("def f():\n    x = (\n    y = 2\n    return y", "def f():\n    pass\n    y = 2\n    return y"),
    ("def f():\n    foo(\n    with x:\n        y\n    z", "def f():\n    pass\n    with x:\n        y\n    z"),
    ("def f():\n    foo(a b\n    assert x\n    z", "def f():\n    pass\n    assert x\n    z"),
    ("def f():\n    foo(a,\n    x = [\n    return x]\n    z", "def f():\n    pass\n    pass\n    pass\n    z"),
    ("@mark\n@mark(\n\nif a:\n    def f(): pass\nelse:\n    b", "if a:\n\n    def f():\n        pass\nelse:\n    b"),
    ("def f():\n    yield a.\n    b", "def f():\n    yield\n    b"),
    ("def f():\n    with a as \n        b\n    c", "def f():\n    if 1:\n        b\n    c"),
    ("def f():\n    async with a(\n    c", "def f():\n    if 1:\n        pass\n    c"),
    ("def f():\n    try:\n        a\n    b", "def f():\n    if 1:\n        a\n    b"),
    ("def f():\n    if a:\n    b", "def f():\n    if a:\n        pass\n    b"),
    ("def f():\n    a = 'b\n    c", "def f():\n    pass\n    c"),
    ('def f():\n    """\n    c', "def f():\n    pass\n    c"),
    ("x = 1\nfrom a import\ny = 2", "x = 1\npass\ny = 2"),
]


@pytest.mark.parametrize(("text", "expected"), RECOVERED, ids=repr)
def test_only_the_broken_part_is_masked(text: str, expected: str) -> None:
    tree = parse(text)
    check(tree)
    body: list[ast.stmt] = []
    for placed in tree.chunks:
        if placed.chunk.kind == "member":
            class_ = body[-1]
            assert isinstance(class_, ast.ClassDef)
            class_.body = [*(s for s in class_.body if not isinstance(s, ast.Pass)), *placed.chunk.body]
        else:
            body += placed.chunk.body
    assert ast.unparse(ast.Module(body, [])) == expected
    assert len(list(tree.problems())) == 1


def test_an_unclosed_string_hides_no_other_function() -> None:
    functions = [f'def test_{n}():\n    """Doc {n}."""\n    x = {n}\n\n' for n in range(6)]
    for broken in range(6):
        text = "".join(functions).replace(f'    """Doc {broken}', f'    """\n    """Doc {broken}')
        tree = parse(text)
        names = [s.name for p in tree.chunks for s in p.chunk.body if isinstance(s, ast.FunctionDef)]
        assert names == [f"test_{n}" for n in range(6)]
        assert [tree.index_at(problem.span.start) for problem in tree.problems()] == [broken]


def test_a_matrix_product_that_begins_a_line_is_no_decorator() -> None:
    text = "x = (a\n@ b)\ny = f(a\n@b + c)\n@deco\ndef g(): ...\n"
    tree = parse(text)
    assert [problem for placed in tree.chunks for problem in placed.chunk.problems] == []
    statements = [ast.dump(statement) for placed in tree.chunks for statement in placed.chunk.body]
    assert statements == [ast.dump(statement) for statement in ast.parse(text).body]


def test_a_problem_is_pythons_own() -> None:
    text = "import a\n\n\ndef f():\n    x = [1,\n\n\ndef g(): pass\n"
    (problem,) = parse(text).problems()
    assert problem.message == "'[' was never closed"
    assert text[slice(*problem.span)] == "["


def test_doubtful_escapes_are_no_problem(recwarn: pytest.WarningsRecorder) -> None:
    assert not list(parse(r"x = '\d'").problems())
    assert not recwarn.list
