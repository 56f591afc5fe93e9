"""Layer 7: files, environments and the cache: the IO."""
