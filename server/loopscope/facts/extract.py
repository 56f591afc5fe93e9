"""The facts of one file, chunk by chunk; what an edit does not touch is taken over."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar, cast

from loopscope.facts.arrange import arrange_bindings, arrange_layout
from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.imports import class_names, module_names
from loopscope.facts.inside import inside_functions
from loopscope.facts.layout import Layout
from loopscope.facts.outline import FactId, Outline
from loopscope.facts.part import Part, make_part
from loopscope.facts.picked import Picked, Since, picked, since
from loopscope.facts.scan import Raw, scan_chunk
from loopscope.syntax.chunk import Chunk, Located, Placed, Tree
from loopscope.text.frozen import field, frozen
from loopscope.text.span import Span

T = TypeVar("T")


# No slots: `cached_property` keeps its values in the instance's dict.
@frozen(eq=False)
class FileFacts:
    """What one version of one file says. Everything but the outline is computed on first use."""

    tree: Tree
    outline: Outline
    names: Mapping[str, str]
    """The canonical dotted name of each name that the module's imports bind."""
    parts: tuple[Part, ...]
    """The facts of `tree.chunks`, one by one."""
    _picked: dict[str, Picked[object]] = field(default_factory=dict[str, Picked[object]])

    @cached_property
    def layout(self) -> Layout:
        """Where the outline's facts stand in this version of the text."""
        return arrange_layout(self.tree, self.parts)

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """The bodies of all functions and methods of the outline, in source order; those nested in them are inside."""
        return tuple(
            [
                self._again(id_, index) if id_.nth else part.body(id_, {})
                for index, part in enumerate(self.parts)
                for id_ in part.functions
            ]
        )

    @cached_property
    def every_body(self) -> tuple[Body, ...]:
        """Every function, nested ones after the one that holds them."""
        return tuple([body for part in self.parts for body in self.bodies_of(part)])

    def picked(self, key: str, pick: Callable[[Body], T]) -> Picked[tuple[Body, T]]:
        """The functions in which `pick` finds something, with what: it must follow from the body alone.

        Found once for functions that edits leave as they are. A key is used with one `pick` only.
        """
        return self.looked_at(key, lambda part: [(body, each) for body in self.bodies_of(part) if (each := pick(body))])

    def looked_at(self, key: str, look: Callable[[Part], Sequence[T]]) -> Picked[T]:
        """What `look` finds in parts: it must follow from the part alone, or from bodies in it.

        A key is used with one `look` only, and with none that `picked` has.
        """
        known = self._picked.get(key)
        if known is None or known.parts is not self.parts:
            change = Since() if known is None else self.since(known.parts)
            known = self._picked[key] = picked(self.parts, look, known, change)
        # A key is used with one `look` only.
        return cast("Picked[T]", known)

    def since(self, parts: tuple[Part, ...]) -> Since:
        """How the file differs from a version of it with these parts."""
        known = self._compared.get(id(parts))
        if known is None:
            # With the parts, so that no others get their id.
            known = self._compared[id(parts)] = parts, since(parts, self.parts)
        return known[1]

    @property
    def known_picks(self) -> dict[str, Picked[object]]:
        """What was picked so far, for the next version of the file."""
        return self._picked.copy()

    @cached_property
    def _compared(self) -> dict[int, tuple[tuple[Part, ...], Since]]:
        return {}

    def placed(self, part: Part) -> Placed:
        """Where one of `parts` stands."""
        return self.tree.chunks[self._places[part]]

    @cached_property
    def _places(self) -> Mapping[Part, int]:
        return {part: index for index, part in enumerate(self.parts)}

    def parts_named(self, qualname: str) -> Sequence[Part]:
        """The parts that define functions and classes of a dotted name."""
        return self._by_name.get(qualname, ())

    def bodies_of(self, part: Part) -> tuple[Body, ...]:
        """`every_body` of one of `parts`."""
        if part.redefines:
            return tuple(_flat(body for id_ in part.functions if (body := self.body(id_)) is not None))
        known = part.notes.get("bodies")
        if known is None:
            known = part.notes["bodies"] = tuple(_flat(part.body(id_, {}) for id_ in part.functions))
        # The key is used here only.
        return cast("tuple[Body, ...]", known)

    @cached_property
    def module_calls(self) -> tuple[CallSite, ...]:
        """The calls that run when the module is imported, in source order: class bodies, decorators and defaults too.

        Those below `if __name__ == "__main__"` are left out.
        """
        return tuple([call for _, call in self._placed_calls])

    def body(self, id_: FactId) -> Body | None:
        """The body of a function by its id, nested ones too (`outer.<locals>.inner`); None when there is none."""
        found = self._found.get(id_)
        if found is None:
            found = self._found[id_] = (self._find(id_),)
        return found[0]

    @cached_property
    def _found(self) -> dict[FactId, tuple[Body | None]]:
        return {}

    def _find(self, id_: FactId) -> Body | None:
        outer = id_.qualname.partition(".<locals>.")[0]
        if outer == id_.qualname:
            index = self._owners.get(id_)
            if index is None or id_ not in self.parts[index].functions:
                return None
            return self._again(id_, index) if id_.nth else self.parts[index].body(id_, {})
        nth = 0
        while body := self.body(FactId(outer, nth)):
            if found := _nested(body, id_):
                return found
            nth += 1
        return None

    def text_of(self, id_: FactId) -> str | None:
        """The text of a function of the outline without its decorators; None when there is none."""
        index = self._owners.get(id_)
        node = self.parts[index].functions.get(id_) if index is not None else None
        if index is None or node is None:
            return None
        start, end = self.tree.chunks[index].span(node)
        return self.tree.text[start:end]

    def around(self, body: Body) -> Body | None:
        """The body of the function in which the function of a body is nested; None for one of the outline."""
        if body.id == body.outermost:
            return None
        outer = self.body(body.outermost)
        return _parent(outer, body) if outer is not None else None

    def defines(self, id_: FactId) -> bool:
        """Whether the file has the function or class of that id."""
        return id_ in self._owners

    def function_at(self, offset: int) -> tuple[FactId, Span] | None:
        """The function of the outline that holds an offset, with its span; far cheaper than `layout`."""
        index = self.tree.index_at(offset)
        start = self.tree.chunks[index].start
        found = self.parts[index].function_at(offset - start)
        return None if found is None else (found[0], found[1].shifted(start))

    def redefined_since(self, earlier: "FileFacts") -> frozenset[str]:
        """The dotted names of functions and classes that are not those of an earlier version, with the same imports."""
        change = self.since(earlier.parts)
        return frozenset(id_.qualname for part in (*change.gone, *change.new) for id_, _ in part.defs)

    def span(self, owner: Body | FactId | CallSite, node: Located) -> Span:
        """Where a node stands, in absolute code points.

        `owner` is the body, definition or call of `module_calls` that the node belongs to. Raises `KeyError` for an
        owner that is not of this file.
        """
        if isinstance(owner, CallSite):
            index = self._module_call_owners[id(owner)]
        else:
            index = self._owners[owner.outermost if isinstance(owner, Body) else owner]
        return self.tree.chunks[index].span(node)

    @cached_property
    def _by_name(self) -> Mapping[str, list[Part]]:
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            for id_, _ in part.defs:
                found.setdefault(id_.qualname, []).append(part)
        return found

    @cached_property
    def _owners(self) -> dict[FactId, int]:
        return {id_: index for index, part in enumerate(self.parts) for id_, _ in part.defs}

    @cached_property
    def _module_call_owners(self) -> dict[int, int]:
        return {id(call): index for index, call in self._placed_calls}

    @cached_property
    def _placed_calls(self) -> tuple[tuple[int, CallSite], ...]:
        bound: dict[int | None, set[str]] = {}
        for placed, part in zip(self.tree.chunks, self.parts, strict=True):
            if placed.holder is not None:
                bound.setdefault(placed.holder, set()).update(raw.name for raw in part.raws)
        return tuple(
            [
                (index, call)
                for index, (placed, part) in enumerate(zip(self.tree.chunks, self.parts, strict=True))
                for call in part.calls(frozenset(bound.get(placed.holder, ())))
            ]
        )

    @cached_property
    def _redefined(self) -> dict[FactId, Body]:
        return {}

    def _again(self, id_: FactId, index: int) -> Body:
        """The body of a function whose name was defined before: nested functions count on from there."""
        found = self._redefined.get(id_)
        if found is None:
            above: Counter[str] = Counter()
            for nth in range(id_.nth):
                if earlier := self.body(FactId(id_.qualname, nth)):
                    above.update(_nested_names(earlier))
            found = self._redefined.setdefault(id_, self.parts[index].body(id_, above))
        return found


def file_facts(tree: Tree, previous: FileFacts | None = None) -> FileFacts:
    """The facts of a parsed file. Never raises.

    `previous`, the facts of some other version, only makes it faster; its outline is taken over, the same object, when
    it is equal.
    """
    if previous is not None and previous.tree is tree:
        return previous
    if previous is not None and (same := inside_functions(tree, previous.tree, previous.parts)) is not None:
        return FileFacts(tree, previous.outline, previous.names, same, previous.known_picks)
    known = _Known(previous)
    raws = [known.raws(placed.chunk) for placed in tree.chunks]
    names = _module_names(tree, raws, previous)
    parts = _parts(tree, raws, names, known)
    declared = [name for part in parts for name, _ in part.globals]
    if any(name in names for name in declared):
        # What a function rebinds is not only what was imported.
        names = {name: target for name, target in names.items() if name not in declared}
        parts = _parts(tree, raws, names, _Known(previous))
    outline = Outline(
        bindings=arrange_bindings(tree, parts),
        effects=tuple([effect for part in parts for effect in part.effects]),
        dynamic=frozenset[str]().union(*[part.dynamic for part in parts]),
        has_syntax_errors=any(placed.chunk.problems for placed in tree.chunks),
        guarded=tuple([effect for part in parts for effect in part.guarded]),
    )
    if previous is not None and previous.outline == outline:
        outline = previous.outline
    return FileFacts(tree, outline, names, tuple(parts), {} if previous is None else previous.known_picks)


class _Known:
    """The parts of an earlier version by chunk, each to be used once: equal chunks stand in several places."""

    def __init__(self, previous: FileFacts | None) -> None:
        self._parts: dict[Chunk, list[Part]] = {}
        self._raws: dict[Chunk, tuple[Raw, ...]] = {}
        for part in previous.parts if previous else ():
            self._parts.setdefault(part.chunk, []).append(part)
            self._raws[part.chunk] = part.raws

    def raws(self, chunk: Chunk) -> tuple[Raw, ...]:
        """The bindings of a chunk as the syntax has them."""
        found = self._raws.get(chunk)
        if found is None:
            found = self._raws[chunk] = scan_chunk(chunk)
        return found

    def part(
        self, chunk: Chunk, names: Mapping[str, str], own_names: Mapping[str, str], holder: str, seen: Mapping[str, int]
    ) -> Part:
        """The facts of a chunk, taken over when they are the same."""
        candidates = self._parts.get(chunk, [])
        for index, part in enumerate(candidates):
            if part.fits(names, own_names, holder, seen):
                return candidates.pop(index)
        return make_part(chunk, self.raws(chunk), names, own_names, holder, seen)


def _module_names(tree: Tree, raws: Sequence[tuple[Raw, ...]], previous: FileFacts | None) -> Mapping[str, str]:
    above = [raw for placed, found in zip(tree.chunks, raws, strict=True) if placed.holder is None for raw in found]
    names = module_names(above)
    return previous.names if previous is not None and previous.names == names else names


def _parts(tree: Tree, raws: Sequence[tuple[Raw, ...]], names: Mapping[str, str], known: _Known) -> list[Part]:
    members: dict[int, list[Raw]] = {}
    for placed, found in zip(tree.chunks, raws, strict=True):
        if placed.holder is not None:
            members.setdefault(placed.holder, []).extend(found)
    seen: dict[str, int] = {}
    parts: list[Part] = []
    # For each chunk that is the header of a split class: its dotted name, and what names stand for in its body.
    inside: dict[int, tuple[str, Mapping[str, str]]] = {}
    for index, placed in enumerate(tree.chunks):
        holder, own_names = inside[placed.holder] if placed.holder is not None else ("", names)
        part = known.part(placed.chunk, names, own_names, holder, seen)
        if placed.chunk.kind == "class":
            header = placed.chunk.body[0]
            name = header.name if isinstance(header, ast.ClassDef) else "_"
            inside[index] = (f"{holder}.{name}" if holder else name, class_names(own_names, members.get(index, ())))
        for each, times in part.counts.items():
            seen[each] = seen.get(each, 0) + times
        parts.append(part)
    return parts


def _flat(bodies: Iterable[Body]) -> Iterator[Body]:
    for body in bodies:
        yield body
        yield from _flat(body.nested)


def _parent(outer: Body, body: Body) -> Body | None:
    for inner in outer.nested:
        if inner is body:
            return outer
        if found := _parent(inner, body):
            return found
    return None


def _nested(body: Body, id_: FactId) -> Body | None:
    for inner in body.nested:
        if inner.id == id_:
            return inner
        if found := _nested(inner, id_):
            return found
    return None


def _nested_names(body: Body) -> list[str]:
    return [name for inner in body.nested for name in (inner.id.qualname, *_nested_names(inner))]
