"""Which rules run on a file, and how loudly: settings turned into rules."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath

from loopscope.config.model import ConfigProblem, Sourced, closest, did_you_mean, problem_at
from loopscope.config.patterns import fnmatch_ex
from loopscope.config.settings import DEFAULT_SETTINGS, Settings
from loopscope.rules import RULES, by_name
from loopscope.rules.model import Group, Rule, Severity
from loopscope.text.frozen import field, frozen, replace

GROUPS: Mapping[str, Group] = {group.name.lower(): group for group in Group}
"""Groups of rules by the names under which settings select them."""

_PRESETS = ("default", "recommended", "strict", "all")


@frozen
class Selection:
    """The rules to run, by name, with the severities that settings give; `problems` are names that no rule has."""

    rules: tuple[Rule, ...]
    severities: Mapping[str, Severity] = field(default_factory=dict[str, Severity])
    per_file_ignores: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    folder: PurePath | None = None
    respect_noqa: bool = False
    problems: tuple[ConfigProblem, ...] = ()
    at_first: bool = False
    """`Context.at_first`."""

    def rules_for(self, path: PurePath) -> tuple[Rule, ...]:
        """The rules to run on one file: all but those that `per-file-ignores` takes away."""
        if not self.per_file_ignores:
            return self.rules
        ignored = self._ignored(path)
        return tuple(rule for rule in self.rules if rule.meta.name not in ignored)

    def severity_of(self, rule: Rule) -> Severity:
        """The severity with which a rule reports, unless a finding has its own."""
        return self.severities.get(rule.meta.name, rule.meta.severity)

    def _ignored(self, path: PurePath) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for glob, names in self.per_file_ignores.items():
            relative = path.relative_to(self.folder) if self.folder and path.is_relative_to(self.folder) else path
            if _matches(glob, relative):
                found |= names
        return found


def select(settings: Settings = DEFAULT_SETTINGS) -> Selection:
    """The selection that settings describe. Unknown names are problems of the result and select nothing."""
    reader = _Reader()
    chosen = {rule.meta.name for rule in RULES if _in_preset(rule, settings.preset.value)}
    if settings.select.value:
        chosen = reader.names(settings.select.value)
    chosen |= reader.names(settings.extend_select.value)
    chosen -= reader.names(settings.ignore.value)
    severities: dict[str, Severity] = {}
    for name, severity in settings.severity.value.items():
        named = reader.names([Sourced(name, severity.origin)])
        if severity.value == "off":
            chosen -= named
        else:
            severities |= dict.fromkeys(named, Severity(severity.value))
    ignores = {glob: frozenset(reader.names(names)) for glob, names in settings.per_file_ignores.value.items()}
    rules = tuple(rule for rule in RULES if rule.meta.name in chosen)
    noqa = settings.respect_noqa.value
    return Selection(rules, severities, ignores, settings.folder, noqa, tuple(reader.problems))


_ABOUT_VALUES = frozenset(
    (Group.AWAITING, Group.MOCKS, Group.TASKS, Group.RESOURCES, Group.NETWORK, Group.EXCEPTIONS, Group.DJANGO)
)


def without_values(selection: Selection) -> Selection:
    """The rules that need not know what expressions are: they tell long before the others, and the same as among them.

    What comments silence is known of these only, so `unused-suppression` is not one.
    """
    rules = tuple(rule for rule in selection.rules if rule.meta.group not in _ABOUT_VALUES)
    return replace(selection, rules=tuple(rule for rule in rules if rule.meta.name != "unused-suppression"))


def at_first(selection: Selection) -> Selection:
    """What says soon which calls are not awaited, of those of which it is plain what they call."""
    rules = tuple(rule for rule in selection.rules if rule.meta.name == "missing-await")
    return replace(selection, rules=rules, at_first=True)


def offered(settings: Settings = DEFAULT_SETTINGS) -> Selection:
    """The rules with a fix that are not selected, and that no setting turned off by name: suggestions for who asks."""
    chosen = select(settings).rules
    everything = select(replace(settings, preset=Sourced("all"), select=Sourced(())))
    rules = tuple(rule for rule in everything.rules if rule.fix is not None and rule not in chosen)
    return replace(everything, rules=rules)


class _Reader:
    """Reads names of rules and groups, and collects those that do not exist."""

    def __init__(self) -> None:
        self.problems: list[ConfigProblem] = []

    def names(self, words: Iterable[Sourced[str]]) -> set[str]:
        found: set[str] = set()
        for word in words:
            if word.value in by_name:
                found.add(word.value)
            elif word.value in GROUPS:
                found |= {rule.meta.name for rule in RULES if rule.meta.group is GROUPS[word.value]}
            elif word.value == "all":
                found |= set(by_name)
            else:
                near = closest(word.value, [*by_name, *GROUPS])
                message = f"There is no rule or group `{word.value}`.{did_you_mean(near)}"
                written = None if near is None else f'"{near}"'
                self.problems.append(problem_at(word.origin, message, "invalid-setting", written))
        return found


def _in_preset(rule: Rule, preset: str) -> bool:
    if rule.meta.default or preset == "all":
        return True
    return rule.meta.preset in _PRESETS[1 : _PRESETS.index(preset) + 1] if preset in _PRESETS else False


def _matches(glob: str, path: PurePath) -> bool:
    """Whether a glob matches a path or a folder above it; `**` matches any number of folders."""
    pattern = glob.replace("/**", "/*").removesuffix("/").removeprefix("**/")
    return any(fnmatch_ex(pattern, part) for part in (path, *path.parents[:-1]))
