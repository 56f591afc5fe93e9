"""Calls of `unittest.mock` and pytest-mock's `mocker`: which function it is, what it replaces, and by what."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple, TypeAlias, cast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.expr import dotted
from loopscope.facts.outline import ClassFact, FactId, ImportedModule, ImportedName
from loopscope.facts.reading import dotted_name
from loopscope.rules.context import Context
from loopscope.rules.support.callees import type_of
from loopscope.rules.support.calls import binding_count, noted
from loopscope.rules.support.names import is_static
from loopscope.rules.support.text import without_item
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.workspace.imports import find_import, is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.inference.model import Instance
from loopscope.workspace.model import Unknown, Where
from loopscope.workspace.mro import class_fact
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import is_transparent
from loopscope.workspace.targets import attribute, referred, target
from loopscope.workspace.values import Class, External, Function, Module, Value

_MODULES = ("unittest.mock.", "mock.mock.", "mock.")
_MOCKERS = frozenset({"mocker", "class_mocker", "module_mocker", "package_mocker", "session_mocker"})
_LASTS = frozenset(
    {
        "AsyncMock",
        "MagicMock",
        "Mock",
        "NonCallableMagicMock",
        "NonCallableMock",
        "create_autospec",
        "patch",
        "object",
        "spy",
        "stub",
        "async_stub",
    }
)
_PATCHES = {"patch": 1, "patch.object": 2}
"""The place of `new` among the arguments."""
Owner: TypeAlias = Body | FactId
"""What an expression belongs to: the function whose body it is in, or the definition that it decorates."""

_CALLED = frozenset({"patch", "object", "setattr"})


class Patch(NamedTuple):
    """One `patch(…)`, `patch.object(…)` or `monkeypatch.setattr(…)`, its `kind` without the object that has it.

    `node` belongs to `owner`; `mocker` when pytest-mock's fixture does it.
    """

    node: ast.Call
    kind: str
    owner: Owner
    mocker: bool

    def argument(self, name: str) -> ast.expr | None:
        """What is given by keyword for a name; `new` by place too."""
        place = len(self.node.args) - 1 if self.kind == "setattr" else _PATCHES[self.kind]
        if name == "new" and len(self.node.args) > place:
            return self.node.args[place]
        return next((keyword.value for keyword in self.node.keywords if keyword.arg == name), None)

    @property
    def unclear(self) -> bool:
        """Whether arguments come from `*args` or `**kwargs`."""
        return any(isinstance(each, ast.Starred) for each in self.node.args) or any(
            keyword.arg is None for keyword in self.node.keywords
        )


def mock_function(ctx: Context, owner: Owner, call: CallSite) -> str | None:
    """What of `unittest.mock` a call calls, as `AsyncMock` or `patch.object`, through `mocker` too; None for others."""
    name = call.name
    if name is None or not may_make_mock(name):
        return None
    if call.local_root:
        first, _, rest = name.partition(".")
        return rest if isinstance(owner, Body) and is_mocker(ctx, owner, first) else None
    if not call.imported:
        return None
    return _of_module(name) or _followed(ctx, name)


def may_make_mock(name: str) -> bool:
    """Whether a call of that name may make a mock, going by its last part alone."""
    return name.rpartition(".")[2] in _LASTS


def site_of(ctx: Context, owner: Owner, node: ast.AST) -> CallSite | None:
    """The call site of a call; None for any other node."""
    if not isinstance(owner, Body):
        known = ctx.remember("sites", lambda: _by_node(() if ctx.facts is None else ctx.facts.module_calls))
        return known.get(id(node))
    if "sites" not in owner.notes:
        owner.notes["sites"] = _by_node(owner.calls)
    return cast("dict[int, CallSite]", owner.notes["sites"]).get(id(node))


def _by_node(calls: tuple[CallSite, ...]) -> dict[int, CallSite]:
    return {id(call.node): call for call in calls}


def is_mocker(ctx: Context, body: Body, name: str) -> bool:
    """Whether a local name is pytest-mock's fixture: a parameter of that name, which nothing overrides."""
    if name not in _MOCKERS:
        return False
    around = _binder(ctx, body, name)
    if around is None or binding_count(around, name) != 1 or name not in parameter_names(around):
        return False
    chain = ctx.view.chain(name)
    return not isinstance(chain, Unknown) and (not chain or (chain[-1].dist or "").startswith("pytest-mock"))


def _binder(ctx: Context, body: Body, name: str) -> Body | None:
    """The function, this one or one around it, that binds a name."""
    around: Body | None = body
    while around is not None and name not in around.bound:
        around = ctx.around(around)
    return around


def parameter_names(body: Body) -> list[str]:
    """The names of a function's parameters that take one argument each."""
    arguments = body.node.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def patch_of(ctx: Context, owner: Owner, call: CallSite) -> Patch | None:
    """The patch that a call makes, when it is one of a single name."""
    kind = mock_function(ctx, owner, call)
    if kind not in _PATCHES or len(call.node.args) < _PATCHES[kind]:
        return None
    return Patch(call.node, kind, owner, call.local_root)


def patches(ctx: Context) -> tuple[Patch, ...]:
    """Every patch of the file: calls in functions, and decorators."""
    return ctx.remember("patches", lambda: tuple(_patches(ctx)))


def _patches(ctx: Context) -> Iterator[Patch]:
    for body in ctx.bodies:
        for call in noted(body, "patches", _candidates):
            patch = patch_of(ctx, body, call) or _monkeypatch(ctx, body, call)
            if patch is not None:
                yield patch
    if "@" in ctx.text and "patch" in ctx.text:
        for definition in ctx.definitions:
            yield from decorator_patches(ctx, definition.id)


def _candidates(body: Body) -> list[CallSite]:
    return [call for call in body.calls if call.name is not None and call.name.rpartition(".")[2] in _CALLED]


def _monkeypatch(ctx: Context, body: Body, call: CallSite) -> Patch | None:
    """The patch that `monkeypatch.setattr(…)` makes with a dotted name, or with an object and a name."""
    match call.node:
        case ast.Call(ast.Attribute(ast.Name(name), "setattr"), [_, _] | [_, ast.Constant(str()), _]):
            return Patch(call.node, "setattr", body, mocker=True) if _is_monkeypatch(ctx, body, name) else None
        case _:
            return None


def _is_monkeypatch(ctx: Context, body: Body, name: str) -> bool:
    """Whether a local name is pytest's fixture, or what its `context()` gives."""
    around = _binder(ctx, body, name)
    if around is None or binding_count(around, name) != 1:
        return False
    if name in parameter_names(around):
        chain = ctx.view.chain(name)
        return (
            name == "monkeypatch" and not isinstance(chain, Unknown) and bool(chain) and chain[-1].where is Where.PYTEST
        )
    return any(
        isinstance(item.optional_vars, ast.Name)
        and item.optional_vars.id == name
        and ast.unparse(item.context_expr) in ("monkeypatch.context()", "pytest.MonkeyPatch.context()")
        for block in around.withs
        for item in block.items
    )


def decorator_patches(ctx: Context, id_: FactId) -> Iterator[Patch]:
    """The patches that decorate a function or class, the innermost first."""
    definition = ctx.definition(id_)
    for expr, node in reversed(definition.decorators if definition is not None else ()):
        kind = _of_decorator(ctx, dotted(expr))
        if kind in _PATCHES and isinstance(node, ast.Call) and len(node.args) >= _PATCHES[kind]:
            yield Patch(node, kind, id_, mocker=False)


def injected(ctx: Context, body: Body, name: str) -> Patch | None:
    """The patch whose mock pytest passes for a parameter of a decorated test; None for fixtures and in doubt."""
    definition = ctx.definition(body.id)
    if definition is None:
        return None
    for expr, _ in definition.decorators:
        known = dotted(expr) or ""
        if _of_decorator(ctx, known) is None and not is_transparent(known):
            return None
    patches = list(decorator_patches(ctx, body.id))
    if body.id.holder and body.node.name.startswith("test"):
        holders = [each for each in ctx.queries.get(index_of, ctx.path).classes.values() if _is_holder(each, body.id)]
        patches += [each for holder in holders for each in decorator_patches(ctx, holder.id)]
    passed = [each for each in patches if each.argument("new") is None]
    arguments = [each.arg for each in (*body.node.args.posonlyargs, *body.node.args.args)]
    places = arguments[1:] if body.id.holder and not is_static(body) else arguments
    index = places.index(name) if name in places else len(passed)
    return passed[index] if index < len(passed) else None


def is_awaited(ctx: Context, patch: Patch) -> bool:
    """Whether code awaits calls of the name that a patch replaces.

    In the file that has it, in the function, and of methods in the modules of the project that the test imports.
    """
    paths: tuple[PurePath, ...] = ()
    match patch.kind, patch.node.args:
        case ("patch", [ast.Constant(str() as name), *_]) | ("setattr", [ast.Constant(str() as name), _]):
            owner, _, last = name.rpartition(".")
            path, of_class = find_import(ctx.queries, ctx.path, owner), False
            if path is None:
                path, of_class = _path_of(target(ctx.queries, ctx.path, owner)), True
        case _, [owner, ast.Constant(str() as last), *_]:
            value = _owner(ctx, patch, owner)
            path, of_class = _path_of(value), isinstance(value, Class)
        case _:
            return False
    if of_class:
        paths = ctx.remember("imported modules", lambda: tuple(_imported_modules(ctx)))
    body = patch.owner if isinstance(patch.owner, Body) or ctx.facts is None else ctx.facts.body(patch.owner)
    own = body.calls if isinstance(body, Body) else ()
    paths = paths if path is None else (path, *paths)
    return any(ctx.queries.get(_awaits, each, last) for each in paths) or any(
        call.use is Use.AWAITED and (call.name or "").rpartition(".")[2] == last for call in own
    )


def _imported_modules(ctx: Context) -> Iterator[PurePath]:
    """The files of the project that a file imports from."""
    for binding in ctx.outline.bindings:
        names: tuple[str, ...] = ()
        match binding.target:
            case ImportedName(module, name):
                names = (module, f"{module}{'' if module.endswith('.') else '.'}{name}")
            case ImportedModule(module):
                names = (module,)
            case _:
                pass
        found = (find_import(ctx.queries, ctx.path, each) for each in names)
        yield from (each for each in found if each is not None and not is_installed(ctx.queries, each))


def _awaits(q: Queries, path: PurePath, name: str) -> bool:
    text = q.files.read(path)
    pattern = rf"\bawait\s+[\w.()]*\b{re.escape(name)}\("
    return not isinstance(text, Unreadable) and re.search(pattern, text) is not None


def _path_of(value: Value | None) -> PurePath | None:
    return value.path if isinstance(value, Class | Module) else None


def replaced(ctx: Context, patch: Patch) -> Value | None:
    """What a patch replaces: the definition that its target names; None when that is not certain."""
    match patch.kind, patch.node.args:
        case ("patch", [ast.Constant(str() as name), *_]) | ("setattr", [ast.Constant(str() as name), _]) if (
            "." in name
        ):
            return target(ctx.queries, ctx.path, name)
        case ("patch.object", [owner, ast.Constant(str() as name), *_]) | (
            "setattr",
            [owner, ast.Constant(str() as name), _],
        ):
            value = _owner(ctx, patch, owner)
            return None if value is None else attribute(ctx.queries, value, name)
        case _:
            return None


def _owner(ctx: Context, patch: Patch, node: ast.expr) -> Value | None:
    """What a patch of an attribute patches: a module, a class, or that of a local object which is seen being made."""
    value = meaning(ctx, patch.owner, node)
    if value is not None or not isinstance(patch.owner, Body):
        return value
    match type_of(ctx, patch.owner, node):
        case Instance(path, id_, True):
            fact = class_fact(ctx.queries, path, id_)
            return None if fact is None else Class(path, fact)
        case _:
            return None


def takes_self(ctx: Context, patch: Patch) -> bool:
    """Whether what a patch replaces gets an instance, which a mock in its place would not get, or may do so."""
    value = replaced(ctx, patch)
    return not isinstance(value, Function) or bool(value.fact.id.holder)


def lone_function(ctx: Context, owner: Owner, name: str) -> Body | None:
    """The undecorated function that has a name, which is read just once: in the text, or where it is nested."""
    if isinstance(owner, Body) and name in owner.bound:
        nested = [each for each in owner.nested if each.node.name == name]
        alone = (
            len(owner.reads.get(name, ())) == 1 and binding_count(owner, name) == 1 and name not in owner.inner_reads
        )
        return nested[0] if len(nested) == 1 and alone and not nested[0].node.decorator_list else None
    if len(re.findall(rf"\b{re.escape(name)}\b", ctx.text)) != 2:
        return None
    found = [each for each in ctx.bodies if each.node.name == name and not each.id.holder]
    return found[0] if len(found) == 1 and not found[0].node.decorator_list else None


def shown_target(patch: Patch) -> str:
    """The name that is replaced, as the patch writes it."""
    literals = [each.value for each in patch.node.args[:2] if isinstance(each, ast.Constant)]
    return str(literals[0]) if literals else "this"


def without_keyword(ctx: Context, patch: Patch, name: str) -> Edit:
    """The edit that removes a keyword argument of a patch, which has it."""
    items = [ctx.span(patch.owner, each) for each in patch.node.args]
    names = [each.arg for each in patch.node.keywords]
    place = len(items) + names.index(name)
    items += [ctx.span(patch.owner, each) for each in patch.node.keywords]
    return Edit(without_item(ctx.text, items, place), "")


def meaning(ctx: Context, owner: Owner, node: ast.expr) -> Value | None:
    """What a name or attribute chain means that no function around binds; None for anything else."""
    chain = dotted_name(node)
    if chain is None or ctx.facts is None:
        return None
    first, rest = chain
    around = owner if isinstance(owner, Body) else None
    while around is not None:
        if first in around.bound:
            imported = _locally_imported(around, first)
            return None if imported is None else referred(ctx.queries, ctx.path, f"{imported}{rest}")
        around = ctx.around(around)
    return referred(ctx.queries, ctx.path, f"{ctx.facts.names.get(first, first)}{rest}")


def _locally_imported(body: Body, name: str) -> str | None:
    """What an import in a body binds a name to, when nothing else binds it."""
    if binding_count(body, name) != 1:
        return None
    for statement in body.statements:
        match statement:
            case ast.Import(names):
                for alias in names:
                    if (alias.asname or alias.name) == name:
                        return alias.name
            case ast.ImportFrom(module, names, level):
                for alias in names:
                    if (alias.asname or alias.name) == name:
                        source = "." * (level or 0) + (module or "")
                        return f"{source}{'' if source.endswith('.') else '.'}{alias.name}"
            case _:
                pass
    return None


def _of_module(name: str) -> str | None:
    for prefix in _MODULES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return None


def _followed(ctx: Context, name: str) -> str | None:
    """The same for a name that a module of the project imports from `unittest.mock`."""
    value = dereference(ctx.queries, ctx.path, name)
    return _of_module(value.name) if isinstance(value, External) else None


def _of_decorator(ctx: Context, name: str | None) -> str | None:
    if name is None or name.rpartition(".")[2] not in (*_LASTS, "dict", "multiple"):
        return None
    return _of_module(name) or _followed(ctx, name)


def _is_holder(fact: ClassFact, id_: FactId) -> bool:
    return fact.id.qualname == id_.holder
