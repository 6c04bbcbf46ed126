"""Picks in memory: conflicts, prerequisites, plans."""
