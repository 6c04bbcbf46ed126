"""The upstream repository: objects, refs, history, merges in memory, the index."""
