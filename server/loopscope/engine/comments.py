"""The comments of Python and configuration files, and what they tell loopscope to ignore."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Literal, NamedTuple

from loopscope.syntax.chunk import Tree
from loopscope.syntax.comments import comments as python_comments
from loopscope.syntax.parse import parse
from loopscope.text.lines import LineIndex
from loopscope.text.span import Span

_TOML_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\r\n]|\\.)*"|\'[^\'\r\n]*\'|\#[^\r\n]*', re.DOTALL
)
_INI_COMMENT = re.compile(r"^[ \t]*[#;][^\r\n]*", re.MULTILINE)
_DIRECTIVE = re.compile(r"#+\s*loopscope:\s*ignore(?P<file>-file)?\b\s*(?:\[(?P<names>[^\]\r\n]*)\])?[^#]*")
_NOQA = re.compile(r"#\s*noqa\b(?::\s*(?P<names>[\w-]+(?:[,\s]+[\w-]+)*))?", re.IGNORECASE)
_WORDS = ("loopscope:", "noqa", "NOQA")
_NAME = re.compile(r"[\w-]+")


class Name(NamedTuple):
    """A rule's name in a directive, and where it stands."""

    text: str
    span: Span


class Directive(NamedTuple):
    """A comment that silences rules: those it names, or all of them when `names` is None.

    `span` is the directive within its comment; `line` (0-based) is the one it stands on, alone if `alone`.
    """

    kind: Literal["line", "file", "noqa"]
    names: tuple[Name, ...] | None
    span: Span
    line: int
    alone: bool


def directives(
    path: PurePath, text: str, lines: LineIndex, tree: Tree | None = None, *, noqa: bool = True
) -> tuple[Directive, ...]:
    """The directives in a file's comments, in source order; `tree` is that of a Python file, when it is at hand.

    Without `noqa` comments for other linters are passed over: many files have them, and to find comments takes a while.
    """
    words = _WORDS if noqa else _WORDS[:1]
    if not any(word in text for word in words):
        return ()
    found: list[Directive] = []
    for comment in comments(path, text, tree, words):
        line = lines.line_of(comment.start)
        alone = not text[lines.starts[line] : comment.start].strip()
        # A directive in an INI file may begin with a semicolon.
        said = text[comment.start : comment.end].replace(";", "#", 1 if text[comment.start] == ";" else 0)
        for match in _DIRECTIVE.finditer(said):
            kind: Literal["line", "file"] = "file" if match["file"] else "line"
            span = Span(comment.start + match.start(), comment.start + match.start() + len(match[0].rstrip()))
            found.append(Directive(kind, _names(match, comment.start), span, line, alone))
        if noqa and (other := _NOQA.search(said)):
            span = Span(comment.start + other.start(), comment.start + other.end())
            found.append(Directive("noqa", _names(other, comment.start), span, line, alone))
    return tuple(found)


def comments(path: PurePath, text: str, tree: Tree | None = None, words: Sequence[str] = _WORDS) -> Iterator[Span]:
    """The comments of a file that may hold a directive, from their sign to the end of the line.

    Of a Python file, those with one of the words.
    """
    if path.suffix in (".ini", ".cfg"):
        found = (Span(match.end() - len(match[0].lstrip()), match.end()) for match in _INI_COMMENT.finditer(text))
        yield from found
    elif path.suffix == ".toml":
        yield from (Span(*match.span()) for match in _TOML_TOKEN.finditer(text) if match[0].startswith("#"))
    else:
        parsed = tree or parse(text)
        spans = {comment.span for word in words for comment in python_comments(parsed, word)}
        yield from sorted(spans)


def _names(match: re.Match[str], start: int) -> tuple[Name, ...] | None:
    if match["names"] is None:
        return None
    by = start + match.start("names")
    return tuple(Name(each[0], Span(*each.span()).shifted(by)) for each in _NAME.finditer(match["names"]))
