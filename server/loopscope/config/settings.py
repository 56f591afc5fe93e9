"""loopscope's settings: `[tool.loopscope]`, loopscope.toml and the editor's, each value with where it is written."""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, cast

from loopscope.config.document import Lines, Located, SyntaxProblem, as_list, as_table, lines_of
from loopscope.config.effective import Invocation
from loopscope.config.loaders import Version
from loopscope.config.model import ConfigProblem, Origin, ProblemKind, Sourced, closest, did_you_mean, problem_at
from loopscope.config.paths import upwards
from loopscope.config.settings_table import SETTINGS, SETTINGS_BY_NAME, Setting
from loopscope.config.toml import TomlFile, parse_toml
from loopscope.text.files import Files, Unreadable
from loopscope.text.frozen import frozen, replace

SETTINGS_FILE = "loopscope.toml"
EDITOR_NOTE = "editor setting"
EDITOR_DEFAULT_NOTE = "default of the editor"


@frozen
class Settings:
    """The settings in effect; what each means stands in `settings_table`.

    Elements of lists and of tables carry their own place. `folder` is that of the configuration file, to which globs
    and `environment` are relative; None without a file.
    """

    preset: Sourced[str]
    select: Sourced[tuple[Sourced[str], ...]]
    extend_select: Sourced[tuple[Sourced[str], ...]]
    ignore: Sourced[tuple[Sourced[str], ...]]
    per_file_ignores: Sourced[Mapping[str, tuple[Sourced[str], ...]]]
    severity: Sourced[Mapping[str, Sourced[str]]]
    beside: Sourced[tuple[Sourced[str], ...]]
    exclude: Sourced[tuple[Sourced[str], ...]]
    environment: Sourced[str | None]
    respect_noqa: Sourced[bool]
    pytest_addopts: Sourced[str]
    pytest_args: Sourced[tuple[Sourced[str], ...]]
    pytest_plugins: Sourced[str]
    hint_loop_scope: Sourced[bool]
    hint_mark: Sourced[bool]
    hint_value_type: Sourced[bool]
    members_of_all_values: Sourced[bool]
    code_lens: Sourced[bool]
    semantic_tokens: Sourced[bool]
    folder: PurePath | None = None
    problems: tuple[ConfigProblem, ...] = ()

    def invocation(self, pytest_version: Version | None = None) -> Invocation:
        """How pytest is started according to these settings."""
        args = tuple(argument.value for argument in self.pytest_args.value)
        return Invocation(pytest_version, args, self.pytest_addopts, self.pytest_plugins)


def _defaults() -> Settings:
    values: dict[str, Any] = {setting.field: Sourced(setting.default) for setting in SETTINGS}
    return Settings(**values)


DEFAULT_SETTINGS = _defaults()


def find_settings(
    files: Files,
    start: PurePath,
    workspace_root: PurePath | None = None,
    known: Callable[[PurePath], Settings | None] | None = None,
) -> Settings:
    """The settings for a file or folder: those of the nearest folder, up to the workspace root, that has any.

    In one folder loopscope.toml wins over `[tool.loopscope]`. Never raises; a broken file gives defaults and a problem.
    `known` answers as `settings_in` does, and remembers.
    """
    for folder in upwards(start):
        found = settings_in(files, folder) if known is None else known(folder)
        if found is not None:
            return found
        if folder == workspace_root:
            break
    return DEFAULT_SETTINGS


def settings_in(files: Files, folder: PurePath) -> Settings | None:
    """The settings in the files of one folder; None when none of them has any."""
    for name in (SETTINGS_FILE, "pyproject.toml"):
        found = read_settings(files, folder / name) if files.is_file(folder / name) else None
        if found is not None:
            return found
    return None


def read_settings(files: Files, path: PurePath) -> Settings | None:
    """The settings in one file; None for a pyproject.toml without `[tool.loopscope]`."""
    own = path.name == SETTINGS_FILE
    text = files.read(path)
    if isinstance(text, Unreadable):
        problem = ConfigProblem(path, None, None, f"Cannot be read: {text.reason}", "unreadable-file")
        return replace(DEFAULT_SETTINGS, folder=path.parent, problems=(problem,)) if own else None
    document = parse_toml(text)
    if isinstance(document, SyntaxProblem):
        message = f"Cannot be parsed: {document.message}"
        span = None if document.line is None else lines_of(text).span(document.line)
        problem = ConfigProblem(path, span, document.line, message, "syntax-error")
        return (
            replace(DEFAULT_SETTINGS, folder=path.parent, problems=(problem,))
            if own or "[tool.loopscope" in text
            else None
        )
    prefix = () if own else ("tool", "loopscope")
    table = document.values if own else (document.table("tool") or {}).get("loopscope")
    if table is None:
        return None
    places = _Places(path, "", document, lines_of(text), prefix)
    values = as_table(table)
    if values is None:
        problem = problem_at(places.at(), "[tool.loopscope] must be a table.", "invalid-setting")
        return replace(DEFAULT_SETTINGS, folder=path.parent, problems=(problem,))
    return _apply(values, replace(DEFAULT_SETTINGS, folder=path.parent), places)


def settings_from_mapping(mapping: Mapping[str, object], base: Settings = DEFAULT_SETTINGS) -> Settings:
    """`base` with the editor's settings over it: a mapping as JSON gives it, of which null means "not set".

    Keys may be written as in the file (`extend-select`) or in camel case (`extendSelect`). Under `defaults` there may
    be such a mapping of what the editor would have where neither its user nor a file says anything.
    """
    values = _kebab_keys(mapping)
    defaults = as_table(values.get("defaults"))
    if defaults is not None:
        del values["defaults"]
        base = _apply(_unsaid(_kebab_keys(defaults), base), base, _Places(None, EDITOR_DEFAULT_NOTE))
    return _apply(values, base, _Places(None, EDITOR_NOTE))


def _kebab_keys(mapping: Mapping[str, object]) -> dict[str, object]:
    return {_kebab(key): value for key, value in mapping.items() if value is not None}


def _unsaid(values: Mapping[str, object], base: Settings) -> dict[str, object]:
    """The values whose settings are default in `base`, and those that are no settings."""
    said = [one.name for one in SETTINGS if not cast("Sourced[object]", getattr(base, one.field)).is_default]
    return {name: value for name, value in values.items() if name not in said}


@frozen
class _Places:
    """Tells where values of one source stand."""

    path: PurePath | None
    note: str
    document: TomlFile | None = None
    lines: Lines | None = None
    prefix: tuple[str, ...] = ()

    def at(self, *keys: str, item: int | None = None) -> Origin:
        """The origin of the value below `keys`, or of one element of it."""
        located = None if self.document is None else self.document.located(*self.prefix, *keys)
        if located is None or self.lines is None:
            return Origin(self.path, note=self.note)
        value: Located = located if item is None or item >= len(located.items) else located.items[item]
        return Origin(self.path, value.value, self.lines.at(value.value.start), self.note, located.key)

    def key(self, *keys: str) -> Origin:
        """The origin of a key itself."""
        origin = self.at(*keys)
        return replace(origin, span=origin.key_span)


class _InvalidSettingError(Exception):
    def __init__(self, origin: Origin, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.origin = origin
        self.suggestion = suggestion


def _apply(values: Mapping[str, object], base: Settings, places: _Places) -> Settings:
    found: dict[str, object] = {}
    problems: list[ConfigProblem] = []

    def report(origin: Origin, message: str, kind: ProblemKind, suggestion: str | None) -> None:
        problems.append(problem_at(origin, message + did_you_mean(suggestion), kind, suggestion))

    for name, value in values.items():
        setting = SETTINGS_BY_NAME.get(name)
        if setting is None:
            suggestion = closest(name.replace("_", "-"), SETTINGS_BY_NAME)
            report(places.key(name), f"Unknown loopscope setting `{name}`.", "unknown-setting", suggestion)
            continue
        try:
            found[setting.field] = Sourced(_checked(setting, value, places), places.at(name))
        except _InvalidSettingError as error:
            report(error.origin, str(error), "invalid-setting", error.suggestion)
    changes = cast("dict[str, Any]", found)  # `_checked` returns for each setting what its field holds.
    return replace(base, **changes, problems=(*base.problems, *problems))


def _checked(setting: Setting, value: object, places: _Places) -> object:
    """The value in the type of its field. Raises _InvalidSettingError."""
    name = setting.name
    if setting.type == "flag" and isinstance(value, bool):
        return value
    if setting.type in ("text", "text or null") and isinstance(value, str):
        return value
    if setting.type == "preset" and isinstance(value, str):
        return _choice(setting, value, places.at(name))
    if setting.type == "texts":
        return _texts(setting, value, places, name)
    table = as_table(value)
    if setting.type == "table of texts" and table is not None:
        return {key: _texts(setting, item, places, name, key) for key, item in table.items()}
    if setting.type == "table of severities" and table is not None:
        return {
            key: Sourced(_choice(setting, item, places.at(name, key)), places.at(name, key))
            for key, item in table.items()
        }
    raise _wrong(setting, value, places.at(name))


def _texts(setting: Setting, value: object, places: _Places, *keys: str) -> tuple[Sourced[str], ...]:
    elements = as_list(value)
    if elements is None:
        raise _wrong(setting, value, places.at(*keys))
    found: list[Sourced[str]] = []
    for index, element in enumerate(elements):
        origin = places.at(*keys, item=index)
        if not isinstance(element, str):
            raise _wrong(setting, element, origin)
        found.append(Sourced(_choice(setting, element, origin) if setting.choices else element, origin))
    return tuple(found)


def _choice(setting: Setting, value: object, origin: Origin) -> str:
    if not isinstance(value, str):
        raise _wrong(setting, value, origin)
    if value not in setting.choices:
        message = f"`{setting.name}` expects {setting.expects}, got {value!r}."
        raise _InvalidSettingError(origin, message, closest(value, setting.choices))
    return value


def _wrong(setting: Setting, value: object, origin: Origin) -> _InvalidSettingError:
    return _InvalidSettingError(origin, f"`{setting.name}` expects {setting.expects}, got {value!r}.")


def _kebab(key: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in key)
