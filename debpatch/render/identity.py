"""How the commits of a patch were found that it does not name."""

from __future__ import annotations

from debpatch.audit.identity import Identity


def found_by(identity: Identity) -> str:
    """What speaks for them, and how sure that is, for the line that names them."""
    signs = ", ".join(sign.value for sign in identity.signs)
    them = "it" if len(identity.commits) == 1 else "them"
    return (
        f"by {signs}, as the patch does not name {them}; {min(identity.confidence, 0.999):.1%} sure"
    )
