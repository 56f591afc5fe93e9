"""What a rule may ask: one file of one snapshot."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import PurePath
from typing import NamedTuple, ParamSpec, TypeVar, cast

from loopscope.config.model import ConfigProblem
from loopscope.config.pytest_config import AsyncioMode, PytestConfig
from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.expr import Expr
from loopscope.facts.extract import FileFacts
from loopscope.facts.functions import parameters
from loopscope.facts.layout import Layout
from loopscope.facts.outline import FactId, Outline
from loopscope.facts.part import Part
from loopscope.rules.model import Finding, Fix, Meta, Related, Safety, Severity, Tag
from loopscope.rules.support.replacements import is_undone, replacements, sounds_like_replacing
from loopscope.rules.support.set_attributes import Owner, is_made_here, owners_of
from loopscope.syntax.chunk import Located, Placed
from loopscope.text.edit import Edit
from loopscope.text.frozen import field, frozen
from loopscope.text.span import Span
from loopscope.workspace import loops
from loopscope.workspace.environment import Environment
from loopscope.workspace.gathered import About
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.model import Closure, Decision, FixtureDef, Runner, Scope, TestItem, Unknown, Where
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView

P = ParamSpec("P")
T = TypeVar("T")


class Definition(NamedTuple):
    """A `def` or `class` of the outline with its decorators, as facts and as syntax, the outermost first."""

    id: FactId
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    placed: Placed
    decorators: tuple[tuple[Expr, ast.expr], ...]

    @property
    def is_function(self) -> bool:
        """Whether it is a function or method."""
        return not isinstance(self.node, ast.ClassDef)


class HeldStatement(NamedTuple):
    """A statement of the module's body (`holder` None) or of a class's; `names` is what imported names stand for."""

    holder: FactId | None
    names: Mapping[str, str]
    placed: Placed
    node: ast.stmt


# No slots: `cached_property` keeps its values in the instance's dict.
class Replaced(NamedTuple):
    """A place where something of a name may be replaced: while one test runs, or everywhere."""

    test: FactId | None
    owner: Owner | None = None
    """The object that the test has made and sets the attribute on."""

    def concerns(self, body: Body) -> bool:
        """Whether that may hold while a function runs."""
        return self.test is None or self.test == body.outermost


@frozen(eq=False)
class Context:
    """One file of one snapshot; everything is computed on first use. A configuration file has no Python facts."""

    snapshot: Snapshot
    path: PurePath
    text: str
    facts: FileFacts | None
    at_first: bool = False
    """Whether calls are looked at only where it is plain what they call, so that something is said soon."""
    _memory: dict[str, object] = field(default_factory=dict[str, object])

    @cached_property
    def outline(self) -> Outline:
        """What the file says to others; empty for a configuration file."""
        return Outline(()) if self.facts is None else self.facts.outline

    @cached_property
    def layout(self) -> Layout:
        """Where the outline's facts stand."""
        return Layout({}, ()) if self.facts is None else self.facts.layout

    @cached_property
    def chunks(self) -> tuple[Placed, ...]:
        """The parsed pieces of the file."""
        return () if self.facts is None else self.facts.tree.chunks

    @cached_property
    def environment(self) -> Environment:
        """What is installed for the file's project."""
        return self.snapshot.environment_of(self.path)

    @cached_property
    def config(self) -> PytestConfig:
        """The configuration of pytest in effect for the file."""
        return self.snapshot.config(self.path)

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """Every function of the file, nested ones after the one that holds them."""
        return () if self.facts is None else self.facts.every_body

    def bodies_with(self, key: str, pick: Callable[[Body], T]) -> Sequence[tuple[Body, T]]:
        """The functions for which `pick` finds something, each with what: it must follow from the body alone.

        Found once for functions that edits leave as they are. A key is used with one `pick` only.
        """
        return () if self.facts is None else self.facts.picked(key, pick).found

    def gathered(
        self, key: str, pick: Callable[[Body], object], about: About[P, T], *args: P.args, **_: P.kwargs
    ) -> Sequence[tuple[Body, Sequence[T]]]:
        """The functions for which a query finds something, with what, of those for which `pick` does.

        What is found in a function stays after edits of others, unless it depends on them. A query is used with one
        key and `pick` only.
        """
        if self.facts is None:
            return ()
        return self.snapshot.gather(self.path, self.facts, self.facts.picked(key, pick), about, *args, **_)

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """Every function and class of the outline, in source order."""
        if self.facts is None:
            return ()
        return tuple(
            Definition(id_, node, placed, decorators)
            for placed, part in zip(self.chunks, self.facts.parts, strict=True)
            for (id_, node), decorators in zip(part.defs, part.decorators, strict=True)
        )

    def definition(self, id_: FactId) -> Definition | None:
        """The definition of an id; None when it is not of this file."""
        found = self.remember("definitions by id", lambda: {each.id: each for each in self.definitions})
        return found.get(id_)

    def statements(self, word: str) -> Iterator[HeldStatement]:
        """The statements of module and class bodies, of the pieces whose text has `word`."""
        for index, placed in enumerate(self.chunks):
            if self.facts is None or word not in placed.chunk.text:
                continue
            part = self.facts.parts[index]
            holder = None if placed.holder is None else self.facts.parts[placed.holder].defs[0][0]
            ids = {id(node): id_ for id_, node in part.defs}
            pending: list[tuple[FactId | None, ast.stmt]] = [(holder, node) for node in reversed(placed.chunk.body)]
            while pending:
                owner, node = pending.pop()
                yield HeldStatement(owner, part.own_names, placed, node)
                if isinstance(node, ast.ClassDef):
                    pending += [(ids[id(node)], inner) for inner in reversed(node.body)]

    def around(self, body: Body) -> Body | None:
        """The body of the function in which that of a body is nested; None for functions of the outline."""
        return None if self.facts is None else self.facts.around(body)

    def span(self, owner: Body | FactId | CallSite, node: Located) -> Span:
        """Where a node stands that belongs to a body, a definition or a call at module level."""
        if self.facts is None:
            raise KeyError(owner)
        return self.facts.span(owner, node)

    def name_span(self, id_: FactId) -> Span:
        """Where the name of a definition stands."""
        return self.layout.defs[id_].name

    def source(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    @cached_property
    def view(self) -> ModuleView:
        """What pytest makes of the file."""
        return self.snapshot.module(self.path)

    @cached_property
    def queries(self) -> Queries:
        """Asks the snapshot's memoised queries."""
        return self.snapshot.queries

    @cached_property
    def tests(self) -> tuple[TestItem, ...]:
        """The tests that pytest collects from the file, inherited and imported ones included."""
        return () if self.facts is None else self.view.tests

    @cached_property
    def own_tests(self) -> tuple[TestItem, ...]:
        """The tests whose code is in this file, each function once."""
        found: dict[FactId, TestItem] = {}
        for test in self.tests:
            if self.facts is not None and test.code_path == self.path and self.facts.defines(test.id):
                found.setdefault(test.id, test)
        return tuple(found.values())

    @cached_property
    def own_fixtures(self) -> tuple[FixtureDef, ...]:
        """The fixtures whose functions are in this file, each once."""
        if self.facts is None:
            return ()
        return tuple({each.id: each for each in self.view.fixtures if self.facts.defines(each.id)}.values())

    def closure(self, test: TestItem) -> Closure:
        """All fixtures that pytest sets up for a test of this file."""
        return self.view.closure(test)

    def requested(self, fixture: FixtureDef, name: str) -> tuple[FixtureDef, ...] | Unknown:
        """What a parameter of a fixture of this file is; the last one wins, empty when there is none."""
        return self.view.requested(fixture, name)

    def mode(self) -> Decision[AsyncioMode] | Unknown:
        """pytest-asyncio's mode for the file."""
        return loops.mode(self.snapshot, self.path)

    def runner(self, test: TestItem) -> Decision[Runner | None] | Unknown:
        """Who awaits a test; None when nothing does. Not known when classes that share the code differ."""
        if self.view.test(test.class_path, test.name) is test:
            return self.queries.get(loops.runner_at, self.path, test.class_path, test.name)
        return loops.shared_runner(self.snapshot, self.view, test)

    def runner_is(self, test: TestItem) -> Runner | None:
        """Who surely awaits a test; None when nothing does, or when it is not known."""
        found = self.runner(test)
        return None if isinstance(found, Unknown) else found.value

    def test_loop_scope(self, test: TestItem) -> Decision[Scope] | Unknown:
        """The scope of the loop that a test of pytest-asyncio runs on."""
        if self.view.test(test.class_path, test.name) is test:
            return self.queries.get(loops.test_loop_scope_at, self.path, test.class_path, test.name)
        return loops.test_loop_scope(self.snapshot, self.view, test)

    def fixture_runner(self, fixture: FixtureDef, test: TestItem | None = None) -> Decision[Runner | None] | Unknown:
        """Who awaits an async fixture, for one test when it is given; None when nothing does."""
        key = f"runner of fixture {id(fixture)} in {test and test.nodeid}"
        # With the fixture, so that no other gets its id.
        return self.remember(key, lambda: (self._fixture_runner(fixture, test), fixture))[0]

    def _fixture_runner(self, fixture: FixtureDef, test: TestItem | None) -> Decision[Runner | None] | Unknown:
        found = loops.fixture_runner(self.snapshot, self.view, fixture, test)
        if isinstance(found, Unknown) or found.value is not None:
            return found
        hook = self.remember("fixture setup hook", self._fixture_setup_hook)
        return found if hook is None else Unknown(f"`pytest_fixture_setup` of {hook} may run it")

    def fixture_loop_scope(self, fixture: FixtureDef) -> Decision[Scope] | Unknown:
        """The scope of the loop that a fixture of pytest-asyncio runs on."""
        key = f"loop scope of fixture {id(fixture)}"
        return self.remember(key, lambda: (loops.fixture_loop_scope(self.snapshot, self.view, fixture), fixture))[0]

    def plugin_enabled(self, name: str) -> bool:
        """Whether the plugin of that registered name (`asyncio`, `anyio`) is active for the file."""
        return self.facts is not None and self.view.roster.has(name)

    def async_entries(self) -> Iterator[tuple[Body, str, Runner | None]]:
        """The bodies of the async tests and fixtures of this file, "test" or "fixture", and who surely runs each."""
        if self.facts is None:
            return
        for test in self.own_tests:
            body = self.facts.body(test.id) if test.function.is_async else None
            if body is not None:
                yield body, "test", self.runner_is(test)
        for fixture in self.own_fixtures:
            body = self.facts.body(fixture.id) if fixture.kind.is_async else None
            if body is not None:
                runner = self.fixture_runner(fixture)
                yield body, "fixture", None if isinstance(runner, Unknown) else runner.value

    def param_span(self, id_: FactId, name: str) -> Span | None:
        """Where the name of a parameter stands; None when the function has no such parameter."""
        definition = self.definition(id_)
        if definition is None or isinstance(definition.node, ast.ClassDef):
            return None
        names = [argument.arg for argument, _, _ in parameters(definition.node.args)]
        return self.layout.defs[id_].params[names.index(name)] if name in names else None

    def _fixture_setup_hook(self) -> str | None:
        """Who implements `pytest_fixture_setup` besides the plugins that are known."""
        words = ("pytest_fixture_setup",)
        for conftest in self.queries.get(conftests_of, self.path.parent):
            if self.queries.mentions(conftest, words):
                return conftest.name
        for plugin in self.view.roster.plugins:
            known = plugin.where is Where.PYTEST or plugin.name in ("asyncio", "anyio")
            if not known and self.queries.mentions(plugin.path, words):
                return plugin.name
        return None

    def is_patched(self, dotted: str, body: Body | None = None) -> bool:
        """Whether the file may replace what a dotted name means: by its quoted name, or by assigning the attribute.

        Of a `body`, whether that holds while it runs: what other tests replace by name is put back after them.
        """
        places = self.replaced(dotted.rpartition(".")[2])
        return bool(places) if body is None else any(each.concerns(body) for each in places)

    def replaced(self, name: str) -> tuple[Replaced, ...]:
        """Where the file may replace what has a name."""
        return self.remember(f"patched {name}", lambda: tuple(self._replaced(name)))

    def _replaced(self, name: str) -> Iterator[Replaced]:
        if self.facts is None:
            return
        sets: Counter[FactId] = Counter()
        for part, place, is_quoted in self.facts.looked_at(f"replaces {name}", partial(_replacing, name)).found:
            held = part.function_at(place)
            in_test = held is not None and self.own_test(held[0]) is not None
            if held is not None and in_test and not is_quoted:
                sets[held[0]] += 1
            elif not is_quoted:
                yield Replaced(None)
            elif self._replaces_something:
                undone = held is not None and in_test and is_undone(_source(part, held[1]))
                yield Replaced(held[0] if undone and held is not None else None)
        for test, times in sets.items():
            owners = owners_of(self.facts.body(test), name)
            own = len(owners) >= times and all(is_made_here(each) for each in owners)
            yield from (Replaced(test, each) for each in owners) if own else (Replaced(None),)

    @cached_property
    def _replaces_something(self) -> bool:
        return self.facts is not None and bool(self.facts.looked_at("sounds like replacing", _sounding).found)

    def own_test(self, id_: FactId) -> TestItem | None:
        """The one of `own_tests` whose function has that id."""
        return self._own_tests_by_id.get(id_)

    @cached_property
    def _own_tests_by_id(self) -> Mapping[FactId, TestItem]:
        return {test.id: test for test in self.own_tests}

    def remember(self, key: str, compute: Callable[[], T]) -> T:
        """The value of `compute`, which is called once for a key."""
        if key not in self._memory:
            self._memory[key] = compute()
        # A key is used with one `compute` only.
        return cast("T", self._memory[key])

    def problem_span(self, problem: ConfigProblem) -> Span:
        """Where a problem of a configuration stands; the beginning of the file when that is not known."""
        return Span(0, 0) if problem.span is None else problem.span

    def finding(
        self,
        meta: Meta,
        span: Span,
        message: str,
        *,
        related: tuple[Related, ...] = (),
        tags: tuple[Tag, ...] = (),
        severity: Severity | None = None,
        data: object = None,
        overlaps: tuple[str, ...] = (),
    ) -> Finding:
        """A finding of a rule in this file."""
        return Finding(meta.name, self.path, span, message, related, tags, severity, data, overlaps)

    def fix(self, title: str, safety: Safety, edits: Iterable[Edit]) -> Fix:
        """A fix that edits this file only."""
        return Fix(title, safety, {self.path: tuple(edits)})


def _replacing(name: str, part: Part) -> list[tuple[Part, int, bool]]:
    return [(part, place, is_quoted) for place, is_quoted in replacements(part.chunk.text, name)]


def _sounding(part: Part) -> list[Part]:
    return [part] if sounds_like_replacing(part.chunk.text) else []


def _source(part: Part, span: Span) -> str:
    return part.chunk.text[span.start : span.end]
