"""Compare a patch with what upstream did: the equality ladder, alignment, identifier map."""
