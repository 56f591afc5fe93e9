"""The facts of functions and classes of a file whose outline is known, one by one: nothing else of it is parsed."""

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from loopscope.facts.expr import Const
from loopscope.facts.extract import FileFacts
from loopscope.facts.imports import class_names, module_names
from loopscope.facts.outline import (
    Assigned,
    Binding,
    ClassFact,
    FunctionFact,
    Guard,
    ImportedModule,
    ImportedName,
    Outline,
    Rebound,
)
from loopscope.facts.part import Part, make_part
from loopscope.facts.scan import Raw, Value, scan_chunk
from loopscope.syntax.build import SPLIT, chunk_apart, class_piece, definitions
from loopscope.syntax.chunk import Chunk, Placed, Tree
from loopscope.text.frozen import frozen
from loopscope.text.lines import LINE_END
from loopscope.text.span import Span

_NOWHERE = ast.Pass()


# No slots: `cached_property` keeps its values in the instance's dict.
@frozen(eq=False)
class Apart:
    """A text with its outline, from which functions and classes are read one by one."""

    text: str
    outline: Outline

    def facts(self, qualname: str) -> FileFacts | None:
        """What `file_facts` says of the function or class of a dotted name, its imports included, and nothing else.

        All of them where a function is defined several times, of a large class only its header. None where that takes
        the whole file: for what is defined below a condition, in several ways, or not at all.
        """
        name, _, member = qualname.partition(".")
        owner = _only(self.outline.bindings, name)
        places = self._definitions.get(name, ())
        if self.outline.has_syntax_errors:
            return None
        if not member and _are_functions(self.outline.bindings, name, len(places)):
            chunks = [chunk_apart(self.text[start:end], "") for start, end in places]
            return self._facts(qualname, self._placed(places, chunks), {})
        if owner is None or len(places) != 1:
            return None
        place = places[0]
        if member:
            return self._member(place, owner, member) if isinstance(owner, ClassFact) else None
        piece = self.text[place.start : place.end]
        large = class_piece(piece) if isinstance(owner, ClassFact) and len(piece) > SPLIT else None
        chunk = chunk_apart(piece, "") if large is None else large.header
        return self._facts(qualname, self._placed(places, [chunk]), {})

    def source(self, qualname: str) -> str | None:
        """The text of the function of a dotted name, or of the methods, overloads and setters too, one below the other.

        None where there is none, or several functions.
        """
        name, _, member = qualname.partition(".")
        places = self._definitions.get(name, ())
        if len(places) != 1 or not member:
            return self.text[places[0].start : places[0].end] if len(places) == 1 else None
        owner = _only(self.outline.bindings, name)
        members = self._members(places[0], owner) if isinstance(owner, ClassFact) else None
        inner = members.places.get(member, ()) if members is not None else ()
        shifted = [each.shifted(places[0].start) for each in inner]
        return "\n".join([self.text[each.start : each.end] for each in shifted]) if shifted else None

    def _member(self, place: Span, owner: ClassFact, name: str) -> FileFacts | None:
        members = self._members(place, owner)
        count = len(members.places.get(name, ())) if members is not None else 0
        alone = count == 1 and _only(owner.bindings, name) is not None
        if members is None or not (alone or _are_functions(owner.bindings, name, count)):
            return None
        places = [each.shifted(place.start) for each in members.places[name]]
        chunks = [chunk_apart(self.text[start:end], members.indent) for start, end in places]
        inner = [each._replace(holder=0) for each in self._placed(places, chunks)]
        return self._facts(f"{owner.name}.{name}", [*self._placed([place], [members.header]), *inner], members.names)

    def _facts(self, qualname: str, placed: list[Placed], own_names: Mapping[str, str]) -> FileFacts | None:
        if not placed or any(each.chunk.problems for each in placed):
            return None
        owner = qualname.partition(".")[0]
        seen: Counter[str] = Counter()
        parts: list[Part] = []
        for each in placed:
            inside = (self._names, "") if each.holder is None else (own_names, owner)
            parts.append(make_part(each.chunk, scan_chunk(each.chunk), self._names, *inside, seen))
            seen.update(parts[-1].counts)
        if [id_.qualname for id_, _ in parts[-1].defs[:1]] != [qualname]:
            return None
        return FileFacts(Tree(self.text, tuple(placed), ()), Outline(()), self._names, tuple(parts))

    def _placed(self, places: Sequence[Span], chunks: Sequence[Chunk | None]) -> list[Placed]:
        """Chunks where they stand; none of them when one is made of several."""
        found: list[Placed] = []
        for (start, _), chunk in zip(places, chunks, strict=True):
            if chunk is None:
                return []
            ends = self.text.count("\n", 0, start) if self._ends_plainly else len(LINE_END.findall(self.text, 0, start))
            found.append(Placed(start, ends, chunk, None))
        return found

    @cached_property
    def _ends_plainly(self) -> bool:
        return "\r" not in self.text

    @cached_property
    def _definitions(self) -> Mapping[str, Sequence[Span]]:
        return definitions(self.text, 1 if self.text.startswith("\ufeff") else 0, "")

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """`FileFacts.names`, from the outline: without the names that functions declare global."""
        declared = {each.name for each in self.outline.bindings if each.target == Rebound("global")}
        found = module_names(_raws(each for each in self.outline.bindings if each.target != Rebound("global")))
        return {name: target for name, target in found.items() if name not in declared}

    def _members(self, place: Span, owner: ClassFact) -> "_Members | None":
        if place not in self._classes:
            text = self.text[place.start : place.end]
            piece = class_piece(text)
            self._classes[place] = piece and _Members(
                piece.header,
                piece.indent,
                definitions(text, piece.at, piece.indent),
                class_names(self._names, _raws(owner.bindings)),
            )
        return self._classes[place]

    @cached_property
    def _classes(self) -> "dict[Span, _Members | None]":
        return {}


class _Members(NamedTuple):
    header: Chunk
    indent: str
    places: Mapping[str, Sequence[Span]]
    names: Mapping[str, str]
    """What imported names stand for in the body of the class."""


def _only(bindings: Sequence[Binding], name: str) -> FunctionFact | ClassFact | None:
    """The definition that is the only binding of a name, and stands below no condition."""
    found = [each for each in bindings if each.name == name]
    if len(found) != 1 or found[0].guard is not Guard.ALWAYS:
        return None
    target = found[0].target
    return target if isinstance(target, FunctionFact | ClassFact) else None


def _are_functions(bindings: Sequence[Binding], name: str, count: int) -> bool:
    """Whether a name is bound so many times, by functions that stand below no condition."""
    found = [each for each in bindings if each.name == name]
    return 0 < len(found) == count and all(
        each.guard is Guard.ALWAYS and isinstance(each.target, FunctionFact) for each in found
    )


def _raws(bindings: Iterable[Binding]) -> list[Raw]:
    """Bindings as the syntax would have them, as far as it matters for what imported names stand for."""
    return [Raw(each.name, each.guard, _what(each), _NOWHERE) for each in bindings]


def _what(binding: Binding) -> Value | ImportedModule | ImportedName | Rebound:
    match binding.target:
        case ImportedModule() | ImportedName() as imported:
            return imported
        case Assigned(Const(None)):
            return Value(ast.Constant(None), augmented=False)
        case _:
            return Rebound("")
