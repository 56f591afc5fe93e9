"""A frozen picture of a workspace: files, environments and settings at one moment, and all that follows from them."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath
from typing import ParamSpec, Protocol, TypeVar
from weakref import WeakValueDictionary

from loopscope.config.effective import Invocation
from loopscope.config.pytest_config import PytestConfig
from loopscope.config.settings import DEFAULT_SETTINGS, Settings
from loopscope.facts.bodies import Body
from loopscope.facts.extract import FileFacts, file_facts
from loopscope.facts.outline import Outline
from loopscope.facts.part import attributes_set_in
from loopscope.facts.picked import Picked
from loopscope.facts.skimmed import outline_of
from loopscope.syntax.parse import parse, parse_whole
from loopscope.text.edit import in_common
from loopscope.text.files import Files, Unreadable
from loopscope.workspace.circles import Key
from loopscope.workspace.environment import Environment
from loopscope.workspace.gathered import About, Gathered, carried, gather
from loopscope.workspace.imports import is_installed
from loopscope.workspace.mentions import AROUND, Mentions
from loopscope.workspace.oracle import Answer, Answers, Question
from loopscope.workspace.pieces import Pieces
from loopscope.workspace.project import config_at, workspace_root
from loopscope.workspace.queries import BODY, FOLDER, MENTIONS, ORACLE, OUTLINE, SETS, TEXT, Memory, Once, Queries
from loopscope.workspace.view import ModuleView

P = ParamSpec("P")
T = TypeVar("T")

NO_ENVIRONMENT = Environment(path=None, kind="none")
_FACTS_KEPT = 12
"""Of how many files the facts are remembered at least where each file is looked at once."""
_OTHERS_KEPT = 6
"""Of how many files besides those that are being edited, in a session: syntax trees are large."""
_KEPT_WHOLE = 3_000_000
"""As many code points of files, those asked for last, are remembered where each file is looked at once: what tests
import is asked about again and again, and a tree takes some fifteen times the room of its text."""


class OutlineCache(Protocol):
    """Keeps outlines by content between runs; the host has one on disk."""

    def get(self, text: str) -> Outline | None:
        """The outline of a text, if it is known."""
        ...

    def put(self, text: str, outline: Outline) -> None:
        """Remember the outline of a text."""
        ...


class Snapshot:
    """The workspace at one moment. Nothing in it changes: answers that were asked for are only remembered.

    `after` gives the next snapshot, which shares every answer that does not depend on what changed. May be used from
    any thread.
    """

    def __init__(
        self,
        files: Files,
        roots: Iterable[PurePath],
        environment_of: Callable[[PurePath], Environment] = lambda _: NO_ENVIRONMENT,
        settings_of: Callable[[PurePath], Settings] = lambda _: DEFAULT_SETTINGS,
        outlines: OutlineCache | None = None,
        *,
        whole: bool = False,
        edited: Iterable[PurePath] = (),
    ) -> None:
        """`environment_of` is asked with workspace folders; both functions answer at once and always the same.

        `whole` notes no dependencies of answers: faster, where no edits follow that would share any. `edited` are the
        files that an editor has open: parsed in pieces, which edits reuse, and kept.
        """
        self.files = files
        self.roots = tuple(roots)
        self._environment_of = environment_of
        self._settings_of = settings_of
        self._cache = outlines
        self._whole = whole
        self._outlines: dict[PurePath, Outline | Unreadable] = {}
        self._mentions = Mentions(files)
        self._sets: dict[PurePath, frozenset[str]] = {}
        self._defined: dict[PurePath, set[str]] = {}
        self._passing: dict[PurePath, bool] = {}
        self._facts: dict[PurePath, FileFacts] = {}
        # What somebody looks at is not made again: nodes of two versions of one text do not go together.
        self._held: WeakValueDictionary[PurePath, FileFacts] = WeakValueDictionary()
        self._asked_last: PurePath | None = None
        self._kept = 0
        self._older: dict[PurePath, FileFacts] = {}
        self._edited = frozenset(edited)
        self._environments: dict[PurePath, Environment] = {}
        self._environment_at: dict[PurePath, Environment] = {}
        self._memory = Memory()
        self._gathered: dict[Key, Gathered] = {}
        self._pieces = Pieces()
        self._questions: set[Question] = set()
        self._answers: Answers = {}
        self._stale: set[Question] = set()

    def module(self, path: PurePath) -> ModuleView:
        """What pytest makes of a Python file."""
        return ModuleView(self.queries, path)

    def facts(self, path: PurePath) -> FileFacts | Unreadable:
        """The facts of a Python file; those of the files asked for last are remembered."""
        known = self._facts.get(path)
        if known is not None:
            if self._whole and path is not self._asked_last:
                # Now the last one to go: conftests are asked for again and again.
                del self._facts[path]
                self._facts[path] = known
                self._asked_last = path
            return known
        held = self._held.get(path)
        if held is not None:
            return held
        text = self.files.read(path)
        if isinstance(text, Unreadable):
            return text
        previous = self._older.get(path)
        if self._whole or path not in self._edited:
            facts = file_facts(parse_whole(text), previous)
        else:
            facts = file_facts(parse(text, previous.tree if previous is not None else None), previous)
        self._facts[path] = self._held[path] = facts
        if self._whole:
            self._kept += len(text)
            while self._kept > _KEPT_WHOLE and len(self._facts) > _FACTS_KEPT:
                self._kept -= len(self._facts.pop(next(iter(self._facts))).tree.text)
            return facts
        others = [each for each in list(self._facts) if each not in self._edited]
        for each in others[:-_OTHERS_KEPT]:
            self._facts.pop(each, None)
        return facts

    def function_facts(self, path: PurePath, qualname: str) -> FileFacts | Unreadable:
        """The facts of a Python file of which only functions and classes of one dotted name are looked at."""
        if self._whole and (path in self._facts or self._passes(path)):
            return self.facts(path)
        self._defined.setdefault(path, set()).add(qualname)
        if path in self._facts or path in self._held or path in self._edited:
            return self.facts(path)
        return self._pieces.facts(path, qualname, self.files, self.read_outline) or self.facts(path)

    def function_source(self, path: PurePath, qualname: str) -> str | None:
        """The text of a function or method of a file that nobody has parsed; None for others."""
        if path in self._facts or path in self._held or path in self._edited or (self._whole and self._passes(path)):
            return None
        self._defined.setdefault(path, set()).add(qualname)
        return self._pieces.source(path, qualname, self.files, self.read_outline)

    def release(self, path: PurePath) -> None:
        """Forget the facts of a file that was looked at once and for all; they are made again for who asks."""
        if self._whole and path in self._facts:
            self._kept -= len(self._facts.pop(path).tree.text)

    def outline(self, path: PurePath) -> Outline:
        """The outline of a Python file; an empty one when it cannot be read."""
        found = self.read_outline(path)
        return Outline(()) if isinstance(found, Unreadable) else found

    def config(self, path: PurePath) -> PytestConfig:
        """The configuration of pytest for the tests of a file (or of a folder's `path / "x"`)."""
        return self.queries.get(config_at, path.parent)

    @property
    def queries(self) -> Queries:
        """Asks the memoised queries of this snapshot."""
        return Once(self, self._memory) if self._whole else Queries(self, self._memory)

    def environment_of(self, path: PurePath) -> Environment:
        """The environment of the project of `path`; for an installed file, the environment that it belongs to."""
        known = self._environment_at.get(path)
        if known is None:
            root = workspace_root(self.queries, path)
            if root is None:
                root = next((each for each in self.roots if _holds(self._environment(each), path)), None)
            known = self._environment(root or (self.roots[0] if self.roots else path.parent))
            self._environment_at[path] = known
        return known

    def settings_of(self, path: PurePath) -> Settings:
        """loopscope's settings for a file."""
        return self._settings_of(path)

    def invocation_of(self, path: PurePath) -> Invocation:
        """How pytest is started for the tests of `path`, in the version that is installed."""
        release = self.environment_of(path).effective("pytest")
        return self.settings_of(path).invocation(None if release is None else release.version)

    def read_outline(self, path: PurePath) -> Outline | Unreadable:
        """The outline of a Python file, or why there is none.

        It comes from the cache when that has it, but not for files whose facts are at hand (they are being edited), and
        not for those of the workspace when each file is looked at once: keeping them would cost more than parsing them.
        """
        known = self._outlines.get(path)
        if known is not None:
            return known
        # An edited file has that of its facts, the same object: comparing it after an edit takes no time then.
        at_hand = path in self._facts or path in self._older or path in self._edited
        if self._cache is None or at_hand or (self._whole and self._passes(path)):
            facts = self.facts(path)
            found = facts if isinstance(facts, Unreadable) else facts.outline
        else:
            found = self._cached(self._cache, path)
        self._outlines[path] = found
        return found

    def _passes(self, path: PurePath) -> bool:
        """Whether a file is of the workspace, and nothing that is installed below it."""
        known = self._passing.get(path)
        if known is None:
            inside = any(path.is_relative_to(root) for root in self.roots)
            known = self._passing[path] = inside and not is_installed(self.queries, path)
        return known

    def _cached(self, cache: OutlineCache, path: PurePath) -> Outline | Unreadable:
        text = self.files.read(path)
        if isinstance(text, Unreadable):
            return text
        outline = cache.get(text)
        if outline is None:
            outline = outline_of(text)
            cache.put(text, outline)
        return outline

    @property
    def known(self) -> frozenset[PurePath]:
        """The files that were looked at."""
        return frozenset((*self._outlines, *self._facts, *self._mentions.known))

    def text_mentions(self, path: PurePath, words: tuple[str, ...]) -> bool:
        """Whether the text of a file holds one of the words."""
        return self._mentions.holds(path, words)

    def text_sets(self, path: PurePath) -> frozenset[str]:
        """The names of attributes that a text sets: `x.name = `, `x.name: `, `x.name, ` and `as self.name`."""
        known = self._sets.get(path)
        if known is None:
            facts = self._facts.get(path)
            text = self.files.read(path)
            if facts is not None:
                known = frozenset[str]().union(*[part.attributes_set for part in facts.parts])
            else:
                known = frozenset[str]() if isinstance(text, Unreadable) else attributes_set_in(text)
            self._sets[path] = known
        return known

    def after(
        self,
        changed: Iterable[PurePath],
        files: Files | None = None,
        *,
        environment_of: Callable[[PurePath], Environment] | None = None,
        settings_of: Callable[[PurePath], Settings] | None = None,
    ) -> "Snapshot":
        """The snapshot once the files `changed` were edited, created or deleted, or environments or settings changed.

        Nothing is shared when environments or settings change. An edit that leaves the outline of a file equal leaves
        every fixture index the same object.
        """
        settled = environment_of is None and settings_of is None
        touched = set(changed)
        new = Snapshot(
            files or self.files,
            self.roots,
            environment_of or self._environment_of,
            settings_of or self._settings_of,
            self._cache,
            whole=self._whole,
            edited=self._edited | touched if len(touched) < _FACTS_KEPT else self._edited,
        )
        new._outlines, new._facts = self._outlines.copy(), self._facts.copy()
        new._sets, new._defined = self._sets.copy(), self._defined.copy()
        new._questions, new._answers = self._questions.copy(), self._answers.copy()
        # Until it is answered again, what was said of a file that is edited goes on to count.
        new._stale = self._stale | {each for each in self._answers if each.path in touched}
        new._pieces = self._pieces.without(touched)
        new._mentions = Mentions(new.files, self._mentions, touched)
        for path in touched:
            new._outlines.pop(path, None)
            new._sets.pop(path, None)
            new._facts.pop(path, None)
        new._older = {path: known for path in touched if (known := self._facts.get(path) or self._older.get(path))}
        if settled:
            new._environments = self._environments
            new._environment_at = self._environment_at
        gone: set[Key] = set()
        for path in touched:
            gone |= self._changes(new, path)
        new._share(self, gone if settled and not self._whole else None)
        return new

    def _share(self, earlier: "Snapshot", gone: Iterable[Key] | None) -> None:
        """Take over the answers that need nothing that is `gone`; none of them when that is None."""
        # In this order: answers that come meanwhile are missing here, and in nothing that was gathered.
        gathered = earlier._gathered.copy()  # noqa: SLF001  another object of this class
        self._memory = Memory(earlier._memory if gone is not None else None, gone or ())  # noqa: SLF001
        self._gathered = carried(gathered, self._memory.dropped) if gone is not None else {}

    def gather(
        self,
        path: PurePath,
        facts: FileFacts,
        among: Picked[tuple[Body, object]],
        about: About[P, T],
        *args: P.args,
        **_: P.kwargs,
    ) -> Sequence[tuple[Body, Sequence[T]]]:
        """`workspace.gathered.gather` for a file: what a query finds in those of its functions that were picked.

        `facts` are those which were picked from: of a file that is not edited the snapshot may have made others since.
        """
        return gather(self.queries, self._gathered, path, facts, among, about, *args, **_)

    def ask_oracle(self, question: Question) -> Answer | None:
        """What was answered to a question; one that is new is remembered for whoever can answer it."""
        self._questions.add(question)
        return self._answers.get(question)

    @property
    def has_asked(self) -> bool:
        """Whether something was asked of the oracle, answered or not."""
        return bool(self._questions)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What rules have asked that is not answered yet, or was answered of an older text."""
        return tuple(sorted(each for each in set(self._questions) if each not in self._answers or each in self._stale))

    def answered(self, answers: Answers) -> "Snapshot":
        """The snapshot once questions are answered; it shares all that does not depend on a new answer."""
        new = self.after(())
        gone: set[Key] = {(ORACLE, each) for each, answer in answers.items() if self._answers.get(each) != answer}
        new._know(answers)  # noqa: SLF001  another object of this class
        new._share(self, gone)  # noqa: SLF001  as above
        return new

    def _know(self, answers: Answers) -> None:
        self._answers.update(answers)
        self._stale -= answers.keys()

    def knows_more_than(self, earlier: "Snapshot") -> bool:
        """Whether an answer differs from what an earlier snapshot knew: something may be found that was not before."""
        before = earlier._answers  # noqa: SLF001  another object of this class
        return any(before.get(each) != answer for each, answer in self._answers.items())

    def _changes(self, new: "Snapshot", path: PurePath) -> set[Key]:
        """The inputs that are not what they were, of one file that was touched."""
        changes: set[Key] = {(TEXT, path)}
        old = self._outlines.get(path)
        if old is not None:
            outline = new.facts(path)
            current = outline if isinstance(outline, Unreadable) else outline.outline
            if current == old:
                new._outlines[path] = old  # noqa: SLF001  another object of this class
            else:
                changes.add((OUTLINE, path))
        around = self._around_the_edit(new, path)
        before, now = self._facts.get(path), new.facts(path) if path in self._defined else None
        asked = frozenset(self._defined.get(path, ()))
        if before is not None and isinstance(now, FileFacts):
            asked &= now.redefined_since(before)
        changes.update((BODY, path, name) for name in asked)
        words_changed = new._mentions.changed(self._mentions, path, around)  # noqa: SLF001  as above
        changes.update((MENTIONS, path, words) for words in words_changed)
        if path in self._sets:
            changes.update((SETS, path, name) for name in self._sets[path] ^ new.text_sets(path))
        if old is None or isinstance(old, Unreadable) or not new.files.is_file(path):
            # Perhaps created or deleted, and its folders with it.
            changes.update((FOLDER, folder) for folder in path.parents)
        return changes

    def _around_the_edit(self, new: "Snapshot", path: PurePath) -> str | None:
        """The part of a text in which a word may stand that did not stand in it before; None when that is not known."""
        facts, now = self._facts.get(path), new.files.read(path)
        # A file that changed on disk is read anew: what it was is not known any more.
        if facts is None or self.files.read(path) is not facts.tree.text or isinstance(now, Unreadable):
            return None
        same, alike = in_common(facts.tree.text, now)
        return now[max(same - AROUND, 0) : len(now) - alike + AROUND]

    def _environment(self, root: PurePath) -> Environment:
        known = self._environments.get(root)
        if known is None:
            known = self._environments[root] = self._environment_of(root)
        return known


def _holds(environment: Environment, path: PurePath) -> bool:
    roots = (*environment.search_path, *((environment.stdlib,) if environment.stdlib is not None else ()))
    return any(path.is_relative_to(root) for root in roots)
