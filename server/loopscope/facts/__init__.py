"""Layer 2: what one file says (outline, layout, bodies)."""
