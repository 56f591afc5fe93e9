"""Every place of a file that writes one name, with what the syntax says it is there; nothing is resolved yet."""

import ast
from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import FactId
from loopscope.facts.seek import lines_with, touches
from loopscope.features.binding import Comprehension, ScopeNode, binds, has_parameter, outside, parameters
from loopscope.features.literals import canonical, in_doctest, listed_indirect, places_of, purpose
from loopscope.features.mention import NOWHERE, Mention, Role
from loopscope.features.placing import Places
from loopscope.text.span import Span
from loopscope.workspace.queries import Queries

VARIABLE = "variable"
"""The `detail` of a string in an expression that is not applied where it stands."""

_MAKERS = ("staticmethod", "classmethod", "setattr", "functools.partial", "functools.partialmethod")
"""What a lambda is given to that may become a test."""

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def mentions_in(q: Queries, path: PurePath, name: str) -> tuple[Mention, ...]:
    """The mentions of a name in a file, in source order; local variables of that name are left out."""
    facts = q.facts(path)
    if facts is None or name not in facts.tree.text:
        return ()
    found: list[Mention] = []
    for index, placed in enumerate(facts.tree.chunks):
        if name in placed.chunk.text:
            walk = _Walk(facts, index, name)
            try:
                walk.start()
            except RecursionError:
                walk.found.append(Mention(Role.UNPLACED, NOWHERE, None))
            found += walk.found
    return tuple(sorted(dict.fromkeys(found), key=_place))


def _place(mention: Mention) -> Span:
    return mention.span


class _Scope(NamedTuple):
    """A scope around the walk; `function` is set when the name is a parameter of that function of the outline."""

    is_class: bool
    binds: bool
    function: FactId | None = None


class _Walk:
    """Goes through one chunk, with the scopes and nodes around it at hand."""

    def __init__(self, facts: FileFacts, index: int, name: str) -> None:
        placed = facts.tree.chunks[index]
        self.found: list[Mention] = []
        self._body = placed.chunk.body
        self._imports = facts.names
        self._name = name
        self._lines = lines_with(placed.chunk, (name,))
        self._places = Places(facts, placed, name)
        self._ids = {id(node): id_ for id_, node in facts.parts[index].defs}
        self._scopes: list[_Scope] = []
        self._above: list[ast.AST] = []
        self._owner: FactId | None = None
        if placed.holder is not None:
            # The chunk is the member of a class whose header is another chunk.
            self._owner = next(id_ for id_, _ in facts.parts[placed.holder].defs)
            members = (
                part for part, one in zip(facts.parts, facts.tree.chunks, strict=True) if one.holder == placed.holder
            )
            self._scopes.append(_Scope(True, any(raw.name == name for part in members for raw in part.raws)))

    def start(self) -> None:
        """Visit all statements. Raises `RecursionError` for code that is nested too deep."""
        for statement in self._body:
            self._visit(statement)

    def _add(self, role: Role, span: Span, detail: str = "", indirect: bool | None = False) -> None:
        self.found.append(Mention(role, span, self._owner, detail, indirect))

    def _visit(self, node: ast.AST) -> None:
        name = self._name
        if isinstance(node, ast.stmt) and not touches(node, self._lines):
            return
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._definition(node)
                return
            case ast.Lambda():
                self._lambda(node)
                return
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._inside(node, _run_inside(node), None)
                return
            case ast.Name(id=given) if given == name:
                self._variable(self._places.variable(node, self._above), write=not isinstance(node.ctx, ast.Load))
            case ast.Attribute(attr=attr) if attr == name:
                self._attribute(node)
            case ast.Constant(value=str() as value) if name in value:
                self._string(node, value)
            case ast.alias():
                self._alias(node)
            case ast.keyword(arg=given) if given == name and all(scope.is_class for scope in self._scopes):
                call = self._above[-1]
                if isinstance(call, ast.Call) and canonical(call.func, self._imports) == "functools.partial":
                    self._add(Role.MADE, self._places.first(node))
            case ast.ExceptHandler(name=given) if given == name:
                self._variable(self._places.word(node), write=True)
            case ast.MatchAs(name=given) | ast.MatchStar(name=given) | ast.MatchMapping(rest=given) if given == name:
                self._variable(self._places.word(node, last=True), write=True)
            case ast.Global(names=names) | ast.Nonlocal(names=names) if name in names:
                self._variable(self._places.word(node), write=True)
            case _:
                pass
        self._below(node, ast.iter_child_nodes(node))

    def _below(self, node: ast.AST, children: Iterable[ast.AST]) -> None:
        self._above.append(node)
        for child in children:
            self._visit(child)
        self._above.pop()

    def _definition(self, node: _Definition) -> None:
        id_ = self._ids.get(id(node))
        around = self._owner
        self._owner = id_ or around
        if node.name == self._name:
            if id_ is not None:
                self._add(Role.DEFINITION, self._places.defined(node))
            else:
                self._variable(self._places.defined(node), write=True)
        if id_ is not None and not isinstance(node, ast.ClassDef):
            for parameter in parameters(node):
                if parameter.arg == self._name:
                    self._add(Role.PARAMETER, self._places.first(parameter))
        self._inside(node, node.body, id_)
        self._owner = around

    def _lambda(self, node: ast.Lambda) -> None:
        """One that is assigned to a name in a module or class may be a test, and has the name as its id."""
        outside = all(scope.is_class for scope in self._scopes)
        around = self._above[-1] if outside and self._above else None
        static = isinstance(around, ast.Call) and canonical(around.func, self._imports) == "staticmethod"
        statement = self._above[-2] if static else around
        id_ = None
        match statement:
            case ast.Assign(targets=[ast.Name(target)]):
                id_ = FactId(f"{self._owner.qualname}.{target}" if self._owner is not None else target)
            case _:
                pass
        makes = isinstance(around, ast.Assign) or (
            isinstance(around, ast.Call) and canonical(around.func, self._imports) in _MAKERS
        )
        for parameter in parameters(node) if id_ is not None or makes else ():
            if parameter.arg == self._name:
                role = Role.MADE if id_ is None else Role.PARAMETER
                self.found.append(Mention(role, self._places.first(parameter), id_))
        self._inside(node, (node.body,), id_)

    def _inside(self, node: ScopeNode, children: Iterable[ast.AST], id_: FactId | None) -> None:
        """Visit a scope: what is evaluated around it first, then what runs in it."""
        self._below(node, outside(node))
        function = None
        if not isinstance(node, ast.ClassDef | Comprehension) and has_parameter(node, self._name):
            function = id_
        self._scopes.append(_Scope(isinstance(node, ast.ClassDef), binds(node, self._name), function))
        self._below(node, children)
        self._scopes.pop()

    def _variable(self, span: Span, *, write: bool) -> None:
        """A use of the name as a variable: of a parameter, of the module, or of a scope that has it for itself."""
        for depth, scope in enumerate(reversed(self._scopes)):
            if not scope.binds or (scope.is_class and depth):
                continue
            if scope.function is not None:
                role = Role.WRITE if write else Role.READ
                self.found.append(Mention(role, span, scope.function))
            elif scope.is_class:
                self._add(Role.OF_CLASS, span)
            return
        self._add(Role.REBOUND if write else Role.GLOBAL, span)

    def _attribute(self, node: ast.Attribute) -> None:
        parts = [node.attr]
        value: ast.expr = node.value
        while isinstance(value, ast.Attribute):
            parts.append(value.attr)
            value = value.value
        if isinstance(value, ast.Name):
            first = self._imports.get(value.id, value.id)
            self._add(Role.ATTRIBUTE, self._places.last(node), ".".join((first, *reversed(parts))))

    def _string(self, node: ast.Constant, value: str) -> None:
        if self._above and isinstance(self._above[-1], ast.JoinedStr):
            return
        placed = self._places.text(node)
        for asked in in_doctest(placed[1] if placed else value, self._name):
            self._add(Role.GETFIXTURE, asked.shifted(placed[0]) if placed else NOWHERE)
        role, indirect = purpose(node, self._above, self._imports)
        if role is Role.ARGNAME and indirect is None:
            call = next(one for one in reversed(self._above) if isinstance(one, ast.Call))
            indirect = listed_indirect(call, self._name)
        for place in places_of(placed[1] if placed else "", value, self._name, commas=role is Role.ARGNAME):
            span = NOWHERE if place is None or placed is None else place.shifted(placed[0])
            self._add(role, span, "" if self._applies() else VARIABLE, indirect)

    def _applies(self) -> bool:
        """Whether an expression decorates something or is in `pytestmark`: a mark elsewhere is only kept for later."""
        statement = next((one for one in reversed(self._above) if isinstance(one, ast.stmt)), None)
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return True
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        return any(isinstance(one, ast.Name) and one.id == "pytestmark" for one in targets)

    def _alias(self, node: ast.alias) -> None:
        statement = self._above[-1]
        if isinstance(statement, ast.Import):
            if (node.asname or node.name.partition(".")[0]) == self._name:
                self._variable(self._places.last(node) if node.asname else self._places.first(node), write=True)
            return
        assert isinstance(statement, ast.ImportFrom)
        module = "." * statement.level + (statement.module or "")
        if node.name == self._name:
            self._add(Role.IMPORT, self._places.first(node), module)
        if node.asname == self._name:
            self._add(Role.ALIAS, self._places.last(node), f"{module}:{node.name}")


def _run_inside(node: Comprehension) -> list[ast.AST]:
    """What a comprehension evaluates in its own scope: all but the first iterable."""
    found: list[ast.AST] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    for number, generator in enumerate(node.generators):
        found += [generator.target, *([generator.iter] if number else []), *generator.ifs]
    return found
