"""Layer 6: what editors ask for, as plain data: completion, hover, definition, symbols, actions."""
