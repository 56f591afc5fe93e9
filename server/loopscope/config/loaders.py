"""What one configuration file says to pytest: `CONFIG_LOADERS_BY_NAME` of `_pytest/config/findpaths.py`."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple

from loopscope.config.catalog import ASYNCIO_OPTIONS
from loopscope.config.document import Lines, Located, SyntaxProblem, as_list, lines_of
from loopscope.config.ini import IniFile, parse_ini
from loopscope.config.model import ConfigProblem, Origin, ProblemKind
from loopscope.config.toml import TomlFile, parse_toml
from loopscope.config.values import Mode, RawValue
from loopscope.text.files import Files, Unreadable
from loopscope.text.span import Span

TOML_NAMES = ("pytest.toml", ".pytest.toml")
CONFIG_NAMES = (*TOML_NAMES, "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
CONFIG_SUFFIXES = (".ini", ".cfg", ".toml")
_WRONG_TABLES: dict[tuple[str, ...], str | None] = {
    ("tool", "pytest", "ini-options"): "[tool.pytest.ini_options]",
    ("tool", "pytest-asyncio"): None,
    ("pytest",): None,
}

Version = tuple[int, ...]


class Loaded(NamedTuple):
    """The pytest part of one file: None when it has none, and so does not count as pytest's configuration.

    `readable` is False when pytest would stop at this file; its values are then unknown. `section` is the header that
    the values stand below.
    """

    path: PurePath
    values: Mapping[str, RawValue] | None
    problems: tuple[ConfigProblem, ...] = ()
    readable: bool = True
    section: Origin | None = None

    @property
    def counts(self) -> bool:
        """Whether the search for a configuration ends at this file."""
        return self.values is not None or not self.readable


def config_names(version: Version | None) -> tuple[str, ...]:
    """The names that a pytest looks for in a folder, in their order; None stands for the newest pytest."""
    return CONFIG_NAMES if at_least(version, 9) else CONFIG_NAMES[len(TOML_NAMES) :]


def at_least(version: Version | None, *wanted: int) -> bool:
    """Whether a pytest is `wanted` or newer; an unknown one counts as the newest."""
    return version is None or version >= wanted


def load(files: Files, path: PurePath, version: Version | None = None) -> Loaded:
    """The pytest configuration in a file, as `load_config_dict_from_file` finds it. Never raises.

    Files of a name that pytest does not know are read by their suffix, as with `-c`.
    """
    text = files.read(path)
    if isinstance(text, Unreadable):
        problem = ConfigProblem(path, None, None, f"Cannot be read: {text.reason}", "unreadable-file", fatal=True)
        return Loaded(path, None, (problem,), readable=False)
    reader = _Reader(path, lines_of(text), version)
    if path.suffix == ".toml":
        toml = parse_toml(text)
        return reader.refuse(toml) if isinstance(toml, SyntaxProblem) else reader.toml(toml)
    if path.suffix in (".ini", ".cfg"):
        ini = parse_ini(text)
        return reader.refuse(ini) if isinstance(ini, SyntaxProblem) else reader.ini(ini)
    return Loaded(path, None)


class _Reader:
    def __init__(self, path: PurePath, lines: Lines, version: Version | None) -> None:
        self.path = path
        self.lines = lines
        self.version = version
        self.problems: list[ConfigProblem] = []

    def refuse(self, problem: SyntaxProblem) -> Loaded:
        span = None if problem.line is None else self.lines.span(problem.line)
        self._report(span, f"pytest cannot parse this file: {problem.message}", kind="syntax-error", fatal=True)
        return self._done(None, readable=False)

    def ini(self, document: IniFile) -> Loaded:
        name = self.path.name
        wanted = "tool:pytest" if self.path.suffix == ".cfg" else "pytest"
        if wanted in document:
            section = document[wanted]
            self._report_strays(document, wanted)
            return self._done(
                {key: self._raw(entry.value, "ini", entry.located) for key, entry in section.entries.items()},
                section=section.header,
            )
        if wanted == "tool:pytest" and "pytest" in document:
            message = "[pytest] in .cfg files is no longer supported: pytest stops here. Rename it to [tool:pytest]."
            self._report(document["pytest"].header, message, suggestion="[tool:pytest]", fatal=True)
            return self._done(None, readable=False)
        if wanted == "pytest" and "tool:pytest" in document:
            message = "pytest reads [pytest] in .ini files; [tool:pytest] has an effect in setup.cfg only."
            self._report(document["tool:pytest"].header, message, suggestion="[pytest]")
        self._report_strays(document, wanted)
        alone = name == "pytest.ini" or (name == ".pytest.ini" and at_least(self.version, 9))
        return self._done({} if alone else None)

    def _report_strays(self, document: IniFile, wanted: str) -> None:
        """Options of pytest-asyncio in a section that is no part of pytest's configuration."""
        for name, section in document.items():
            if name in (wanted, "pytest", "tool:pytest"):
                continue
            for key in section.entries.keys() & ASYNCIO_OPTIONS:
                message = f"pytest does not read [{name}]: `{key}` belongs in [{wanted}]."
                self._report(section.entries[key].located.key, message)

    def toml(self, document: TomlFile) -> Loaded:
        if self.path.name in TOML_NAMES:
            return self._own_table(document, missing={})
        if self.path.name == "pyproject.toml" or not at_least(self.version, 9):
            return self._tool_table(document)
        if document.table("tool", "pytest") is not None:
            return self._tool_table(document)
        return self._own_table(document, missing=None)

    def _own_table(self, document: TomlFile, missing: dict[str, RawValue] | None) -> Loaded:
        """`[pytest]`, mirroring `_config_from_pytest_table`."""
        if "pytest" in document.values:
            return self._native(document, document.table("pytest"), ("pytest",))
        keys = [key for key, value in document.values.items() if not isinstance(value, dict)]
        if keys and at_least(self.version, 9, 2):
            message = f"pytest configuration must be under a [pytest] table (found top-level: {', '.join(keys)})."
            self._report(_key_span(document, keys[0]), message, fatal=True)
            return self._done(missing, readable=False)
        for path in (("tool", "pytest", "ini_options"), ("tool", "pytest")):
            if document.table(*path) is not None:
                message = f"[{'.'.join(path)}] has no effect in {self.path.name}: pytest reads [pytest] here."
                self._report(_key_span(document, *path), message, suggestion="[pytest]")
                break
        return self._done(missing)

    def _tool_table(self, document: TomlFile) -> Loaded:
        """`[tool.pytest]` and `[tool.pytest.ini_options]`, mirroring `_config_from_tool_pytest`."""
        tool = document.table("tool") or {}
        if "pytest" in tool and document.table("tool", "pytest") is None:
            self._report(_key_span(document, "tool", "pytest"), "[tool.pytest] must be a table.", fatal=True)
            return self._done(None, readable=False)
        table = document.table("tool", "pytest") or {}
        self._report_wrong_tables(document)
        self._report_stray_keys(document)
        native = {key: value for key, value in table.items() if key != "ini_options"}
        options = document.table("tool", "pytest", "ini_options")
        if not at_least(self.version, 9):
            self._report_native_on_old(document, native)
            native = {}
        if native and options:
            span = _key_span(document, "tool", "pytest", "ini_options")
            message = (
                "Cannot use both [tool.pytest] (native TOML types) and [tool.pytest.ini_options]: pytest stops here."
            )
            self._report(span, message, kind="conflicting-tables", fatal=True)
            return self._done(None, readable=False)
        if native:
            return self._native(document, native, ("tool", "pytest"))
        if options is None:
            return self._done(None)
        path = ("tool", "pytest", "ini_options")
        return self._done(
            {
                key: self._raw(str(value) if as_list(value) is None else value, "ini", document.located(*path, key))
                for key, value in options.items()
            },
            section=_key_span(document, *path),
        )

    def _report_wrong_tables(self, document: TomlFile) -> None:
        """Tables that look like pytest's configuration and are silently ignored."""
        for path, suggestion in _WRONG_TABLES.items():
            if self.path.name == "pyproject.toml" and document.table(*path) is not None:
                message = f"pytest ignores [{'.'.join(path)}]: its options belong in [tool.pytest.ini_options]."
                self._report(_key_span(document, *path), message, suggestion=suggestion)

    def _report_stray_keys(self, document: TomlFile) -> None:
        """Options of pytest-asyncio in a table that is no part of pytest's configuration."""
        read = (("tool", "pytest"), ("tool", "pytest", "ini_options"), *_WRONG_TABLES)
        for path, located in document.spans.items():
            if path[-1] in ASYNCIO_OPTIONS and path[:-1] not in read:
                table = ".".join(path[:-1])
                place = f"[{table}]" if table else "the top of the file"
                message = f"pytest does not read {place}: `{path[-1]}` belongs in [tool.pytest.ini_options]."
                self._report(located.key, message)

    def _report_native_on_old(self, document: TomlFile, native: Iterable[str]) -> None:
        if any(key != "ini-options" for key in native):
            message = "[tool.pytest] is read by pytest 9 and newer; this pytest reads [tool.pytest.ini_options] only."
            self._report(_key_span(document, "tool", "pytest"), message)

    def _native(self, document: TomlFile, table: Mapping[str, object] | None, path: tuple[str, ...]) -> Loaded:
        if table is None:
            self._report(_key_span(document, *path), f"[{'.'.join(path)}] must be a table.", fatal=True)
            return self._done(None, readable=False)
        values = {key: self._raw(value, "toml", document.located(*path, key)) for key, value in table.items()}
        return self._done(values, section=_key_span(document, *path))

    def _raw(self, value: object, mode: Mode, located: Located | None) -> RawValue:
        if located is None:
            return RawValue(value, mode, Origin(self.path))
        origin = Origin(self.path, located.value, self.lines.at(located.key.start), "", located.key)
        return RawValue(value, mode, origin, located=located, lines=self.lines)

    def _report(
        self,
        span: Span | None,
        message: str,
        *,
        kind: ProblemKind = "wrong-section",
        suggestion: str | None = None,
        fatal: bool = False,
    ) -> None:
        line = None if span is None else self.lines.at(span.start)
        self.problems.append(ConfigProblem(self.path, span, line, message, kind, suggestion, fatal))

    def _done(
        self, values: Mapping[str, RawValue] | None, *, readable: bool = True, section: Span | None = None
    ) -> Loaded:
        header = None if section is None else Origin(self.path, section, self.lines.at(section.start))
        return Loaded(self.path, values, tuple(self.problems), readable, header)


def _key_span(document: TomlFile, *path: str) -> Span | None:
    located = document.located(*path)
    return None if located is None else located.key
