"""Other places that explain a finding."""

from loopscope.config.model import Origin
from loopscope.rules.context import Context
from loopscope.rules.model import Related
from loopscope.text.files import Unreadable
from loopscope.workspace.model import FixtureDef


def origin_related(origin: Origin | None, message: str) -> tuple[Related, ...]:
    """The text that decided something; nothing when it is in no file."""
    if origin is None or origin.path is None or origin.span is None:
        return ()
    return (Related(origin.path, origin.span, message),)


def definition_related(ctx: Context, fixture: FixtureDef) -> tuple[Related, ...]:
    """The definition of a fixture, by its name; nothing when its file cannot be read."""
    facts = ctx.snapshot.facts(fixture.path)
    if isinstance(facts, Unreadable) or fixture.id not in facts.layout.defs:
        return ()
    return (Related(fixture.path, facts.layout.defs[fixture.id].name, f"The fixture `{fixture.name}` is defined here"),)
