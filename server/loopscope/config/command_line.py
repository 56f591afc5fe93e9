"""Command lines for pytest, as far as they change what a test does: `addopts`, PYTEST_ADDOPTS and arguments."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from loopscope.config.model import Origin, Sourced
from loopscope.config.words import split_words
from loopscope.text.frozen import frozen

# Options of pytest 9.2 (and the plugins that matter here) that take the next word as their value.
_TAKES_VALUE = frozenset(
    [
        "--maxfail",
        "--pdbcls",
        "--capture",
        "--lfnf",
        "--last-failed-no-failures",
        "--durations",
        "--durations-min",
        "--verbosity",
        "--report-chars",
        "--tb",
        "--show-capture",
        "--color",
        "--code-highlight",
        "--pastebin",
        "--junitxml",
        "--junit-xml",
        "--junitprefix",
        "--junit-prefix",
        "--pythonwarnings",
        "--max-warnings",
        "--ignore",
        "--ignore-glob",
        "--deselect",
        "--confcutdir",
        "--import-mode",
        "--doctest-report",
        "--doctest-glob",
        "--config-file",
        "--rootdir",
        "--basetemp",
        "--override-ini",
        "--assert",
        "--log-level",
        "--log-format",
        "--log-date-format",
        "--log-cli-level",
        "--log-cli-format",
        "--log-cli-date-format",
        "--log-file",
        "--log-file-mode",
        "--log-file-level",
        "--log-file-format",
        "--log-file-date-format",
        "--log-auto-indent",
        "--log-disable",
        "--asyncio-mode",
        "--anyio-mode",
        "--timeout",
        "--ds",
        "--dc",
    ]
)
_FLAGS = frozenset(
    [
        "--markers",
        "--exitfirst",
        "--strict-config",
        "--strict-markers",
        "--strict",
        "--fixtures",
        "--funcargs",
        "--fixtures-per-test",
        "--pdb",
        "--trace",
        "--runxfail",
        "--lf",
        "--last-failed",
        "--ff",
        "--failed-first",
        "--nf",
        "--new-first",
        "--cache-clear",
        "--sw",
        "--stepwise",
        "--sw-skip",
        "--stepwise-skip",
        "--sw-reset",
        "--stepwise-reset",
        "--verbose",
        "--no-header",
        "--no-summary",
        "--no-fold-skipped",
        "--force-short-summary",
        "--quiet",
        "--disable-warnings",
        "--disable-pytest-warnings",
        "--showlocals",
        "--no-showlocals",
        "--xfail-tb",
        "--fulltrace",
        "--full-trace",
        "--collectonly",
        "--collect-only",
        "--co",
        "--pyargs",
        "--noconftest",
        "--keepduplicates",
        "--keep-duplicates",
        "--collect-in-virtualenv",
        "--continue-on-collection-errors",
        "--doctest-modules",
        "--doctest-ignore-import-errors",
        "--doctest-continue-on-failure",
        "--version",
        "--help",
        "--disable-plugin-autoload",
        "--traceconfig",
        "--trace-config",
        "--setuponly",
        "--setup-only",
        "--setupshow",
        "--setup-show",
        "--setupplan",
        "--setup-plan",
        "--asyncio-debug",
        "--reuse-db",
        "--create-db",
        "--no-cov",
    ]
)
_SHORT_TAKES_VALUE = "kmrWcpon"
_SHORT_FLAGS = "xsvqlVh"
_LONG_NAMES = {"-c": "--config-file", "-o": "--override-ini", "-W": "--pythonwarnings"}


class Option(NamedTuple):
    """One option in its long spelling where it has one. `value` is None for a flag (or an unknown option)."""

    name: str
    value: str | None
    origin: Origin


@frozen
class CommandLine:
    """Options in the order in which pytest applies them (the last one wins), and the paths that are surely paths."""

    options: tuple[Option, ...] = ()
    paths: tuple[Sourced[str], ...] = ()

    def last(self, name: str) -> Sourced[str] | None:
        """The value that an option ends up with, or None when it is not given; flags have the value ""."""
        return next(
            (Sourced(option.value or "", option.origin) for option in reversed(self.options) if option.name == name),
            None,
        )

    def every(self, name: str) -> tuple[Sourced[str], ...]:
        """All values of an option that may be repeated."""
        return tuple(Sourced(option.value or "", option.origin) for option in self.options if option.name == name)

    def __add__(self, other: "CommandLine") -> "CommandLine":
        """This command line with the other one behind it."""
        return CommandLine(self.options + other.options, self.paths + other.paths)


def parse_words(words: Sequence[Sourced[str]]) -> CommandLine:
    """The options and paths among words that are split already.

    The word behind an option that is not known here is neither: it may be the option's value. Never raises.
    """
    options: list[Option] = []
    paths: list[Sourced[str]] = []
    unsure = False
    only_paths = False
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if only_paths or not word.value.startswith("-") or word.value == "-":
            if not unsure:
                paths.append(word)
            unsure = False
            continue
        if word.value == "--":
            only_paths = True
            continue
        found, wants_value = _options(word)
        unsure = not wants_value and found[-1].value is None and not _is_flag(found[-1].name)
        if wants_value and index < len(words):
            value = words[index]
            index += 1
            found[-1] = found[-1]._replace(value=value.value, origin=value.origin)
        options += found
    return CommandLine(tuple(options), tuple(paths))


def parse_text(text: Sourced[str]) -> CommandLine:
    """The command line in one string, such as PYTEST_ADDOPTS. Raises ValueError when a quote is not closed."""
    return parse_words(tuple(Sourced(word.text, text.origin) for word in split_words(text.value)))


def parse_arguments(arguments: Iterable[str], note: str = "command line") -> CommandLine:
    """The command line given as a list of arguments."""
    return parse_words(tuple(Sourced(argument, Origin(note=note)) for argument in arguments))


def _is_flag(name: str) -> bool:
    return name in _FLAGS or (len(name) == 2 and name[1] in _SHORT_FLAGS)


def _options(word: Sourced[str]) -> tuple[list[Option], bool]:
    """The options in one word, and whether the last one takes the next word as its value."""
    text, origin = word.value, word.origin
    if text.startswith("--"):
        name, equals, value = text.partition("=")
        return [Option(name, value if equals else None, origin)], not equals and name in _TAKES_VALUE
    found: list[Option] = []
    for position, letter in enumerate(text[1:], start=1):
        name = _LONG_NAMES.get(f"-{letter}", f"-{letter}")
        if letter not in _SHORT_FLAGS:
            value = text[position + 1 :].removeprefix("=")
            takes = letter in _SHORT_TAKES_VALUE
            found.append(Option(name, value if value and takes else None, origin))
            return found, takes and not value
        found.append(Option(name, None, origin))
    return found, False
