"""Memoised pure queries over files, each knowing what it read, so that a change drops just what depended on it.

A query is a plain function whose first argument is a `Queries`; it asks other queries and inputs through it, and every
such question becomes a dependency of the answer. An outline that stays equal is no change at all: typing in a body
leaves every index in place.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Concatenate, NamedTuple, ParamSpec, Protocol, TypeAlias, TypeVar

from loopscope.config.effective import Invocation
from loopscope.facts.bodies import Body
from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import FactId, Outline
from loopscope.text.files import Entry, Files, Unreadable
from loopscope.workspace.circles import MOST, NEVER, NONE, Cycle, Key, Passing, Running
from loopscope.workspace.environment import Environment
from loopscope.workspace.looks import Looks
from loopscope.workspace.oracle import Answer, Question

P = ParamSpec("P")
T = TypeVar("T")

OUTLINE = "outline"
TEXT = "text"
BODY = "body"
FOLDER = "folder"
MENTIONS = "mentions"
ORACLE = "oracle"
SETS = "sets"


class Inputs(Protocol):
    """What queries may read: implemented by the snapshot."""

    @property
    def files(self) -> Files:
        """The files as they are now."""
        ...

    @property
    def roots(self) -> tuple[PurePath, ...]:
        """The workspace folders."""
        ...

    def read_outline(self, path: PurePath) -> Outline | Unreadable:
        """The outline of a Python file."""
        ...

    def facts(self, path: PurePath) -> FileFacts | Unreadable:
        """The facts of a Python file."""
        ...

    def function_facts(self, path: PurePath, qualname: str) -> FileFacts | Unreadable:
        """The facts of a Python file of which only functions and classes of one dotted name are looked at."""
        ...

    def function_source(self, path: PurePath, qualname: str) -> str | None:
        """The text of a function or method of a file that nobody has parsed; None for others."""
        ...

    def text_mentions(self, path: PurePath, words: tuple[str, ...]) -> bool:
        """Whether the text of a file holds one of the words."""
        ...

    def text_sets(self, path: PurePath) -> frozenset[str]:
        """The names of attributes that the text of a file sets."""
        ...

    def ask_oracle(self, question: Question) -> Answer | None:
        """What the oracle has answered; None when it has not, or not yet."""
        ...

    def environment_of(self, path: PurePath) -> Environment:
        """The environment that the tests of `path` run in."""
        ...

    def invocation_of(self, path: PurePath) -> Invocation:
        """How pytest is started for the tests of `path`."""
        ...


class Remembered(NamedTuple):
    """An answer with the questions that it came from, and the queries that came round to it (`workspace.circles`)."""

    value: object
    needs: frozenset[Key]
    circle: frozenset[Key] = frozenset()


Noted: TypeAlias = tuple[object, int, frozenset[Key] | None]
"""A value in `Memory.untraced`, the looks that it came from, and the queries that came round to it."""

_MOST_GONE = 1000
"""Of how many answers that were dropped it is remembered at least what they needed: to forget one takes a while."""


class Memory:
    """The answers of one snapshot. Filled from any thread: entries are only ever added, and equal when added twice."""

    def __init__(self, earlier: "Memory | None" = None, changed: Iterable[Key] = ()) -> None:
        """With all answers of an `earlier` memory that need no changed input."""
        self.entries: dict[Key, Remembered] = {} if earlier is None else earlier.entries.copy()
        self.dropped: tuple[Key, ...] = () if earlier is None else earlier.drop(self.entries, changed)
        """The answers of the earlier memory that are not among them."""
        self.users: dict[Key, set[Key]] = {} if earlier is None else earlier.users
        """Which entries need a key, and perhaps some that did; shared by memories that share entries, for a while."""
        self.gone: int = 0 if earlier is None else earlier.gone + len(self.dropped)
        """How many were dropped since `users` began."""
        if self.gone > _MOST_GONE + 4 * len(self.entries):
            self.gone, self.users = 0, _users(self.entries)
        self.untraced: dict[object, dict[Key, Noted]] = {}
        """By query and arguments the answers of `Once`: no later memory shares them."""

    def drop(self, left: dict[Key, Remembered], changed: Iterable[Key]) -> tuple[Key, ...]:
        """Take away what needs one of the changed inputs, directly or through other entries; what that was."""
        dropped: list[Key] = []
        waiting = list(changed)
        while waiting:
            need = waiting.pop()
            # A list first: another thread may go on adding.
            for key in list(self.users.get(need, ())):
                entry = left.get(key)
                if entry is not None and need in entry.needs:
                    del left[key]
                    waiting.append(key)
                    dropped.append(key)
        return tuple(dropped)


def _users(entries: Mapping[Key, Remembered]) -> dict[Key, set[Key]]:
    """Which entries need a key."""
    users: dict[Key, set[Key]] = {}
    for key, entry in entries.items():
        for need in entry.needs:
            users.setdefault(need, set()).add(key)
    return users


class Queries:
    """What one running query may ask; `files` reads with a trace. Or what anybody else asks.

    It holds the inputs, and the memory does not: a snapshot that nobody looks at any more is gone at once, where a
    circle would wait for the garbage collector.
    """

    __slots__ = ("_entries", "_inputs", "_memory", "_needs", "_running", "_traced")

    notes_needs = True
    """Whether an edit may follow, so that answers had better need little."""

    def __init__(self, inputs: Inputs, memory: Memory, running: Running | None = None) -> None:
        """`running` are the queries that wait for this one: those of one thread. None when no query asks."""
        self._inputs = inputs
        self._memory = memory
        self._entries = memory.entries
        self._running = Running() if running is None else running
        self._traced = running is not None
        self._needs: set[Key] = set()

    @property
    def files(self) -> Files:
        """The files; what is looked at counts."""
        return _TracedFiles(self._inputs.files, self._needs) if self._traced else self._inputs.files

    def get(self, query: Callable[Concatenate["Queries", P], T], *args: P.args, **_: P.kwargs) -> T:
        """The answer of `query` for these arguments. Raises `Cycle` when that is what is being computed."""
        key: Key = (query, *args)
        # The shortest way first: there are many questions.
        entry = self._entries.get(key)
        if self._traced:
            self._needs.add(key)
        if entry is None or (entry.circle and not entry.circle.isdisjoint(self._running.depths)):
            return self._answered(key, query, *args, **_).value  # type: ignore[return-value]  # as below
        return entry.value  # type: ignore[return-value]  # a key holds its own query, which returns a `T`

    def _answered(
        self, key: Key, query: Callable[Concatenate["Queries", P], T], *args: P.args, **_: P.kwargs
    ) -> Remembered | Passing:
        running = self._running
        begun = running.enter(key)
        if isinstance(begun, Passing):
            return begun
        inner = Queries(self._inputs, self._memory, running)
        try:
            value = query(inner, *args, **_)
        except BaseException as error:
            low, circle = running.end(key, begun)
            if low != NEVER and isinstance(error, Cycle):
                running.passing[key] = Passing(NONE, frozenset(inner._needs), low)
            # Who makes do without an answer does so because of what this one has looked at.
            self._needs.update(inner._needs, *[each.needs for each in circle.values()])
            raise
        low, circle = running.end(key, begun)
        if low != NEVER:
            found = running.passing[key] = Passing(value, frozenset(inner._needs), low)
            return found
        if not circle:
            return self._remember(key, Remembered(value, frozenset(inner._needs)))
        if len(circle) > MOST:
            for each, passed in circle.items():
                if passed.value is not NONE:
                    self._remember(each, Remembered(passed.value, passed.needs))
            return self._remember(key, Remembered(value, frozenset(inner._needs)))
        needs = frozenset(inner._needs).union(*[each.needs for each in circle.values()])
        return self._remember(key, Remembered(value, needs, frozenset(circle)))

    def _remember(self, key: Key, entry: Remembered) -> Remembered:
        # In this order, for a thread that goes on to the next snapshot meanwhile.
        users = self._memory.users
        for need in entry.needs:
            users.setdefault(need, set()).add(key)
        self._entries[key] = entry
        return entry

    def outline(self, path: PurePath) -> Outline | None:
        """The outline of a file, or None when it cannot be read."""
        if self._traced:
            self._needs.add((OUTLINE, path))
        outline = self._inputs.read_outline(path)
        return None if isinstance(outline, Unreadable) else outline

    def facts(self, path: PurePath) -> FileFacts | None:
        """The facts of a file, bodies included, or None when it cannot be read. Any edit of the file counts."""
        if self._traced:
            self._needs.add((TEXT, path))
        facts = self._inputs.facts(path)
        return None if isinstance(facts, Unreadable) else facts

    def function(self, path: PurePath, id_: FactId) -> tuple[FileFacts, Body] | None:
        """A function, nested ones too, and the facts of its file; None when there is none.

        Only edits of this function count, or of the function of the outline that holds it: of the facts, look at
        nothing but imported names and what stands around the body.
        """
        facts = self.definitions(path, id_.qualname.partition(".<locals>.")[0] if self._traced else id_.qualname)
        body = facts.body(id_) if facts is not None else None
        return None if facts is None or body is None else (facts, body)

    def definitions(self, path: PurePath, qualname: str) -> FileFacts | None:
        """The facts of a file to look at the functions and classes of one dotted name: only edits of these count."""
        if self._traced:
            self._needs.add((BODY, path, qualname))
        facts = self._inputs.function_facts(path, qualname)
        return None if isinstance(facts, Unreadable) else facts

    def source(self, path: PurePath, qualname: str) -> str | None:
        """The text of a function or method, where that is cheaper than its facts. Only edits of it count."""
        if self._traced:
            self._needs.add((BODY, path, qualname))
        return self._inputs.function_source(path, qualname)

    def oracle(self, question: Question) -> Answer | None:
        """What the oracle has answered to a question; None when it has not, or not yet."""
        if self._traced:
            self._needs.add((ORACLE, question))
        return self._inputs.ask_oracle(question)

    def environment(self, path: PurePath) -> Environment:
        """The environment of the project of `path`; for a file of an environment, that environment."""
        return self._inputs.environment_of(path)

    def invocation(self, path: PurePath) -> Invocation:
        """How pytest is started in the project of `path`."""
        return self._inputs.invocation_of(path)

    @property
    def roots(self) -> tuple[PurePath, ...]:
        """The workspace folders."""
        return self._inputs.roots

    def mentions(self, path: PurePath, words: tuple[str, ...]) -> bool:
        """Whether the text of a file holds one of the words: far cheaper than its outline."""
        if self._traced:
            self._needs.add((MENTIONS, path, words))
        return self._inputs.text_mentions(path, words)

    def sets(self, path: PurePath, name: str) -> bool:
        """Whether the text of a file sets an attribute of that name on anything, or declares it there."""
        if self._traced:
            self._needs.add((SETS, path, name))
        return name in self._inputs.text_sets(path)


class Once(Queries):
    """Asks queries where no edit follows that would share an answer, in one thread; notes no more than `Looks`.

    A few megabytes of tests ask some hundred thousand times: it is the same object that each query is given.
    """

    __slots__ = ("_looks", "_values")

    notes_needs = False

    def __init__(self, inputs: Inputs, memory: Memory, looks: Looks | None = None) -> None:
        """The answers are kept in the memory, each with what was looked at for it, as `looks` notes."""
        super().__init__(inputs, memory)
        self._values = memory.untraced
        self._looks = Looks() if looks is None else looks

    def get(self, query: Callable[Concatenate["Queries", P], T], *args: P.args, **_: P.kwargs) -> T:
        """As that of `Queries`."""
        # The arguments are a tuple already: making another one, with the query in it, would take as long as looking.
        known = self._values.get(query)
        if known is None:
            known = self._values[query] = {}
        answer = known.get(args)
        looks = self._looks
        if answer is not None:
            value, seen, circle = answer
            if not circle or circle.isdisjoint(self._running.depths):
                looks.seen |= seen
                return value  # type: ignore[return-value]  # a key holds its own query, which returns a `T`
        key: Key = (query, *args)
        running = self._running
        begun = running.enter(key)
        if isinstance(begun, Passing):
            # What it came from counts for the query that it waits for, which has not ended.
            return begun.value  # type: ignore[return-value]  # as above
        outer, looks.seen = looks.seen, 0
        try:
            found = query(self, *args, **_)
        except BaseException as error:
            looks.seen |= outer
            low, _circle = running.end(key, begun)
            if low != NEVER and isinstance(error, Cycle):
                running.passing[key] = Passing(NONE, _NO_NEEDS, low)
            raise
        seen = looks.seen
        looks.seen = outer | seen
        low, circles = running.end(key, begun)
        if low != NEVER:
            running.passing[key] = Passing(found, _NO_NEEDS, low)
        elif not circles:
            known[args] = found, seen, None
        elif len(circles) <= MOST:
            known[args] = found, seen, frozenset(circles)
        else:
            known[args] = found, seen, None
            for (of, *arguments), passed in circles.items():
                if passed.value is not NONE:
                    self._values.setdefault(of, {})[tuple(arguments)] = passed.value, seen, None
        return found


_NO_NEEDS: frozenset[Key] = frozenset()


class _TracedFiles:
    """Files that note what was looked at."""

    __slots__ = ("_files", "_needs")

    def __init__(self, files: Files, needs: set[Key]) -> None:
        self._files = files
        self._needs = needs

    def read(self, path: PurePath) -> str | Unreadable:
        self._needs.add((TEXT, path))
        return self._files.read(path)

    def is_file(self, path: PurePath) -> bool:
        self._needs.add((FOLDER, path.parent))
        return self._files.is_file(path)

    def is_dir(self, path: PurePath) -> bool:
        self._needs.add((FOLDER, path.parent))
        return self._files.is_dir(path)

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        self._needs.add((FOLDER, path))
        return self._files.entries(path)

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        self._needs.add((FOLDER, path))
        return self._files.subfolders(path, beginning)
