"""Layer 7: the only importer of jedi."""
