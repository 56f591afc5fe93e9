"""Where a fixture is defined."""

from pathlib import PurePath

from loopscope.features.requested import requested_at
from loopscope.features.site import Site
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef
from loopscope.workspace.queries import Queries


@frozen
class Target:
    """A definition: `whole` with its decorators, `name` what to select. `origin` is the span that was asked about."""

    path: PurePath
    whole: Span
    name: Span
    origin: Span


def definitions(site: Site) -> tuple[Target, ...]:
    """Where the fixture at the cursor is defined; on the definition itself, the one that it overrides.

    Empty when the cursor means no fixture, or its file cannot be read.
    """
    requested = requested_at(site)
    if requested is None:
        return ()
    one = requested.definition
    own = site.spans(one.id)
    if one.path == site.path and own is not None and own.name == requested.span and len(requested.chain) > 1:
        one = requested.chain[-2]
    target = target_of(site.snapshot.queries, one, requested.span)
    return () if target is None else (target,)


def target_of(q: Queries, one: FixtureDef, origin: Span) -> Target | None:
    """Where a fixture is defined, in the function that makes it too; None when its file cannot be read."""
    facts = q.facts(one.path)
    spans = facts.layout.defs.get(one.id) if facts is not None else None
    if spans is not None:
        return Target(one.path, spans.whole, spans.name, origin)
    body = facts.body(one.id) if facts is not None else None
    text = q.files.read(one.path)
    if facts is None or body is None or isinstance(text, Unreadable):
        return None
    whole = facts.span(body, body.node)
    start = text.index(body.node.name, text.index("def", whole.start) + 3)
    return Target(one.path, whole, Span(start, start + len(body.node.name)), origin)
