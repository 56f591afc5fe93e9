"""What fixtures inject."""

from pathlib import PurePath

from loopscope.facts.outline import FactId, FunctionFact
from loopscope.workspace.imports import is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.inference import results
from loopscope.workspace.inference.annotations import (
    annotation_type,
    item_of,
    parsed,
)
from loopscope.workspace.inference.frames import decorator_names, frame_of, mentions_mock, names_of
from loopscope.workspace.inference.model import (
    NONE,
    Instance,
    Manager,
    Type,
    agreed,
)
from loopscope.workspace.inference.requests import requested_by
from loopscope.workspace.model import Decorator, FixtureDef, Kind
from loopscope.workspace.modes import set_mode
from loopscope.workspace.mro import mro_of
from loopscope.workspace.oracle import Question
from loopscope.workspace.plugins import roster_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries


def injected(q: Queries, path: PurePath, id_: FactId, name: str) -> tuple[Type | None] | None:
    """What pytest gives to a parameter of a test or fixture; None when the function is neither."""
    found = q.get(requested_by, path, id_, name)
    if found is None:
        return None
    if any(not _may_be_awaited(q, path, each) for each in found):
        # The coroutine itself, which the test may await.
        return (None,)
    return (agreed([q.get(fixture_value, each.path, each.id, each.kind) for each in found]),)


def _may_be_awaited(q: Queries, path: PurePath, fixture: FixtureDef) -> bool:
    """Whether what pytest injects may be what a fixture returns: an async one has to be awaited by a plugin."""
    if not fixture.kind.is_async or fixture.decorator is not Decorator.PYTEST:
        return True
    roster = q.get(roster_of, path.parent)
    if roster.unknown is not None or roster.has("trio") or (roster.has("anyio") and q.mentions(path, ("anyio",))):
        return True
    strict = q.get(config_at, path.parent).asyncio_mode.value == "strict"
    return roster.has("asyncio") and (not strict or q.get(set_mode, path.parent) is not None)


def fixture_value(q: Queries, path: PurePath, id_: FactId, kind: Kind) -> Type | None:
    """The value that a fixture gives once pytest has run it: what is yielded, returned or awaited.

    The yielded or returned expression says it, else the annotation; where mocks are made, only the former counts.
    """
    frame = frame_of(q, path, id_)
    fact = q.get(index_of, path).functions.get(id_)
    if frame is None or fact is None:
        return None
    if _wraps_manager(q, path, fact):
        return Manager(None, is_async=True)
    yields = kind in (Kind.GENERATOR, Kind.ASYNC_GENERATOR)
    found = results.produced(frame, yields=yields)
    if found is not None and (found != NONE or not yields) and not _may_be_subclass(found, fact):
        return found
    if mentions_mock(frame.body.node) or results.defines_class(frame.body):
        return found
    written = parsed(fact.returns)
    if yields:
        stated = item_of(names_of(frame), written, is_async=kind is Kind.ASYNC_GENERATOR)
    else:
        stated = None if written is None else annotation_type(names_of(frame), written)
    if stated is None and found is None and written is None and not is_installed(q, path):
        return _told(q, Question(path, id_))
    if found is None or (found == NONE and yields):
        return found if stated is None else stated
    return narrowed(q, found, stated)


def _may_be_subclass(found: Type | None, fact: FunctionFact) -> bool:
    return isinstance(found, Instance) and not found.exact and fact.returns is not None


def narrowed(q: Queries, found: Type | None, stated: Type | None) -> Type | None:
    """What code gives, or the subclass of it that an annotation states; what was seen being made is of no subclass."""
    if not isinstance(found, Instance) or not isinstance(stated, Instance) or found.exact:
        return found
    below = (found.path, found.id) in q.get(mro_of, stated.path, stated.id).classes
    return stated if below and (found.path, found.id) != (stated.path, stated.id) else found


def _told(q: Queries, question: Question) -> Type | None:
    """What the oracle says of a fixture whose code says nothing that is understood here."""
    answer = q.oracle(question)
    owner = q.get(index_of, answer.path).class_named(answer.qualname) if answer is not None else None
    return None if answer is None or owner is None else Instance(answer.path, owner.id)


def _wraps_manager(q: Queries, path: PurePath, fact: FunctionFact) -> bool:
    return "contextlib.asynccontextmanager" in decorator_names(q, path, fact)
