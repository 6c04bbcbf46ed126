"""All that debpatch knows about one patch, gathered once and judged."""
