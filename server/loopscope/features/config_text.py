"""Hover and completion in the files that configure pytest, read line by line, so that half a line will do."""

import re
from enum import Enum
from pathlib import PurePath
from typing import NamedTuple

from loopscope.features.config_docs import ConfigDoc, config_docs
from loopscope.features.hover import Card
from loopscope.features.proposal import Completion, Sort
from loopscope.text.source import Source
from loopscope.text.span import Span
from loopscope.workspace.snapshot import Snapshot

_SECTIONS = {
    "pytest.ini": ("pytest",),
    ".pytest.ini": ("pytest",),
    "tox.ini": ("pytest",),
    "setup.cfg": ("tool:pytest",),
    "pyproject.toml": ("tool.pytest.ini_options", "tool.pytest"),
    "pytest.toml": ("pytest",),
    ".pytest.toml": ("pytest",),
}
_HEADER = re.compile(r"^[ \t]*\[[ \t]*([^\[\]\r\n]*?)[ \t]*\][ \t]*(?:[#;].*)?\r?$", re.MULTILINE)
_LINE = re.compile(r"(?P<key>[\w-]*)[ \t]*(?P<sign>[=:]?)[ \t]*(?P<value>(?P<quote>[\"']?)(?P<text>[\w-]*))")


_SECTION_LINE = re.compile(r"[ \t]*\[[ \t]*(?P<name>[^\[\]\r\n]*?)[ \t]*(?P<close>\]?)[ \t]*\r?$", re.MULTILINE)
_SECTION_DOCS = {
    "tool.pytest.ini_options": "Options of pytest as strings, as in an ini file.",
    "tool.pytest": "Options of pytest with TOML's types. Read by pytest 9 and newer.",
}


class _Part(Enum):
    KEY = "key"
    VALUE = "value"


class _Place(NamedTuple):
    part: _Part
    key: str
    span: Span
    """Of the key, or of the value's word without its quotes."""
    quoted: bool


def is_pytest_config(path: PurePath) -> bool:
    """Whether a file of that name may configure pytest."""
    return path.name in _SECTIONS


def config_hover(snapshot: Snapshot, path: PurePath, source: Source, offset: int) -> Card | None:
    """What the key at an offset, or of the value there, means in the installed version; None elsewhere."""
    section = _section_at(path, source, offset)
    if section is not None:
        return _section_card(snapshot, path, section)
    place = _place(path, source, offset)
    doc = _docs(snapshot, path).get(place.key) if place is not None else None
    if place is None or doc is None:
        return None
    word = source.text[slice(*place.span)]
    lines = [f"`{doc.name}`", "", doc.doc]
    if doc.values:
        lines += ["", *(f"- `{value}`{f': {meaning}' if meaning else ''}" for value, meaning in doc.values.items())]
    found = snapshot.config(path).options.get(doc.name)
    if found is not None and found.origin.path not in (None, path):
        lines += ["", f"In effect is {found.origin.describe()}."]
    version = snapshot.environment_of(path).distributions.get(doc.owner)
    since = f", since {'.'.join(map(str, doc.since))}" if doc.since else ""
    lines += ["", f"*{doc.owner}{f' {version.version}' if version is not None else ''}{since}*"]
    return Card("\n".join(lines), place.span) if word else None


def config_completions(snapshot: Snapshot, path: PurePath, source: Source, offset: int) -> tuple[Completion, ...]:
    """The keys that are not set yet, or the values of the key of the line, in order."""
    section = _section_at(path, source, offset)
    if section is not None:
        return _section_names(snapshot, path, source, section)
    place = _place(path, source, offset)
    if place is None:
        return ()
    docs = _docs(snapshot, path)
    if place.part is _Part.KEY:
        present = {name for name in _keys(source.text, place.span.start) if name != place.key}
        return tuple(
            Completion(name, Sort.KEYWORD, name, f"{_order(doc)}{name}", doc.owner, doc.doc, span=place.span)
            for name, doc in sorted(docs.items(), key=lambda item: (_order(item[1]), item[0]))
            if name not in present
        )
    doc = docs.get(place.key)
    quote = '"' if path.suffix == ".toml" and not place.quoted and doc is not None and "true" not in doc.values else ""
    return tuple(
        Completion(value, Sort.VALUE, f"{quote}{value}{quote}", f"{index}", meaning, span=place.span)
        for index, (value, meaning) in enumerate(doc.values.items() if doc is not None else ())
    )


class _Section(NamedTuple):
    """The name in a header, which may be unfinished."""

    name: str
    span: Span
    closed: bool


def _section_at(path: PurePath, source: Source, offset: int) -> _Section | None:
    """The header that an offset is in the name of."""
    start = source.lines.starts[source.lines.line_of(offset)]
    match = _SECTION_LINE.match(source.text, start)
    if match is None or path.name not in _SECTIONS:
        return None
    span = Span(*match.span("name"))
    return _Section(match["name"], span, bool(match["close"])) if span.start <= offset <= span.end else None


def _section_card(snapshot: Snapshot, path: PurePath, section: _Section) -> Card | None:
    """What a section is to pytest, and whether it has an effect."""
    if section.name.replace('"', "") not in _SECTIONS[path.name] or not section.name:
        return None
    config = snapshot.config(path)
    lines = [_SECTION_DOCS.get(section.name, "The options of pytest."), ""]
    if config.inipath == path:
        lines.append("In effect.")
    elif config.inipath is not None:
        name = config.inipath.name if config.inipath.parent == path.parent else str(config.inipath)
        lines.append(f"Not in effect when pytest is started in {config.invocation_dir.name}: it reads {name}.")
    return Card("\n".join(lines).strip(), section.span)


def _section_names(snapshot: Snapshot, path: PurePath, source: Source, section: _Section) -> tuple[Completion, ...]:
    """The sections that pytest reads in the file and that it does not have yet."""
    present = {match[1].replace('"', "") for match in _HEADER.finditer(source.text)} - {section.name}
    native = snapshot.environment_of(path).at_least("pytest", 9)
    names = [name for name in _SECTIONS[path.name] if name not in present and (native or name != "tool.pytest")]
    close = "" if section.closed else "]"
    return tuple(
        Completion(
            name, Sort.KEYWORD, f"{name}{close}", f"{index}", "pytest", _SECTION_DOCS.get(name, ""), span=section.span
        )
        for index, name in enumerate(names)
    )


def _order(doc: ConfigDoc) -> int:
    return int(doc.owner == "pytest")


def _docs(snapshot: Snapshot, path: PurePath) -> dict[str, ConfigDoc]:
    return config_docs(snapshot.environment_of(path))


def _place(path: PurePath, source: Source, offset: int) -> _Place | None:
    """The key or value at an offset in a section of pytest; None in others, in comments and in continued lines."""
    sections = [match[1].replace('"', "") for match in _HEADER.finditer(source.text, 0, offset)]
    if not sections or sections[-1] not in _SECTIONS.get(path.name, ()):
        return None
    start = source.lines.starts[source.lines.line_of(offset)]
    line = _LINE.match(source.text, start)
    if line is None or source.text[start : start + 1] in (" ", "\t", "[", "#", ";"):
        return None
    key = Span(*line.span("key"))
    if offset in key:
        return _Place(_Part.KEY, line["key"], key, quoted=False)
    value = Span(*line.span("text"))
    inside = line["sign"] and line.end("sign") <= offset <= value.end
    if not inside:
        return None
    return _Place(_Part.VALUE, line["key"], Span(min(value.start, offset), value.end), quoted=bool(line["quote"]))


def _keys(text: str, offset: int) -> set[str]:
    """The keys of the section around an offset."""
    headers = [match.start() for match in _HEADER.finditer(text)]
    start = max((at for at in headers if at < offset), default=0)
    end = min((at for at in headers if at > offset), default=len(text))
    return set(re.findall(r"^([\w-]+)[ \t]*[=:]", text[start:end], re.MULTILINE))
