"""How often one network may register or upload: anybody can reach these pages, and each costs the server work.

The count is shared by every process. Two requests of the very same moment may count as one: this is a brake, not a lock.
"""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from zhicheng.accounts.brakes import network_of

# A county may register its units from one room behind one address; a program that tries numbers needs far more.
PER_HOUR = 300


def too_many(request: HttpRequest) -> bool:
    """Count this request; whether its network (one IPv4 address, the /64 of an IPv6 one) has used up the hour."""
    key = f"registration:{network_of(request.META.get('REMOTE_ADDR', ''))}"
    cache.add(key, 0, timeout=3600)
    try:
        return cache.incr(key) > PER_HOUR
    except ValueError:  # it ran out between the two lines
        return False
