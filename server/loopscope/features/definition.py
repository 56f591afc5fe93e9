"""Where a fixture is defined."""

from pathlib import PurePath

from loopscope.features.requested import requested_at
from loopscope.features.site import Site
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen
from loopscope.text.span import Span


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
    facts = site.snapshot.facts(one.path)
    if isinstance(facts, Unreadable):
        return ()
    spans = facts.layout.defs.get(one.id)
    return () if spans is None else (Target(one.path, spans.whole, spans.name, requested.span),)
