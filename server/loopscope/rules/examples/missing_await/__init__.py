"""What `missing-await` finds, and what it leaves alone, by what is not awaited."""

from loopscope.rules.examples.missing_await import functions, libraries, methods, properties

EXAMPLES = (*functions.EXAMPLES, *methods.EXAMPLES, *libraries.EXAMPLES, *properties.EXAMPLES)

NEAR_MISSES = (*functions.NEAR_MISSES, *methods.NEAR_MISSES, *properties.NEAR_MISSES)
