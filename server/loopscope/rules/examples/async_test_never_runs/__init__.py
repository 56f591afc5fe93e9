"""What `async-test-never-runs` finds, and what it leaves alone."""

from loopscope.rules.examples.async_test_never_runs.found import EXAMPLES
from loopscope.rules.examples.async_test_never_runs.near_misses import NEAR_MISSES

__all__ = ["EXAMPLES", "NEAR_MISSES"]
