"""Ini files as iniconfig reads them for pytest, with the place of every key and value.

iniconfig's rules (`iniconfig/_parse.py`): a comment is a line that starts, after blanks, with `#` or `;`, and nothing
else; a value keeps an inline `# …`; a line that begins with a blank continues the value above; a key ends at the first
`=`, or at `:` when one stands before it.
"""

from typing import NamedTuple

from loopscope.config.document import Located, Piece, SyntaxProblem
from loopscope.text.span import Span

_COMMENT = "#;"


class IniEntry(NamedTuple):
    """The value of one key, lines joined by line feeds, and where it stands."""

    value: str
    located: Located


class IniSection(NamedTuple):
    """One `[section]`: the span of its header line and its keys in order."""

    header: Span
    entries: dict[str, IniEntry]


IniFile = dict[str, IniSection]


class _RefusedError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.problem = SyntaxProblem(line, message)


class _Open:
    """The key whose continuation lines may follow."""

    def __init__(self, section: IniSection, name: str, key: Span, after: int) -> None:
        self.section = section
        self.name = name
        self.key = key
        self.after = after
        self.lines: list[tuple[str, int]] = []

    def close(self) -> None:
        """Write the key into its section."""
        pieces: list[Piece] = []
        offset = 0
        for text, start in self.lines:
            pieces.append(Piece(offset, start, len(text)))
            offset += len(text) + 1
        span = Span(pieces[0].start, pieces[-1].start + pieces[-1].length) if pieces else Span(self.after, self.after)
        value = "\n".join(text for text, _ in self.lines)
        self.section.entries[self.name] = IniEntry(value, Located(self.key, span, tuple(pieces)))


def parse_ini(text: str) -> IniFile | SyntaxProblem:
    """The sections of an ini text, or the first reason for which iniconfig refuses it, in its words."""
    try:
        return _parse(text)
    except _RefusedError as failure:
        return failure.problem


def _parse(text: str) -> IniFile:
    sections: IniFile = {}
    section: IniSection | None = None
    open_key: _Open | None = None
    start = 1 if text.startswith("\ufeff") else 0
    for number, line in enumerate(text[start:].splitlines(keepends=True), start=1):
        content = "" if line.lstrip()[:1] in _COMMENT else line.rstrip()
        offset, start = start, start + len(line)
        if not content:
            continue
        name = _section_name(content)
        if name is not None:
            _finish(open_key)
            open_key = None
            section = IniSection(Span(offset, offset + len(content)), {})
            if not name:
                raise _RefusedError(number, "empty section name")
            if name in sections:
                raise _RefusedError(number, f"duplicate section {name!r}")
            sections[name] = section
        elif content[0].isspace() or content[0] == "[":
            if open_key is None:
                raise _RefusedError(number, "unexpected value continuation")
            stripped = content.strip()
            open_key.lines.append((stripped, offset + content.index(stripped)))
        else:
            _finish(open_key)
            open_key = _key(content, offset, number, section)
    _finish(open_key)
    return sections


def _finish(open_key: _Open | None) -> None:
    if open_key is not None:
        open_key.close()


def _section_name(content: str) -> str | None:
    if content[0] != "[":
        return None
    for sign in _COMMENT:
        content = content.split(sign, maxsplit=1)[0].rstrip()
    return content[1:-1] if content[-1] == "]" else None


def _key(content: str, offset: int, number: int, section: IniSection | None) -> _Open:
    separator = content.find("=")
    if separator < 0 or ":" in content[:separator]:
        separator = content.find(":")
    if separator < 0:
        raise _RefusedError(number, f"unexpected line: {content!r}")
    name = content[:separator].strip()
    if section is None:
        raise _RefusedError(number, "no section header defined")
    if name in section.entries:
        raise _RefusedError(number, f"duplicate name {name!r}")
    value = content[separator + 1 :].strip()
    opened = _Open(section, name, Span(offset, offset + len(name)), offset + separator + 1)
    if value:
        opened.lines.append((value, offset + content.index(value, separator + 1)))
    return opened
