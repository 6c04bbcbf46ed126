"""Which commit a patch is, where a fix has landed, in which releases, and what repaired it."""
