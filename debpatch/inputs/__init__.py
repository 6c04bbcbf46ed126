"""Read what a maintainer has: patches, source packages, the upstream repository."""
