"""Put the facts of chunks together to those of the file: members into their classes, spans to where chunks stand."""

from collections.abc import Mapping, Sequence

from loopscope.facts.layout import DefSpans, Layout
from loopscope.facts.outline import Binding, ClassFact, FactId, Guard, Rebound
from loopscope.facts.part import Part, with_members
from loopscope.facts.places import docstring
from loopscope.syntax.chunk import Tree
from loopscope.text.span import Span


def arrange_bindings(tree: Tree, parts: Sequence[Part]) -> tuple[Binding, ...]:
    """The module's bindings in source order, then the names that functions declare global."""
    bindings: list[Sequence[Binding]] = [part.bindings for part in parts]
    # From the end, so that a class nested in a class is complete before it is added.
    for index, members in reversed(_members(tree).items()):
        name, target, guard = bindings[index][0]
        if isinstance(target, ClassFact):
            inner = tuple([binding for member in members for binding in bindings[member]])
            bindings[index] = (Binding(name, with_members(target, inner), guard),)
    found = [binding for index in _top(tree) for binding in bindings[index]]
    declared = dict.fromkeys(name for part in parts for name, _ in part.globals)
    return (*found, *(Binding(name, Rebound("global"), Guard.CONDITION) for name in declared))


def arrange_layout(tree: Tree, parts: Sequence[Part]) -> Layout:
    """The spans of the file's facts; a split class reaches to the end of its last member."""
    members = _members(tree)
    defs: dict[FactId, DefSpans] = {}
    classes: dict[FactId, tuple[Span, ...]] = {}
    for index, (placed, part) in enumerate(zip(tree.chunks, parts, strict=True)):
        by, down = placed.start, placed.line + 1
        for id_, spans in part.places.defs.items():
            inner = members.get(index, ())
            whole, doc = spans.whole.shifted(by), spans.docstring
            if inner:
                whole = Span(whole.start, max(_code_end(tree, member, members) for member in (index, *inner)))
                doc = docstring(tree.chunks[inner[0]].chunk.body)
            defs[id_] = DefSpans(
                whole,
                spans.name.shifted(by),
                spans.line + down,
                tuple([span.shifted(by) for span in spans.decorators]),
                tuple([span.shifted(by) for span in spans.params]),
                doc,
            )
        for id_, inner_spans in part.places.class_bindings.items():
            classes[id_] = tuple([span.shifted(by) for span in inner_spans])
            if index in members:
                classes[id_] = tuple([span for member in members[index] for span in _bindings(tree, parts, member)])
    found = [span for index in _top(tree) for span in _bindings(tree, parts, index)]
    declared: dict[str, Span] = {}
    for placed, part in zip(tree.chunks, parts, strict=True):
        for name, node in part.globals:
            declared.setdefault(name, placed.span(node))
    return Layout(defs, (*found, *declared.values()), classes)


def _bindings(tree: Tree, parts: Sequence[Part], index: int) -> list[Span]:
    start = tree.chunks[index].start
    return [span.shifted(start) for span in parts[index].places.bindings]


def _top(tree: Tree) -> list[int]:
    return [index for index, placed in enumerate(tree.chunks) if placed.holder is None]


def _members(tree: Tree) -> dict[int, list[int]]:
    """For each header of a split class the indices of its members, in order."""
    members: dict[int, list[int]] = {}
    for index, placed in enumerate(tree.chunks):
        if placed.holder is not None:
            members.setdefault(placed.holder, []).append(index)
    return dict(sorted(members.items()))


def _code_end(tree: Tree, index: int, members: Mapping[int, Sequence[int]]) -> int:
    """The offset at which the last statement ends that stands in a chunk, or in the members of the class it heads."""
    placed = tree.chunks[index]
    ends = [placed.span(statement).end for statement in placed.chunk.body[-1:]]
    ends += [_code_end(tree, member, members) for member in members.get(index, ())[-1:]]
    return max(ends, default=placed.start)
