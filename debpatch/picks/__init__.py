"""Cherry-picks in memory: conflicts, plans, landings of a fix on branches, follow-ups."""
