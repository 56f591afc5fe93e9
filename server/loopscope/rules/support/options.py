"""Edits that give options of pytest's configuration other values."""

from collections.abc import Mapping
from pathlib import PurePath

from loopscope.rules.context import Context
from loopscope.rules.support.text import line_end, line_start
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span


def set_options(ctx: Context, values: Mapping[str, str]) -> dict[PurePath, tuple[Edit, ...]] | None:
    """Edits of the configuration file in effect that set options to words; None where there is no place to tell.

    What is set already is changed where it stands; the rest goes before the first option of the file.
    """
    path = ctx.config.inipath
    text = Unreadable("missing") if path is None else ctx.snapshot.files.read(path)
    if path is None or isinstance(text, Unreadable):
        return None
    written = {name: raw for name, raw in ctx.config.raw.items() if raw.origin.path == path and not raw.override}
    starts = [raw.origin.key_span.start for raw in written.values() if raw.origin.key_span is not None]
    edits: list[Edit] = []
    added: list[str] = []
    quote = '"' if path.suffix == ".toml" else ""
    for name, value in values.items():
        raw = written.get(name)
        if raw is None:
            added.append(f"{name} = {quote}{value}{quote}{line_end(text)}")
        elif raw.value != value:
            span = raw.origin.span
            start = -1 if span is None or not isinstance(raw.value, str) else text.find(raw.value, span.start, span.end)
            if start < 0:
                return None
            edits.append(Edit(Span(start, start + len(str(raw.value))), value))
    if added:
        first = min(starts, default=-1)
        if first < 0 or line_start(text, first) != first:
            return None
        edits.append(Edit(Span(first, first), "".join(added)))
    return {path: tuple(edits)}
