"""What `missing-await` finds, and what it leaves alone, by what is not awaited."""

from loopscope.rules.examples.missing_await import functions, libraries, methods, objects, properties, values

EXAMPLES = (
    *functions.EXAMPLES,
    *values.EXAMPLES,
    *methods.EXAMPLES,
    *objects.EXAMPLES,
    *libraries.EXAMPLES,
    *properties.EXAMPLES,
)

NEAR_MISSES = (
    *functions.NEAR_MISSES,
    *values.NEAR_MISSES,
    *methods.NEAR_MISSES,
    *objects.NEAR_MISSES,
    *properties.NEAR_MISSES,
)
