"""Show results: text for a terminal, JSON. The only room that formats for people or machines."""
