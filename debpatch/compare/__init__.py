"""Compare a patch with what upstream did: levels of equality, alignment, identifier map."""
