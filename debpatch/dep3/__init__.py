"""DEP-3 headers: read, judged against the guidelines and against the evidence, and mended."""
