"""Layer 6: what an editor asks, answered in plain data."""
