"""Layer 4: one file per mistake."""
