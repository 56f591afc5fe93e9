"""From a fixture to where it gives its value, and to what it overrides."""

import ast
from pathlib import PurePath

from loopscope.features.definition import Target, target_of
from loopscope.features.meant import Meant, meant_at
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot


def implementations(snapshot: Snapshot, path: PurePath, offset: int) -> tuple[Target, ...]:
    """Where the fixture at an offset hands out its value: its `yield`s, else its `return`s, else its `def`."""
    q = snapshot.queries
    meant = meant_at(q, path, offset)
    if meant is None:
        return ()
    return tuple(target for one in _winning(meant) for target in _given(q, one, meant.occurrence.span))


def declarations(snapshot: Snapshot, path: PurePath, offset: int) -> tuple[Target, ...]:
    """The fixture that the one at an offset overrides; itself when it overrides none."""
    q = snapshot.queries
    meant = meant_at(q, path, offset)
    if meant is None:
        return ()
    chains = meant.occurrence.chains
    overridden = dict.fromkeys(chain[-2:][0] for chain in chains)
    return tuple(target for one in overridden if (target := target_of(q, one, meant.occurrence.span)) is not None)


def _winning(meant: Meant) -> tuple[FixtureDef, ...]:
    return tuple(dict.fromkeys(chain[-1] for chain in meant.occurrence.chains))


def _given(q: Queries, one: FixtureDef, origin: Span) -> tuple[Target, ...]:
    facts = q.facts(one.path)
    body = facts.body(one.id) if facts is not None else None
    if facts is None or body is None:
        return ()
    own = target_of(q, one, origin)
    if own is None:
        return ()
    nodes: list[ast.expr | ast.stmt] = [*body.yields] or [*body.returns]
    return tuple(Target(one.path, own.whole, facts.span(body, node), origin) for node in nodes) or (own,)
