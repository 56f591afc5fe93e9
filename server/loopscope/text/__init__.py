"""Layer 0: text, positions and edits."""
