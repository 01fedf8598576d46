"""How often strangers may register, upload or ask after a paper: anybody can reach these pages, and each costs the server work.

Counted by network, by what a number begins with (region and birth date: whoever tries numbers tries one of these), and in all.
The counts are shared by every process; two requests of the very same moment may count as one: this is a brake, not a lock. No part
of a number stands in a key of the cache, only its keyed hash.
"""

from __future__ import annotations

import unicodedata

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from zhicheng.accounts.brakes import network_of

HOUR = 3600
# A county may register its units from one room behind one address; a program that tries numbers needs far more.
PER_HOUR = 300
# People of one birthday and region: a handful in the whole prefecture.
PER_HOUR_AND_PREFIX = 30
PREFIX = 14
# All of the prefecture's units on the busiest day stay far below; a program spread over many addresses does not.
PER_HOUR_IN_ALL = 3000


def too_many(request: HttpRequest, *, number: str = "", what: str = "registration") -> bool:
    """Count this request; whether its network (one IPv4 address, the /64 of an IPv6 one), the beginning of ``number`` or everybody together has used up the hour.

    ``what`` names the counter: ``registration``, ``verification``, ``colleague``.
    """
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    counts = [_count(f"{what}:{network}") > PER_HOUR, _count(f"{what}-in-all") > PER_HOUR_IN_ALL]
    prefix = unicodedata.normalize("NFKC", number).replace(" ", "")[:PREFIX]
    if len(prefix) == PREFIX:
        hashed = salted_hmac("zhicheng.web.number-prefix", prefix, algorithm="sha256").hexdigest()
        counts.append(_count(f"{what}-prefix:{hashed}") > PER_HOUR_AND_PREFIX)
    return any(counts)


def braked(request: HttpRequest) -> HttpResponse:
    """429, in words: what to do is to wait."""
    response = render(request, "429.html", {"an_hour": True}, status=429)
    response["Retry-After"] = str(HOUR)
    return response


def _count(key: str) -> int:
    cache.add(key, 0, timeout=HOUR)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two lines
        return 0
