"""Which names the statements of a module or class body bind, before imports are known."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from loopscope.facts.outline import Guard, ImportedModule, ImportedName, Rebound
from loopscope.facts.reading import dotted_name
from loopscope.facts.seek import lines_with, steps, touches
from loopscope.syntax.chunk import Chunk

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Effect(NamedTuple):
    """A call that stands as a statement."""

    call: ast.Call


class Value(NamedTuple):
    """What an assignment gives to a name."""

    node: ast.expr
    augmented: bool


_TUPLE: type[tuple[object, ...]] = tuple
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DISPLAYS = (ast.Tuple, ast.List)
_What: TypeAlias = Definition | Value | Effect | ImportedModule | ImportedName | Rebound


class Raw(NamedTuple):
    """One binding (or effect, whose name is empty) as the syntax has it; `anchor` is the node that holds the name."""

    name: str
    guard: Guard
    what: _What
    anchor: ast.AST


def scan(statements: Iterable[ast.stmt], walrus_lines: Sequence[int] = ()) -> tuple[Raw, ...]:
    """The bindings and effects of a module or class body in source order.

    `walrus_lines` are the lines on which `:=` stands.
    """
    scanner = _Scanner(walrus_lines)
    scanner.block(statements, Guard.ALWAYS)
    return tuple(scanner.found)


def scan_chunk(chunk: Chunk) -> tuple[Raw, ...]:
    """The bindings and effects of the statements of a chunk."""
    return scan(chunk.body, lines_with(chunk, (":=",)))


def is_main_guard(test: ast.expr) -> bool:
    """Whether a condition is `__name__ == "__main__"`, which is false when pytest imports the module."""
    match test:
        case ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]):
            return True
        case ast.Compare(ast.Constant("__main__"), [ast.Eq()], [ast.Name("__name__")]):
            return True
        case _:
            return False


def global_names(chunk: Chunk) -> Iterator[tuple[str, ast.Global]]:
    """The names that functions of a chunk declare global, with the declaration."""
    for node, _, _ in steps(chunk.body, lines_with(chunk, ("global ", "global\t", "global\\"))):
        if isinstance(node, ast.Global):
            yield from ((name, node) for name in node.names)


def combined(outer: Guard, inner: Guard) -> Guard:
    """The guard of what stands below two guards."""
    for strongest in (Guard.TYPE_CHECKING, Guard.EXCEPT, Guard.CONDITION, Guard.TRY, Guard.NOT_TYPE_CHECKING):
        if strongest in (outer, inner):
            return strongest
    return Guard.ALWAYS


class _Scanner:
    def __init__(self, walrus_lines: Sequence[int]) -> None:
        self.found: list[Raw] = []
        self._walruses = walrus_lines
        self._main = False

    def block(self, statements: Iterable[ast.stmt], guard: Guard) -> None:
        for statement in statements:
            self._statement(statement, guard)

    def _statement(self, node: ast.stmt, guard: Guard) -> None:
        if self._walruses and touches(node, self._walruses):
            self._walrus(node, guard)
        # Faster than `match`: all statements of modules and classes come here.
        if isinstance(node, _DEFINITIONS):
            self._add(node.name, guard, node, node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._target(target, guard, Value(node.value, augmented=False))
        elif isinstance(node, ast.Expr):
            if isinstance(node.value, ast.Call):
                if not self._main:
                    self._add("", guard, Effect(node.value), node.value)
                self._added(node.value, guard)
        elif isinstance(node, ast.ImportFrom):
            source = "." * (node.level or 0) + (node.module or "")
            for alias in node.names:
                self._add(alias.asname or alias.name, guard, ImportedName(source, alias.name), alias)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self._import(alias, guard)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self._target(node.target, guard, Value(node.value, augmented=False))
        elif isinstance(node, ast.AugAssign):
            added = Value(node.value, augmented=True) if isinstance(node.op, ast.Add) else Rebound("augmented")
            self._target(node.target, guard, added)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self._target(target, guard, Rebound("del"))
        else:
            self._compound(node, guard)

    def _add(self, name: str, guard: Guard, what: _What, anchor: ast.AST) -> None:
        # As `Raw(…)` does, in half the time.
        self.found.append(_TUPLE.__new__(Raw, (name, guard, what, anchor)))

    def _added(self, call: ast.Call, guard: Guard) -> None:
        """`pytestmark.append(x)` as what it does: `pytestmark += [x]`."""
        match call:
            case ast.Call(ast.Attribute(ast.Name("pytestmark") as target, "append"), [_] as values, []):
                self._target(target, guard, Value(ast.List(values, ast.Load()), augmented=True))
            case ast.Call(ast.Attribute(ast.Name("pytestmark") as target, "extend"), [value], []):
                self._target(target, guard, Value(value, augmented=True))
            case _:
                pass

    def _compound(self, node: ast.stmt, guard: Guard) -> None:
        condition = combined(guard, Guard.CONDITION)
        match node:
            case ast.If():
                self._if(node, guard)
            case ast.For(target, _, body, orelse) | ast.AsyncFor(target, _, body, orelse):
                self._target(target, condition, Rebound("for"))
                self.block(body, condition)
                self.block(orelse, condition)
            case ast.While(_, body, orelse):
                self.block(body, condition)
                self.block(orelse, condition)
            case ast.Try(body, handlers, orelse, final) | ast.TryStar(body, handlers, orelse, final):
                self.block(body, combined(guard, Guard.TRY))
                for handler in handlers:
                    if handler.name:
                        self.found.append(Raw(handler.name, combined(guard, Guard.EXCEPT), Rebound("except"), handler))
                    self.block(handler.body, combined(guard, Guard.EXCEPT))
                self.block(orelse, combined(guard, Guard.TRY))
                self.block(final, guard)
            case ast.With(items, body) | ast.AsyncWith(items, body):
                for item in items:
                    if item.optional_vars is not None:
                        self._target(item.optional_vars, guard, Rebound("with"))
                self.block(body, guard)
            case ast.Match(_, cases):
                for case in cases:
                    for name, pattern in captures(case.pattern):
                        self.found.append(Raw(name, condition, Rebound("match"), pattern))
                    self.block(case.body, condition)
            case _:
                # `type X = …` has a node of its own from Python 3.12 on only.
                alias = getattr(node, "name", None)
                if isinstance(alias, ast.Name):
                    self.found.append(Raw(alias.id, guard, Rebound("type"), alias))

    def _if(self, node: ast.If, guard: Guard) -> None:
        while True:
            kind = _checks_types(node.test)
            body, orelse = {
                True: (Guard.TYPE_CHECKING, Guard.NOT_TYPE_CHECKING),
                False: (Guard.NOT_TYPE_CHECKING, Guard.TYPE_CHECKING),
                None: (Guard.CONDITION, Guard.CONDITION),
            }[kind]
            main, self._main = self._main, self._main or is_main_guard(node.test)
            self.block(node.body, combined(guard, body))
            self._main = main
            guard = combined(guard, orelse)
            # A chain of `elif` is as deep as it is long.
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                break
            node = node.orelse[0]
        self.block(node.orelse, guard)

    def _import(self, alias: ast.alias, guard: Guard) -> None:
        if alias.asname:
            self.found.append(Raw(alias.asname, guard, ImportedModule(alias.name, alias.name), alias))
        else:
            bound = alias.name.partition(".")[0]
            self._add(bound, guard, ImportedModule(bound, alias.name), alias)

    def _target(self, target: ast.expr, guard: Guard, what: Value | Rebound) -> None:
        if isinstance(target, ast.Name):
            self._add(target.id, guard, what, target)
        elif isinstance(target, ast.Attribute):
            if chain := dotted_name(target):
                self._add("".join(chain), guard, what, target)
        elif isinstance(target, _DISPLAYS):
            values = _items(what, target.elts)
            unpacked = Rebound("unpacking") if isinstance(what, Value) else what
            for index, item in enumerate(target.elts):
                self._target(item, guard, values[index] if values else unpacked)
        elif isinstance(target, ast.Starred):
            self._target(target.value, guard, what)

    def _walrus(self, node: ast.stmt, guard: Guard) -> None:
        pending: list[ast.AST] = [node]
        while pending:
            for child in ast.iter_child_nodes(pending.pop()):
                if isinstance(child, ast.NamedExpr):
                    self.found.append(Raw(child.target.id, guard, Rebound("walrus"), child.target))
                # Statements inside come here by themselves, or belong to a function; a lambda binds its own.
                if not isinstance(child, ast.stmt | ast.Lambda) and touches(child, self._walruses):
                    pending.append(child)


def _items(what: Value | Rebound, targets: Sequence[ast.expr]) -> Sequence[Value]:
    """What each of several targets gets when a display of as many values is unpacked; none when that is not so."""
    match what:
        case Value(ast.Tuple(values) | ast.List(values), False) if len(values) == len(targets):
            if any(isinstance(node, ast.Starred) for node in (*values, *targets)):
                return ()
            return [Value(node, augmented=False) for node in values]
        case _:
            return ()


def captures(pattern: ast.pattern) -> Iterator[tuple[str, ast.pattern]]:
    """The names that a pattern of `match` binds, in source order, with the pattern that binds each."""
    for child in ast.iter_child_nodes(pattern):
        if isinstance(child, ast.pattern):
            yield from captures(child)
    match pattern:
        case ast.MatchAs(_, str() as name) | ast.MatchStar(str() as name) | ast.MatchMapping(_, _, str() as name):
            yield name, pattern
        case _:
            pass


def _checks_types(test: ast.expr) -> bool | None:
    """True for `TYPE_CHECKING`, False for `not TYPE_CHECKING`, None for any other condition."""
    match test:
        case ast.Name("TYPE_CHECKING") | ast.Attribute(_, "TYPE_CHECKING"):
            return True
        case ast.UnaryOp(ast.Not(), ast.Name("TYPE_CHECKING") | ast.Attribute(_, "TYPE_CHECKING")):
            return False
        case _:
            return None
