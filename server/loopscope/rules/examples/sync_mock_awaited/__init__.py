"""What `sync-mock-awaited` finds, and what it leaves alone."""

from loopscope.rules.examples.sync_mock_awaited.found import EXAMPLES
from loopscope.rules.examples.sync_mock_awaited.near_misses import NEAR_MISSES

__all__ = ["EXAMPLES", "NEAR_MISSES"]
