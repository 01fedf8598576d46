"""How often strangers may register, upload or ask after a paper: anybody can reach these pages, and each costs the server work.

Counted by network, by what a number begins with (region and birth date: whoever tries numbers tries one of these), and in all.
The counts are shared by every process; two requests of the very same moment may count as one: this is a brake, not a lock. No part
of a number stands in a key of the cache, only its keyed hash.
"""

from __future__ import annotations

import unicodedata

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhicheng.foundation.fields import keyed_hash
from zhicheng.foundation.shared_cache import count
from zhicheng.web.shared.http import network_of_visitor

HOUR = 3600
# A county may register its units from one room behind one address; a program that tries numbers needs far more.
PER_HOUR = 300
# People of one birthday and region: a handful in the whole prefecture.
PER_HOUR_AND_PREFIX = 30
PREFIX = 14
# All of the prefecture's units on the busiest day stay far below; a program spread over many addresses does not.
PER_HOUR_IN_ALL = 3000


def too_many(request: HttpRequest, *, number: str = "", what: str = "registration") -> bool:
    """Count this request; whether its network (one IPv4 address, the /64 of an IPv6 one), the beginning of ``number`` or everybody
    together has used up the hour.

    ``what`` names the counter: ``registration``, ``verification``, ``colleague``, ``vouching``.
    """
    network = network_of_visitor(request)
    if count(f"{what}:{network}", seconds=HOUR) > PER_HOUR:
        return True  # and counts nowhere else: one network alone must not use up what is everybody's
    counts = [count(f"{what}-in-all", seconds=HOUR) > PER_HOUR_IN_ALL]
    prefix = unicodedata.normalize("NFKC", number).replace(" ", "")[:PREFIX]
    if len(prefix) == PREFIX:
        hashed = keyed_hash(prefix, purpose="beginning of a number")
        counts.append(count(f"{what}-prefix:{hashed}", seconds=HOUR) > PER_HOUR_AND_PREFIX)
    return any(counts)


def braked(request: HttpRequest) -> HttpResponse:
    """429, in words: what to do is to wait."""
    response = render(request, "429.html", {"an_hour": True}, status=429)
    response["Retry-After"] = str(HOUR)
    return response
