"""Layer 5: run rules over a snapshot, suppress, compose fixes."""
