"""From files and command lines to effective values: `Config.parse` of `_pytest/config/__init__.py`."""

from pathlib import PurePath
from typing import NamedTuple, cast

from loopscope.config.catalog import ALIASES, ASYNCIO_OPTIONS, INI_OPTIONS, OTHER_NAMES, IniOption
from loopscope.config.command_line import CommandLine, parse_arguments, parse_text, parse_words
from loopscope.config.discovery import Setup, determine_setup
from loopscope.config.document import as_list
from loopscope.config.loaders import Version, at_least
from loopscope.config.model import ConfigProblem, ProblemKind, Sourced, closest, did_you_mean, problem_at
from loopscope.config.pytest_config import PytestConfig
from loopscope.config.values import InvalidValueError, RawValue, convert
from loopscope.text.files import Files
from loopscope.text.frozen import replace

_STRICT_FLAGS = {"--strict": "strict", "--strict-markers": "strict_markers", "--strict-config": "strict_config"}
_ASYNCIO_OFF = ("no:asyncio", "no:pytest_asyncio")
_LIKELY, _SURE = 0.75, 0.9
"""How near a key must be to a name: no plugin but pytest-asyncio has options whose names begin with "async"."""

_NOTHING: Sourced[str] = Sourced("")


class Invocation(NamedTuple):
    """How pytest is started, as far as somebody said so: nothing is taken from our own environment.

    `pytest_version` None stands for the newest; `addopts` and `plugins` are the values of PYTEST_ADDOPTS and
    PYTEST_PLUGINS.
    """

    pytest_version: Version | None = None
    args: tuple[str, ...] = ()
    addopts: Sourced[str] = _NOTHING
    plugins: Sourced[str] = _NOTHING


DEFAULT_INVOCATION = Invocation()


def find_config(
    files: Files,
    start: PurePath,
    *,
    workspace_root: PurePath | None = None,
    invocation: Invocation = DEFAULT_INVOCATION,
) -> PytestConfig:
    """The configuration of `pytest` run in the folder `start`; of `pytest FILE` run in the workspace when it is a file.

    Never raises: whatever pytest refuses is a problem of the result.
    """
    if files.is_dir(start):
        return _configure(files, start, invocation)
    folder = start.parent if workspace_root is None else workspace_root
    return _configure(files, folder, invocation._replace(args=(*invocation.args, str(start))))


def _configure(files: Files, folder: PurePath, invocation: Invocation) -> PytestConfig:
    problems: list[ConfigProblem] = []
    early = _environment_line(invocation.addopts, problems) + parse_arguments(invocation.args)
    version = invocation.pytest_version
    setup = determine_setup(files, folder, early, version)
    problems += setup.problems
    raw = dict(setup.file.values or {}) if setup.file is not None else {}
    raw.update(_overrides(early, version, problems))
    inidir = folder if setup.file is None else setup.file.path.parent
    conversion = _Conversion(raw, inidir, version)
    added = parse_words(conversion.words("addopts"))
    if at_least(version, 9, 1) or not at_least(version, 9):
        # pytest 9.0 ignores overrides in addopts, older ones know `--strict-markers` there but no `-o`.
        late = added if at_least(version, 9) else _only_flags(added)
        raw.update(_overrides(late + early, version, []))
        _overrides(late, version, problems)
    conversion.run()
    command_line = added + early
    conversion.check_mode(command_line)
    conversion.report_overridden(command_line)
    conversion.report_unknown()
    return _result(setup, folder, invocation, conversion, command_line, (*problems, *conversion.problems))


def _result(
    setup: Setup,
    folder: PurePath,
    invocation: Invocation,
    conversion: "_Conversion",
    command_line: CommandLine,
    problems: tuple[ConfigProblem, ...],
) -> PytestConfig:
    plugins = invocation.plugins
    names = [name.strip() for name in plugins.value.split(",")]
    return PytestConfig(
        rootdir=setup.rootdir,
        inipath=None if setup.file is None else setup.file.path,
        invocation_dir=folder,
        version=invocation.pytest_version,
        shadowed=setup.shadowed,
        raw=conversion.raw,
        options=conversion.options,
        invalid=frozenset(conversion.invalid),
        command_line=command_line,
        early_plugins=tuple(Sourced(name, plugins.origin) for name in names if name),
        problems=problems,
        readable=setup.file is None or setup.file.readable,
        section=None if setup.file is None else setup.file.section,
    )


def _environment_line(addopts: Sourced[str], problems: list[ConfigProblem]) -> CommandLine:
    try:
        return parse_text(addopts)
    except ValueError as error:
        message = f"PYTEST_ADDOPTS cannot be split into arguments: {error}"
        problems.append(problem_at(addopts.origin, message, "invalid-arguments", fatal=True))
        return CommandLine()


def _only_flags(line: CommandLine) -> CommandLine:
    return CommandLine(tuple(option for option in line.options if option.name in _STRICT_FLAGS))


def _overrides(line: CommandLine, version: Version | None, problems: list[ConfigProblem]) -> dict[str, RawValue]:
    """The values that `-o name=value` and the strictness flags set. Mirrors `parse_override_ini`."""
    found: dict[str, RawValue] = {}
    for option in line.options:
        if option.name in _STRICT_FLAGS:
            name = _STRICT_FLAGS[option.name]
            # Before pytest 9 `--strict` was the old name of `--strict-markers`.
            name = name if at_least(version, 9) or name != "strict" else "strict_markers"
            found[name] = RawValue("true", "ini", option.origin, override=True)
        elif option.name == "--override-ini":
            name, equals, value = (option.value or "").partition("=")
            if equals:
                found[name] = RawValue(value, "ini", option.origin, override=True)
            else:
                message = f"-o/--override-ini expects option=value style (got: {option.value!r})."
                problems.append(problem_at(option.origin, message, "invalid-arguments", fatal=True))
    return found


class _Conversion:
    """Converts the raw values of one run and collects what pytest would refuse."""

    def __init__(self, raw: dict[str, RawValue], inidir: PurePath, version: Version | None) -> None:
        self.raw = raw
        self.inidir = inidir
        self.version = version
        self.options: dict[str, Sourced[object]] = {}
        self.invalid: set[str] = set()
        self.problems: list[ConfigProblem] = []

    def words(self, name: str) -> tuple[Sourced[str], ...]:
        """The elements of an option of type "args", before any other option is converted; none when it is invalid."""
        self.convert(INI_OPTIONS[name])
        found = self.options.get(name)
        # Values of this type are converted to nothing else.
        return () if found is None else cast("tuple[Sourced[str], ...]", found.value)

    def run(self) -> None:
        """Convert every option that this pytest knows."""
        for option in INI_OPTIONS.values():
            known = (
                option.owner != "pytest"
                or at_least(self.version, *option.since)
                or (self.raw.get(option.name) is not None and self._flagged(option))
            )
            if option.name not in self.options and option.name not in self.invalid and known:
                self.convert(option)

    def _flagged(self, option: IniOption) -> bool:
        return self.raw[option.name].override and option.name in ("strict_markers", "strict_config")

    def convert(self, option: IniOption) -> None:
        """Convert one option, if it is set. Mirrors `Config._getini` in the choice between a name and its alias."""
        raw = self._selected(option)
        if raw is None:
            return
        try:
            value = convert(option, raw, self.inidir)
        except InvalidValueError as error:
            origin = raw.origin if error.item is None else raw.item_origin(error.item)
            kind: ProblemKind = "wrong-type" if error.wrong_type else "invalid-value"
            suggestion = _as_right_type(option, raw.value) if error.wrong_type else None
            self.problems.append(problem_at(origin, str(error), kind, suggestion, fatal=True))
            self.invalid.add(option.name)
            return
        self.options[option.name] = Sourced(value, raw.origin)
        if option.choices and option.name != "asyncio_mode" and value not in option.choices:
            self._refuse(option, Sourced(str(value), raw.origin), raw)

    def check_mode(self, command_line: CommandLine) -> None:
        """Check the value of `asyncio_mode` that is in effect, as pytest-asyncio does."""
        option = INI_OPTIONS["asyncio_mode"]
        given = command_line.last("--asyncio-mode")
        if given is not None:
            self.invalid.discard(option.name)
            if given.value not in option.choices:
                self._refuse(option, given, None)
            return
        found = self.options.get(option.name)
        if found is not None and found.value not in option.choices:
            self._refuse(option, Sourced(str(found.value), found.origin), self.raw[option.name])

    def report_overridden(self, command_line: CommandLine) -> None:
        """Options of pytest-asyncio in the file that `addopts` takes the effect from."""
        given = command_line.last("--asyncio-mode")
        mode = self.raw.get("asyncio_mode")
        if given is not None and mode is not None and given.origin.path is not None and mode.value != given.value:
            message = f"`--asyncio-mode={given.value}` in {given.origin.describe()} overrides this value."
            self.problems.append(_at_key(mode, message, "overridden"))
        off = next((word for word in reversed(command_line.every("-p")) if word.value in _ASYNCIO_OFF), None)
        for name in ASYNCIO_OPTIONS if off is not None and off.origin.path is not None else ():
            if name in self.raw and off is not None:
                message = (
                    f"`-p {off.value}` in {off.origin.describe()} turns pytest-asyncio off: `{name}` has no effect."
                )
                self.problems.append(_at_key(self.raw[name], message, "overridden"))

    def report_unknown(self) -> None:
        """Keys that look like a misspelt option of pytest or pytest-asyncio; others may belong to any plugin."""
        own = [name for name, option in INI_OPTIONS.items() if option.owner == "pytest"]
        for name, raw in self.raw.items():
            if raw.override or name in INI_OPTIONS or name in ALIASES or name in OTHER_NAMES:
                continue
            suggestion = closest(name, own, _SURE)
            if name.startswith("async"):
                suggestion = closest(name, ASYNCIO_OPTIONS, _LIKELY)
            if suggestion is not None:
                message = f"Unknown config option: `{name}`.{did_you_mean(suggestion)}"
                self.problems.append(_at_key(raw, message, "unknown-option", suggestion))

    def _selected(self, option: IniOption) -> RawValue | None:
        names = [option.name, *(alias for alias, name in ALIASES.items() if name == option.name)]
        found = [self.raw[name] for name in names if name in self.raw]
        return next((raw for raw in found if raw.override), found[0] if found else None)

    def _refuse(self, option: IniOption, value: Sourced[str], raw: RawValue | None) -> None:
        suggestion = closest(value.value, option.choices)
        words = "Valid modes" if option.name == "asyncio_mode" else "Valid scopes are"
        message = f"{value.value!r} is not a valid {option.name}. {words}: {', '.join(option.choices)}."
        written = f'"{suggestion}"' if suggestion is not None and _is_toml_string(raw) else suggestion
        self.options.pop(option.name, None)
        self.invalid.add(option.name)
        self.problems.append(
            problem_at(value.origin, message + did_you_mean(suggestion), "invalid-value", written, fatal=True)
        )


def _at_key(raw: RawValue, message: str, kind: ProblemKind, suggestion: str | None = None) -> ConfigProblem:
    origin = replace(raw.origin, span=raw.origin.key_span or raw.origin.span)
    return problem_at(origin, message, kind, suggestion)


def _is_toml_string(raw: RawValue | None) -> bool:
    return (
        raw is not None
        and raw.origin.path is not None
        and raw.origin.path.suffix == ".toml"
        and not raw.override
        and isinstance(raw.value, str)
    )


def _as_right_type(option: IniOption, value: object) -> str | None:
    """A TOML literal of the right type for the same value, when it is plain what that is."""
    if option.type == "bool" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower()
    if (
        option.type in ("args", "linelist", "paths")
        and isinstance(value, str)
        and '"' not in value
        and "\\" not in value
    ):
        return f'["{value}"]' if "\n" not in value and " " not in value else None
    elements = as_list(value)
    if option.type == "string" and elements is not None and len(elements) == 1 and isinstance(elements[0], str):
        return f'"{elements[0]}"'
    return None
