"""Debian source packages, in every way in which people keep them."""
