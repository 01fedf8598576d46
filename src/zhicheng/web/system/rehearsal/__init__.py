"""A rehearsal: invented people in an invented year's round, everything else real. Nothing here is reachable in production."""
