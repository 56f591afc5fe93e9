"""Layer 1: parsing by chunks with recovery, names and comments."""
