"""A package's whole patch series beside upstream's history."""
