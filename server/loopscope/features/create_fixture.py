"""Code actions that create a fixture that a test or fixture requests and that does not exist."""

import re
from pathlib import PurePath

from loopscope.engine.run import context_of
from loopscope.rules.context import Context
from loopscope.rules.model import Finding
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.text import line_end
from loopscope.rules.unknown_fixture import missing_name
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.model import Unknown
from loopscope.workspace.project import workspace_root
from loopscope.workspace.snapshot import Snapshot

_TABS = re.compile(r"^\t", re.MULTILINE)


@frozen
class Creation:
    """Edits of one existing file that create a fixture. Offsets are code points."""

    title: str
    path: PurePath
    edits: tuple[Edit, ...]


def creations(snapshot: Snapshot, finding: Finding) -> tuple[Creation, ...]:
    """What creates the fixture that a finding of `unknown-fixture` of this very snapshot misses.

    Offered are a synchronous one, and an async one where a plugin runs it; in the file itself, and in the nearest
    conftest of the workspace. Empty for findings of other rules.
    """
    name = missing_name(finding)
    found: list[Creation] = []
    for path in _places(snapshot, finding.path) if name is not None else ():
        ctx = context_of(snapshot, path)
        if isinstance(ctx, Unreadable) or name is None:
            continue
        offset = _before(ctx, finding.span.start) if path == finding.path else len(ctx.text)
        where = "here" if path == finding.path else f"in {_shown(finding.path, path)}"
        found.append(Creation(f"Create the fixture `{name}` {where}", path, _edits(ctx, name, offset, "pytest")))
        module = _async_module(ctx)
        if module is not None:
            edits = _edits(ctx, name, offset, module, "async ")
            found.append(Creation(f"Create the async fixture `{name}` {where}", path, edits))
    return tuple(found)


def _places(snapshot: Snapshot, path: PurePath) -> list[PurePath]:
    """The file itself and the innermost conftest that its tests see, when that is in the workspace."""
    conftests = snapshot.queries.get(conftests_of, path.parent)
    own = [each for each in conftests if each != path and workspace_root(snapshot.queries, each) is not None]
    return [path, *own[-1:]]


def _shown(path: PurePath, conftest: PurePath) -> str:
    """A conftest as seen from the folder of a file: `conftest.py`, `../conftest.py`."""
    up = len(path.parent.relative_to(conftest.parent).parts)
    return "../" * up + conftest.name


def _async_module(ctx: Context) -> str | None:
    """The module whose `fixture` makes an async fixture that a plugin runs; None when there is no such plugin."""
    if ctx.plugin_enabled("asyncio"):
        mode = ctx.mode()
        return "pytest" if not isinstance(mode, Unknown) and mode.value == "auto" else "pytest_asyncio"
    return "pytest" if ctx.plugin_enabled("anyio") else None


def _before(ctx: Context, offset: int) -> int:
    """Where the definition at module level begins that holds an offset."""
    starts = [spans.whole.start for id_, spans in ctx.layout.defs.items() if not id_.holder]
    return max((start for start in starts if start <= offset), default=len(ctx.text))


def _edits(ctx: Context, name: str, offset: int, module: str, prefix: str = "") -> tuple[Edit, ...]:
    end = line_end(ctx.text)
    indent = "\t" if _TABS.search(ctx.text) else "    "
    imports: list[Edit] = []
    decorator = f"@{spelled(ctx, module, imports)}.fixture"
    lines = (decorator, f"{prefix}def {name}():", f"{indent}raise NotImplementedError", "")
    text = end.join(lines)
    if offset < len(ctx.text):
        text = f"{text}{end}{end}"
    elif ctx.text.strip():
        # Two blank lines after what the file ends with, whether that ends its line or not.
        text = f"{'' if ctx.text.endswith((chr(10), chr(13))) else end}{end}{end}{text}"
    return (*imports, Edit(Span(offset, offset), text))
