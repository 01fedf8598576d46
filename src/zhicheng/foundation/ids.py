"""Short identifiers that people read out on the telephone."""

from __future__ import annotations

import secrets

# Without 0 O 1 I L U V: none can be taken for another, on paper or by ear.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"


def new_error_id() -> str:
    """A random id of 8 characters from :data:`ALPHABET`, shown to a person and written to the log beside what went wrong."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))
