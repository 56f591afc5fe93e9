"""Comments are found where Python's tokenizer finds them, and in text that does not parse."""

import io
import tokenize

from loopscope.syntax.comments import comments
from loopscope.syntax.parse import parse
from support.real_sources import ASYNCIO, PYTEST, TESTS


def texts(source: str, needle: str = "noqa") -> list[str]:
    tree = parse(source)
    found = comments(tree, needle)
    assert all(source[comment.span.start : comment.span.end] == comment.text for comment in found)
    return [comment.text for comment in found]


def test_strings_hold_no_comments() -> None:
    source = (
        "a = '# noqa: 1'  # noqa: 2\n"
        'b = """\n# noqa: 3\n"""  # noqa: 4\n'
        "c = r'\\'  # noqa: 5'\n"
        "d = 'it\\'s'  # noqa: 6\n"
        "# other\n"
    )
    assert texts(source) == ["# noqa: 2", "# noqa: 4", "# noqa: 6"]


def test_whether_a_comment_stands_alone() -> None:
    tree = parse("def f():\n    # noqa\n    pass  # noqa\r\n# noqa\n")
    assert [comment.alone for comment in comments(tree, "noqa")] == [True, False, True]


def test_broken_text_keeps_its_comments() -> None:
    source = (
        'def f(a,\n    x = "abc  # noqa: 1\n\ndef g():\n    """\n    y = 1  # noqa: 2\n\ndef h():\n    z  # noqa: 3\n'
    )
    assert texts(source)[-2:] == ["# noqa: 2", "# noqa: 3"]


def test_same_as_the_tokenizer_on_real_files() -> None:
    for path in (*ASYNCIO, *TESTS, *PYTEST):
        source = path.read_text(encoding="utf-8")
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        assert texts(source, "") == [token.string for token in tokens if token.type == tokenize.COMMENT], path.name
