"""Values as they stand in a configuration, and pytest's conversions to the type of their option."""

from collections.abc import Callable
from pathlib import PurePath
from typing import Literal, NamedTuple, TypeVar

from loopscope.config.catalog import IniOption
from loopscope.config.document import Lines, Located, as_list
from loopscope.config.model import Origin, Sourced
from loopscope.config.paths import absolute
from loopscope.config.words import split_words
from loopscope.text.frozen import replace
from loopscope.text.span import Span

T = TypeVar("T")

Mode = Literal["ini", "toml"]


class InvalidValueError(Exception):
    """pytest refuses a value: its message, whether the type is the matter, and the array element that is wrong."""

    def __init__(self, message: str, *, wrong_type: bool = False, item: int | None = None) -> None:
        super().__init__(message)
        self.wrong_type = wrong_type
        self.item = item


class RawValue(NamedTuple):
    """A value before conversion. Mirrors `ConfigValue` in `_pytest/config/findpaths.py`.

    In mode "ini" the value is a string or a list (from `[tool.pytest.ini_options]`); in mode "toml" it has the type
    that it has in the file.
    """

    value: object
    mode: Mode
    origin: Origin
    override: bool = False
    located: Located | None = None
    lines: Lines | None = None

    def item_origin(self, index: int) -> Origin:
        """Where one element of an array stands; the whole value when that is not known."""
        if self.located is None or index >= len(self.located.items):
            return self.origin
        return self.origin_of(self.located.items[index].value)

    def part_origin(self, start: int, end: int) -> Origin:
        """Where the characters `[start, end)` of a string value stand."""
        return self.origin if self.located is None else self.origin_of(self.located.part(start, end))

    def origin_of(self, span: Span) -> Origin:
        """The origin of this value, narrowed to a part of it."""
        line = self.origin.line if self.lines is None else self.lines.at(span.start)
        return replace(self.origin, span=span, line=line)


def convert(option: IniOption, raw: RawValue, inidir: PurePath) -> object:
    """The value as `Config.getini` returns it; elements of lists come as `Sourced`, lists as tuples.

    Mirrors `Config._getini_ini` and `Config._getini_toml` in `_pytest/config/__init__.py`. `inidir` is the folder to
    which values of type "paths" are relative. Raises InvalidValueError where pytest stops with a usage error.
    """
    if option.type in ("args", "linelist", "paths"):
        words = _toml_list(option, raw) if raw.mode == "toml" else _ini_list(option, raw)
        if option.type == "paths":
            return tuple(Sourced(absolute(inidir, word.value), word.origin) for word in words)
        return words
    if raw.mode == "toml":
        return _toml_scalar(option, raw.value)
    return _ini_scalar(option, raw.value)


def strtobool(text: str) -> bool:
    """The truth that a word stands for. Mirrors `_strtobool` in `_pytest/config/__init__.py`; raises ValueError."""
    word = text.lower()
    if word in ("y", "yes", "t", "true", "on", "1"):
        return True
    if word in ("n", "no", "f", "false", "off", "0"):
        return False
    raise ValueError(f"invalid truth value {word!r}")


def _ini_list(option: IniOption, raw: RawValue) -> tuple[Sourced[str], ...]:
    elements = as_list(raw.value)
    if elements is not None:
        return tuple(Sourced(str(item), raw.item_origin(index)) for index, item in enumerate(elements))
    text = str(raw.value)
    if option.type == "linelist":
        return _split_lines(text, raw)
    try:
        words = split_words(text)
    except ValueError as error:
        raise InvalidValueError(f"`{option.name}` cannot be split into arguments: {error}") from error
    return tuple(Sourced(word.text, raw.part_origin(word.start, word.end)) for word in words)


def _split_lines(text: str, raw: RawValue) -> tuple[Sourced[str], ...]:
    found: list[Sourced[str]] = []
    offset = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            start = offset + line.index(stripped)
            found.append(Sourced(stripped, raw.part_origin(start, start + len(stripped))))
        offset += len(line) + 1
    return tuple(found)


def _toml_list(option: IniOption, raw: RawValue) -> tuple[Sourced[str], ...]:
    elements = as_list(raw.value)
    if elements is None:
        raise InvalidValueError(_expects(option, "a list of strings", raw.value), wrong_type=True)
    words: list[Sourced[str]] = []
    for index, item in enumerate(elements):
        if not isinstance(item, str):
            raise InvalidValueError(_expects(option, "a list of strings", item), wrong_type=True, item=index)
        words.append(Sourced(item, raw.item_origin(index)))
    return tuple(words)


def _toml_scalar(option: IniOption, value: object) -> object:
    kinds: dict[str, tuple[str, tuple[type, ...]]] = {
        "bool": ("a bool", (bool,)),
        "int": ("an int", (int,)),
        "float": ("a float", (float, int)),
        "string": ("a string", (str,)),
        "text-or-number": ("a string or a number", (str, float, int)),
    }
    words, types = kinds[option.type]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise InvalidValueError(_expects(option, words, value), wrong_type=True)
    return value


def _ini_scalar(option: IniOption, value: object) -> object:
    if option.type == "bool":
        return _parsed(option, strtobool, str(value).strip(), "a truth value such as `true` or `false`")
    if not isinstance(value, str):
        raise InvalidValueError(_expects(option, "a string", value), wrong_type=True)
    if option.type == "int":
        return _parsed(option, int, value, "an integer")
    if option.type == "float":
        return _parsed(option, float, value, "a number")
    return value


def _parsed(option: IniOption, parse: Callable[[str], T], text: str, words: str) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise InvalidValueError(f"`{option.name}` expects {words}, got {text!r}.") from error


def _expects(option: IniOption, words: str, value: object) -> str:
    return f"`{option.name}` expects {words}, got {type(value).__name__}: {value!r}."
