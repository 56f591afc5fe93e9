"""What methods set on `self`, and what classes declare without a value."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import cast

from loopscope.facts.bodies import Body
from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import FactId
from loopscope.syntax.parse import parse_whole
from loopscope.syntax.skim import skim
from loopscope.workspace.index import index_of
from loopscope.workspace.inference import expressions, protocols
from loopscope.workspace.inference.annotations import (
    Names,
    annotation_type,
)
from loopscope.workspace.inference.frames import Frame, frame_of, item_at, names_of
from loopscope.workspace.inference.model import (
    NONE,
    Instance,
    Type,
    agreed,
)
from loopscope.workspace.mro import mro_of
from loopscope.workspace.queries import Queries

_MAY_BE_SET = re.compile(r"\.(\w++)(?!\s*+(?:[.(\[]|==))")
"""An attribute that is neither called, taken apart nor compared."""


def may_be_set_on_self(q: Queries, path: PurePath, id_: FactId, name: str) -> bool:
    """Whether a method of a class or its bases sets an attribute on its first parameter."""
    classes = q.get(mro_of, path, id_).classes
    if not any(q.sets(each, name) for each in {base for base, _ in classes}):
        return False
    return any(True for _ in setters(q, path, id_, name))


def attribute_set_on_self(q: Queries, path: PurePath, id_: FactId, name: str) -> Type | None:
    """What all methods of a class and its bases agree to set on `self` under a name."""
    return agreed([_set_type(frame, each, own, name) for frame, each, own in setters(q, path, id_, name)])


def setters(q: Queries, path: PurePath, id_: FactId, name: str) -> Iterator[tuple[Frame, ast.stmt, str]]:
    """The statements in methods of a class and its bases that set an attribute on their first parameter."""
    for base_path, base_id in q.get(mro_of, path, id_).classes:
        # Where edits follow: what methods of the class set is to be asked again after an edit of any of them.
        if q.notes_needs and not q.mentions(base_path, (f".{name}",)):
            continue
        for method_id, names in q.get(_methods, base_path, base_id.qualname):
            frame = frame_of(q, base_path, method_id) if names is None or name in names else None
            if frame is not None:
                own, statements = _sets(frame.body)
                yield from ((frame, each, own) for each in statements.get(name, ()))


def _methods(q: Queries, path: PurePath, qualname: str) -> tuple[tuple[FactId, frozenset[str] | None], ...]:
    """The methods of one class with the attributes that their texts may set, as far as these are told apart."""
    texts = [(id_, _text(q, path, id_)) for id_ in q.get(_by_class, path).get(qualname, ())]
    return tuple([(id_, None if text is None else _attributes_in(text)) for id_, text in texts])


def _by_class(q: Queries, path: PurePath) -> Mapping[str, Sequence[FactId]]:
    """The methods of a file by the dotted names of their classes."""
    found: dict[str, list[FactId]] = {}
    for id_ in q.get(index_of, path).functions:
        found.setdefault(id_.holder, []).append(id_)
    return found


@lru_cache(maxsize=1024)
def _attributes_in(text: str) -> frozenset[str]:
    """The attributes that a text has in places where something may be assigned to them, and in others."""
    return frozenset(_MAY_BE_SET.findall(text))


def _text(q: Queries, path: PurePath, id_: FactId) -> str | None:
    text = q.source(path, id_.qualname)
    facts = q.definitions(path, id_.qualname) if text is None else None
    return text if facts is None else facts.text_of(id_)


def _sets(body: Body) -> tuple[str, Mapping[str, list[ast.stmt]]]:
    """The name of the first parameter, empty if there is none, and the statements that set its attributes, by name."""
    found = body.notes.get("sets")
    if found is None:
        arguments = (*body.node.args.posonlyargs, *body.node.args.args)
        own = arguments[0].arg if arguments else ""
        found = body.notes["sets"] = own, _find_sets(body, own)
    # The key is used here only.
    return cast("tuple[str, Mapping[str, list[ast.stmt]]]", found)


def sets_on_self(body: Body) -> Iterable[str]:
    """The names of the attributes that a method sets on its first parameter."""
    return _sets(body)[1].keys()


def _find_sets(body: Body, self_name: str) -> Mapping[str, list[ast.stmt]]:
    bodies = [body]
    found: dict[str, list[ast.stmt]] = {}
    while bodies:
        current = bodies.pop()
        bodies += current.nested
        for statement in current.statements:
            targets: list[ast.expr] = []
            match statement:
                case ast.Assign(written):
                    targets = [each for one in written for each in _flat(one)]
                case ast.AnnAssign(target) | ast.AugAssign(target) | ast.For(target) | ast.AsyncFor(target):
                    targets = _flat(target)
                case ast.With(items) | ast.AsyncWith(items):
                    targets = [each for item in items if item.optional_vars for each in _flat(item.optional_vars)]
                case _:
                    pass
            for name in {target.attr for target in targets if isinstance(target, ast.Attribute)}:
                if any(_is_attribute(target, self_name, name) for target in targets):
                    found.setdefault(name, []).append(statement)
    return found


def _flat(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        return [inner for item in target.elts for inner in _flat(item)]
    return [target]


def _is_attribute(target: ast.expr, self_name: str, name: str) -> bool:
    match target:
        case ast.Attribute(ast.Name(owner), attr):
            return owner == self_name and attr == name
        case _:
            return False


def _set_type(frame: Frame, statement: ast.stmt, self_name: str, name: str) -> Type | None:
    match statement:
        case ast.Assign([ast.Attribute()], value):
            return expressions.expression_type(frame, value)
        case ast.AnnAssign(_, annotation, value):
            inferred = None if value is None else expressions.expression_type(frame, value)
            stated = annotation_type(names_of(frame), annotation)
            return stated if inferred in (None, NONE) else inferred
        case ast.With(items) | ast.AsyncWith(items):
            for item in items:
                if item.optional_vars is not None and _is_attribute(item.optional_vars, self_name, name):
                    is_async = isinstance(statement, ast.AsyncWith)
                    return protocols.entered(
                        frame.q, expressions.expression_type(frame, item.context_expr), is_async=is_async
                    )
            return None
        case ast.Assign([ast.Tuple(targets)], value):
            places = [index for index, each in enumerate(targets) if _is_attribute(each, self_name, name)]
            return item_at(expressions.expression_type(frame, value), places[0]) if len(places) == 1 else None
        case _:
            return None


def declared_attribute(q: Queries, path: PurePath, id_: FactId, name: str) -> Type | None:
    """What an annotation without a value in the body of a class says: a field of a dataclass, or of a protocol."""
    for base_path, base_id in q.get(mro_of, path, id_).classes:
        if not q.mentions(base_path, (f"{name}: ",)):
            continue
        for annotation in _annotations(q, base_path, base_id, name):
            return annotation_type(Names(q, base_path, Instance(path, id_)), annotation)
    return None


def _annotations(q: Queries, path: PurePath, id_: FactId, name: str) -> list[ast.expr]:
    """The annotations of a name in a class. Of a file that nobody has parsed, only the class is."""
    # Of what is defined once, no condition around it.
    alone = len(q.get(index_of, path).names.get(id_.qualname, ())) == 1
    source = q.source(path, id_.qualname) if alone else None
    if source is not None:
        return _declared_in(q.get(_statements, path, id_), name) if f"{name}: " in source else []
    facts = q.facts(path)
    nodes = [node for part in (facts.parts if facts is not None else ()) for each, node in part.defs if each == id_]
    return [
        annotation
        for node in nodes
        if isinstance(node, ast.ClassDef)
        for annotation in _declared_in(_with_members(facts, id_, node), name)
    ]


def _statements(q: Queries, path: PurePath, id_: FactId) -> list[ast.stmt]:
    """The statements in the body of a class that stands alone in its file, its methods without what they do."""
    source = q.source(path, id_.qualname)
    chunks = parse_whole(skim(source or "", ())).chunks
    holders = [statement for placed in chunks for statement in placed.chunk.body]
    return [statement for holder in holders if isinstance(holder, ast.ClassDef) for statement in holder.body]


def _with_members(facts: FileFacts | None, id_: FactId, node: ast.ClassDef) -> list[ast.stmt]:
    """The statements in the body of a class, whose members may be chunks of their own."""
    statements: list[ast.stmt] = list(node.body)
    for placed, part in zip(facts.tree.chunks, facts.parts, strict=True) if facts is not None else ():
        if part.holder == id_.qualname:
            statements += placed.chunk.body
    return statements


def _declared_in(statements: Iterable[ast.stmt], name: str) -> list[ast.expr]:
    return [
        statement.annotation
        for statement in statements
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.target.id == name
    ]
