"""Completion of names in strings: argnames of parametrize, of those the indirect ones, and modules of plugins."""

import re
from collections.abc import Iterator
from pathlib import PurePath

from loopscope.features.cursor import CallSyntax, Place, signature_below
from loopscope.features.parametrized import names_in
from loopscope.features.proposal import Completion, Sort
from loopscope.features.requested import PARAMETRIZE
from loopscope.features.site import Site, class_path
from loopscope.text.span import Span
from loopscope.workspace.imports import search_path
from loopscope.workspace.project import workspace_root

_ITEM = re.compile(r"[^,]*\Z")
_LIMIT = 300
"""How many modules of a folder are proposed at most."""


def argnames(site: Site) -> Iterator[Completion]:
    """The parameters of the function below, in the first argument of parametrize; fixtures are the last."""
    call = site.cursor.call
    if call is None or not _is_first(site, call):
        return
    signature = signature_below(site.source, site.cursor.offset)
    if signature is None:
        return
    item = _ITEM.search(site.cursor.prefix)
    typed = item.group() if item is not None else ""
    offset = site.cursor.offset
    start = offset - len(typed.lstrip())
    rest = re.match(r"\w*", site.source.text[offset : site.cursor.word.end])
    within = Span(start, offset + (rest.end() if rest is not None else 0))
    text = site.source.text
    first = call.argument(0, "argnames")
    written = "" if first is None else f"{text[first.start : within.start]}{text[within.end : first.end]}"
    present = {"self", "cls", "request", *re.findall(r"\w+", written)}
    owner = site.owner
    fixtures = site.view.visible(class_path(owner) if owner is not None else ())
    for index, name in enumerate(signature.names):
        if name not in present:
            rank = f"{int(name in fixtures)}{index:02}"
            detail = "parameter, else a fixture" if name in fixtures else "parameter"
            yield Completion(name, Sort.ARGNAME, name, rank, detail, span=within)


def indirect_names(site: Site) -> Iterator[Completion]:
    """The names of a parametrize mark, in its `indirect`."""
    call = site.cursor.call
    if (
        call is None
        or site.canonical(call.callee) != PARAMETRIZE
        or (call.keyword or call.index) not in ("indirect", 2)
    ):
        return
    first = call.argument(0, "argnames")
    if first is None:
        return
    given = call.argument(2, "indirect")
    word = site.cursor.word
    text = site.source.text
    written = "" if given is None else f"{text[given.start : word.start]}{text[word.end : given.end]}"
    present = set(names_in(written))
    for index, name in enumerate(names_in(text[slice(*first)])):
        if name not in present:
            yield Completion(name, Sort.ARGNAME, name, f"{index:02}", "parametrized")


def plugin_modules(site: Site) -> Iterator[Completion]:
    """The modules that `pytest_plugins` may name: those of the project, then those of installed plugins."""
    if site.cursor.target != "pytest_plugins" or site.cursor.place is not Place.STRING:
        return
    q = site.snapshot.queries
    package = site.cursor.prefix.rpartition(".")[0]
    seen: set[str] = set()
    for root in q.get(search_path, site.path.parent):
        if workspace_root(q, root) is None or "site-packages" in root.parts:
            continue
        for name in _modules(site, root.joinpath(*package.split(".")) if package else root):
            dotted = f"{package}.{name}" if package else name
            if dotted not in seen:
                seen.add(dotted)
                yield Completion(dotted, Sort.MODULE, dotted, f"0{dotted}", "module of the project")
    for entry in site.snapshot.environment_of(site.path).plugins:
        if entry.module not in seen:
            seen.add(entry.module)
            detail = f"{entry.dist} {entry.version}"
            yield Completion(entry.module, Sort.MODULE, entry.module, f"1{entry.module}", detail)
    yield Completion("pytester", Sort.MODULE, "pytester", "1pytester", "pytest")


def _modules(site: Site, folder: PurePath) -> Iterator[str]:
    """The modules and packages of a folder that may be plugins: no tests, no conftest."""
    files = site.snapshot.queries.files
    if not files.is_dir(folder):
        return
    for entry in files.entries(folder)[:_LIMIT]:
        name = entry.name if entry.is_dir else entry.name.removesuffix(".py")
        if not entry.is_dir and not entry.name.endswith(".py"):
            continue
        if name.isidentifier() and not name.startswith(("_", "test_")) and name not in ("conftest", "setup"):
            yield name


def _is_first(site: Site, call: CallSyntax) -> bool:
    given = call.keyword in (None, "argnames") and (call.index == 0 or call.keyword == "argnames")
    return given and site.canonical(call.callee) == PARAMETRIZE
