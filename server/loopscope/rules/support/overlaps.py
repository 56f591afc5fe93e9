"""What other tools report at the same place, and which of the two is shown when both run in one editor."""

from collections.abc import Collection, Iterable, Mapping

from loopscope.rules.model import Meta

QUIETED: Mapping[str, frozenset[str]] = {
    "mypy": frozenset({"unused-coroutine", "truthy-bool"}),
    "pyright": frozenset({"reportUnusedCoroutine", "reportIncompatibleMethodOverride"}),
    "ruff": frozenset(
        {"ASYNC110", "ASYNC210", "ASYNC212", "ASYNC221", "ASYNC222", "ASYNC251"}
        | {"B017", "B018", "BLE001", "E722", "PGH005", "RUF006", "S110", "SIM105"}
        | {"PT002", "PT011", "PT012", "PT020", "PT021", "PT024", "PT025"}
    ),
    "ty": frozenset({"incompatible-method-override", "redundant-condition", "unused-awaitable"}),
}
"""For each tool the checks that our documentation turns off for tests: there loopscope says the same, more exactly."""


def codes(meta: Meta, tool: str) -> tuple[str, ...]:
    """The checks of a tool that report what a rule reports."""
    return named(meta.overlaps, tool)


def named(overlaps: Iterable[str], tool: str) -> tuple[str, ...]:
    """The checks of one tool among those that are written `tool: check`."""
    return tuple(code for each in overlaps for name, _, code in (each.partition(": "),) if name == tool)


def left_to(meta: Meta, tools: Collection[str]) -> bool:
    """Whether one of these tools says what the rule says by a check that cannot be turned off without losing others."""
    return any(set(codes(meta, tool)) - QUIETED.get(tool, frozenset()) for tool in tools)
