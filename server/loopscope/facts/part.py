"""The facts of one chunk: they know its text, the equal names above it and the file's imports, not where it stands."""

import ast
import re
from collections.abc import Mapping
from functools import cached_property

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.dynamic import dynamic_names
from loopscope.facts.expr import Expr
from loopscope.facts.functions import params, yields
from loopscope.facts.gather import body_of, calls_of
from loopscope.facts.imports import class_names
from loopscope.facts.outline import (
    Assigned,
    Binding,
    ClassFact,
    FactId,
    FunctionFact,
    Guard,
    GuardedEffect,
    Rebound,
    Target,
)
from loopscope.facts.places import Places, places
from loopscope.facts.reading import read
from loopscope.facts.scan import Definition, Effect, Raw, Value, global_names, scan
from loopscope.facts.seek import lines_with
from loopscope.syntax.chunk import Chunk
from loopscope.text.frozen import frozen
from loopscope.text.span import Span

_OTHERS = bytes(range(128, 256))
_WORD = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz" + _OTHERS
_BLANKED = bytes(each if each in _WORD else ord(" ") for each in range(256))
# Two expressions: each begins with plain text, which is looked for ten times as fast as one of several.
_SETS = re.compile(r"\.(\w++)(?= = |: |, )")
_SETS_AS = re.compile(r"as self\.(\w++)")


# No slots: `cached_property` keeps its values in the instance's dict.
@frozen(eq=False)
class Part:
    """The facts of a chunk, for given module imports (`names`), a given holder, and the equal names above it."""

    chunk: Chunk
    raws: tuple[Raw, ...]
    names: Mapping[str, str]
    """What imported names stand for in function bodies: those of the module."""
    own_names: Mapping[str, str]
    """What they stand for in the statements themselves: for members of a class, those of the class body."""
    holder: str
    counts: Mapping[str, int]
    """How often each dotted name is defined in the chunk."""
    above: Mapping[str, int]
    """How often names that are defined here are defined above, where they are."""
    bindings: tuple[Binding, ...]
    anchors: tuple[ast.AST, ...]
    """The nodes that hold the names of `bindings`."""
    class_anchors: Mapping[FactId, tuple[ast.AST, ...]]
    defs: tuple[tuple[FactId, Definition], ...]
    globals: tuple[tuple[str, ast.Global], ...]
    effects: tuple[Expr, ...]
    guarded: tuple[GuardedEffect, ...]
    dynamic: frozenset[str]

    @cached_property
    def places(self) -> Places:
        """The spans of the definitions and bindings, relative to the chunk."""
        return places(self.chunk, self.defs, self.anchors, self.class_anchors)

    @cached_property
    def attributes_set(self) -> frozenset[str]:
        """`attributes_set_in` of the chunk's text. What it looks for stands on one line, so never in two chunks."""
        return attributes_set_in(self.chunk.text)

    @cached_property
    def decorators(self) -> tuple[tuple[tuple[Expr, ast.expr], ...], ...]:
        """The decorators of `defs`, as facts and as syntax, the outermost first."""
        return tuple(
            [tuple([(read(each, self.own_names), each) for each in node.decorator_list]) for _, node in self.defs]
        )

    def calls(self, class_bound: frozenset[str]) -> tuple[CallSite, ...]:
        """The calls that happen when the chunk's statements run; `class_bound` are the names of their class."""
        found = self._calls.get(class_bound)
        if found is None:
            found = calls_of(self.chunk.body, self.own_names, class_bound)
            self._calls.clear()
            self._calls[class_bound] = found
        return found

    @cached_property
    def _calls(self) -> dict[frozenset[str], tuple[CallSite, ...]]:
        return {}

    @cached_property
    def _bodies(self) -> dict[FactId, Body]:
        return {}

    @cached_property
    def functions(self) -> Mapping[FactId, ast.FunctionDef | ast.AsyncFunctionDef]:
        """The functions and methods by id, in source order."""
        return {id_: node for id_, node in self.defs if not isinstance(node, ast.ClassDef)}

    def body(self, id_: FactId, above: Mapping[str, int]) -> Body:
        """The body of one of `functions`; `above` counts names of functions nested in earlier ones of its name."""
        if above:
            return body_of(self.functions[id_], id_, self.names, above)
        found = self._bodies.get(id_)
        if found is None:
            # Two threads may both make it; all callers shall see the same one.
            found = self._bodies.setdefault(id_, body_of(self.functions[id_], id_, self.names, {}))
        return found

    def function_at(self, offset: int) -> tuple[FactId, Span] | None:
        """The innermost function that holds an offset in the chunk, with its span there."""
        holding = [
            (span.end - span.start, id_, span)
            for id_ in self.functions
            if (span := self.places.defs[id_].whole).start <= offset <= span.end
        ]
        return min(holding)[1:] if holding else None

    @cached_property
    def redefines(self) -> bool:
        """Whether it defines a name again: then the bodies of its functions follow from those above as well."""
        return any(id_.nth for id_ in self.functions)

    @cached_property
    def notes(self) -> dict[str, object]:
        """What was found out about the chunk alone, by a key of whoever did; edits of other chunks leave it."""
        return {}

    @cached_property
    def words(self) -> frozenset[bytes]:
        """`words_in` the chunk, whose last word ends with it."""
        return words_in(self.chunk.text)

    def fits(
        self, names: Mapping[str, str], own_names: Mapping[str, str], holder: str, seen: Mapping[str, int]
    ) -> bool:
        """Whether the part would be the same if it were made anew for these."""
        return (
            self.holder == holder
            and _same(self.names, names)
            and _same(self.own_names, own_names)
            and all(seen.get(name, 0) == self.above.get(name, 0) for name in self.counts)
        )


def words_in(text: str) -> frozenset[bytes]:
    """The words of a text in UTF-8, those in strings and comments too: 8 ms for a megabyte, however many rules ask."""
    return frozenset(text.encode("utf-8", "surrogatepass").translate(_BLANKED).split())


def attributes_set_in(text: str) -> frozenset[str]:
    """The names of attributes that a text sets: `x.name = `, `x.name: `, `x.name, ` and `as self.name`."""
    return frozenset(_SETS.findall(text) + _SETS_AS.findall(text))


def make_part(
    chunk: Chunk,
    raws: tuple[Raw, ...],
    names: Mapping[str, str],
    own_names: Mapping[str, str],
    holder: str,
    seen: Mapping[str, int],
) -> Part:
    """The facts of a chunk; `seen` counts the dotted names that chunks above define."""
    builder = _Builder(chunk, seen)
    bindings, anchors = builder.bindings(raws, own_names, f"{holder}." if holder else "")
    in_module = not holder
    effects = [
        (raw.guard, read(raw.what.call, own_names)) for raw in raws if in_module and isinstance(raw.what, Effect)
    ]
    declared = tuple(global_names(chunk))
    return Part(
        chunk=chunk,
        raws=raws,
        names=names,
        own_names=own_names,
        holder=holder,
        counts=builder.counts,
        above={name: seen[name] for name in builder.counts if seen.get(name)},
        bindings=bindings,
        anchors=anchors,
        class_anchors=builder.class_anchors,
        defs=tuple(builder.defs),
        globals=declared,
        effects=tuple(effect for guard, effect in effects if guard is Guard.ALWAYS),
        guarded=tuple(
            GuardedEffect(guard, effect)
            for guard, effect in effects
            if guard not in (Guard.ALWAYS, Guard.TYPE_CHECKING)
        ),
        dynamic=dynamic_names(chunk) | frozenset[str](("__getattr__",) if in_module and _has_getattr(bindings) else ()),
    )


def with_members(fact: ClassFact, members: tuple[Binding, ...]) -> ClassFact:
    """A class with further bindings in its body."""
    return fact._replace(bindings=fact.bindings + members)


class _Builder:
    """Gives ids while it turns what the syntax binds into bindings."""

    def __init__(self, chunk: Chunk, seen: Mapping[str, int]) -> None:
        self.counts: dict[str, int] = {}
        self.defs: list[tuple[FactId, Definition]] = []
        self.class_anchors: dict[FactId, tuple[ast.AST, ...]] = {}
        self._chunk = chunk
        self._yields = lines_with(chunk, ("yield",))
        self._walruses = lines_with(chunk, (":=",))
        self._seen = seen

    def bindings(
        self, raws: tuple[Raw, ...], names: Mapping[str, str], prefix: str
    ) -> tuple[tuple[Binding, ...], tuple[ast.AST, ...]]:
        named = [raw for raw in raws if raw.name]
        bindings = tuple([Binding(raw.name, self._target(raw, names, prefix), raw.guard) for raw in named])
        return bindings, tuple([raw.anchor for raw in named])

    def _target(self, raw: Raw, names: Mapping[str, str], prefix: str) -> Target:
        match raw.what:
            case Value(node, augmented):
                return Assigned(read(node, names), augmented)
            case ast.ClassDef() as node:
                return self._class(node, names, prefix)
            case ast.FunctionDef() | ast.AsyncFunctionDef() as node:
                return FunctionFact(
                    id=self._define(node, prefix),
                    name=node.name,
                    is_async=isinstance(node, ast.AsyncFunctionDef),
                    yields=yields(node, self._yields),
                    params=params(node.args, self._chunk),
                    decorators=tuple([read(decorator, names) for decorator in node.decorator_list]),
                    returns=self._chunk.text[slice(*self._chunk.span(node.returns))] if node.returns else None,
                )
            case Effect():
                return Rebound("")
            case other:
                return other

    def _class(self, node: ast.ClassDef, names: Mapping[str, str], prefix: str) -> ClassFact:
        id_ = self._define(node, prefix)
        # The header of a split class has a placeholder for its body; `with_members` adds what its members bind.
        raws = scan(node.body, self._walruses)
        bindings, anchors = self.bindings(raws, class_names(names, raws), f"{prefix}{node.name}.")
        self.class_anchors[id_] = anchors
        return ClassFact(
            id=id_,
            name=node.name,
            # `Base[int]` derives from `Base`.
            bases=tuple([read(base.value if isinstance(base, ast.Subscript) else base, names) for base in node.bases]),
            keywords=tuple([(keyword.arg, read(keyword.value, names)) for keyword in node.keywords]),
            decorators=tuple([read(decorator, names) for decorator in node.decorator_list]),
            bindings=bindings,
        )

    def _define(self, node: Definition, prefix: str) -> FactId:
        qualname = prefix + node.name
        defined = self.counts.get(qualname, 0)
        nth = self._seen.get(qualname, 0) + defined
        self.counts[qualname] = defined + 1
        id_ = FactId(qualname, nth)
        self.defs.append((id_, node))
        return id_


def _has_getattr(bindings: tuple[Binding, ...]) -> bool:
    """Whether a module makes its attributes when they are asked for (PEP 562)."""
    return any(name == "__getattr__" and guard is not Guard.TYPE_CHECKING for name, _, guard in bindings)


def _same(left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    return left is right or left == right
