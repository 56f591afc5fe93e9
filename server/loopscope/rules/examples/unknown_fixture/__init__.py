"""What `unknown-fixture` finds, and what it leaves alone."""

from loopscope.rules.examples.unknown_fixture.found import EXAMPLES
from loopscope.rules.examples.unknown_fixture.near_misses import NEAR_MISSES

__all__ = ["EXAMPLES", "NEAR_MISSES"]
