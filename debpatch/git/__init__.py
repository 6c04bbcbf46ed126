"""The upstream repository: objects, refs, history, merges in memory, the index."""

WITHOUT_INDEX = "DEBPATCH_NO_INDEX"
"""The environment variable that, unless it is empty, does without the index (``git.index``)."""
