"""How often strangers may register, upload or ask after a paper: anybody can reach these pages, and each costs the server work.

Counted by network, by network and what a number begins with (region and birth date: whoever tries numbers tries one of these), by what
it begins with from everywhere, and in all. One number that is sent again counts once beside its beginning: whoever mends a password or
a mailbox and presses again has tried one number. Nobody is shut out by what others do: when everybody together, or everybody with one
beginning, has used up the hour, each network still has a few tries of its own, which is all that an honest person needs, and all that
each of a program's many addresses gets. What is tried is no secret's answer: registration says the same whoever has the number.

Names and codes of units are no secrets and are looked up while one types: these requests have a count of their own, which nobody who
types reaches, and which takes nobody a registration.

The counts are shared by every process; two requests of the very same moment may count as one: this is a brake, not a lock. No part
of a number stands in a key of the cache, only its keyed hash.
"""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from zhicheng.foundation.fields import keyed_hash
from zhicheng.foundation.shared_cache import STRANGERS, count
from zhicheng.standards.text import compact
from zhicheng.web.shared.http import network_of_visitor

HOUR = 3600
# A county may register its units from one room behind one address; a program that tries numbers needs far more.
PER_HOUR = 300
# All of the prefecture's units on the busiest day stay far below; a program spread over many addresses does not. Beyond it each network
# has so many of its own.
PER_HOUR_IN_ALL = 3000
PER_HOUR_IN_A_CROWD = 30
# People of one birthday and region: a handful in the whole prefecture. So many from one network; beyond as many from everywhere each
# network has a few of its own: a slip of the pen, a second one, a third.
PER_HOUR_AND_PREFIX = 30
PER_HOUR_AND_PREFIX_IN_A_CROWD = 6
PREFIX = 14
# Look-ups of employers and credit codes, of one network, of everybody, of each network beyond that. The script asks when one pauses in
# typing: eight times for each registration that these allow.
LOOKUPS_PER_HOUR = 2400
LOOKUPS_PER_HOUR_IN_ALL = 24000
LOOKUPS_PER_HOUR_IN_A_CROWD = 240
# Objections to a publicity: people of one unit, mostly behind one address. Each has to be answered before anything goes on.
OBJECTIONS_PER_HOUR = 20
OBJECTIONS_PER_HOUR_IN_ALL = 400
OBJECTIONS_PER_HOUR_IN_A_CROWD = 4
# What visitors typed and wait to send again: seconds it is kept, and bytes of one network, of one when half of all is used up (one form
# of the longest, kept.LIMIT_BYTES), of all.
TYPED_KEPT = 2 * HOUR
TYPED_BYTES_PER_NETWORK = 20 * 1024 * 1024
TYPED_BYTES_IN_A_CROWD = 2 * 1024 * 1024
TYPED_BYTES = 512 * 1024 * 1024


def too_many(request: HttpRequest, *, number: str = "", what: str = "registration") -> bool:
    """Count this request; whether its network (one IPv4 address, the /64 of an IPv6 one) has used up its hour, with the beginning of
    ``number`` or at all.

    ``what`` names the counter: ``registration``, ``acceptance``, ``verification``, ``colleague``, ``officer``, ``vouching``, ``lookup`` and ``objection``
    (which have figures of their own).
    """
    most, most_in_all, most_in_a_crowd = _allowed(what)
    network = network_of_visitor(request)
    tries = count(f"{STRANGERS}{what}:{network}", seconds=HOUR)
    if tries > most:
        return True  # and counts nowhere else: one network alone must not use up what is everybody's
    crowded = count(f"{what}-in-all", seconds=HOUR) > most_in_all
    if tries > (most_in_a_crowd if crowded else most):
        return True
    number = compact(number)  # as whoever judges it reads it: what is invisible in it makes no other number
    prefix = number[:PREFIX]
    if len(prefix) < PREFIX:
        return False
    # The very same number once more is somebody who mends what was wrong beside it, and tells nobody anything new.
    same = f"{STRANGERS}{what}-same:{keyed_hash(number, purpose='number tried')}:{network}"
    if cache.get(same):
        return False
    if _too_many_with(prefix, network=network, what=what):
        return True
    cache.set(same, 1, timeout=HOUR)
    return False


def _allowed(what: str) -> tuple[int, int, int]:
    """Of one network, of everybody, and of each network once everybody together has used up theirs."""
    if what == "lookup":
        return LOOKUPS_PER_HOUR, LOOKUPS_PER_HOUR_IN_ALL, LOOKUPS_PER_HOUR_IN_A_CROWD
    if what == "objection":
        return OBJECTIONS_PER_HOUR, OBJECTIONS_PER_HOUR_IN_ALL, OBJECTIONS_PER_HOUR_IN_A_CROWD
    return PER_HOUR, PER_HOUR_IN_ALL, PER_HOUR_IN_A_CROWD


def _too_many_with(prefix: str, *, network: str, what: str) -> bool:
    hashed = keyed_hash(prefix, purpose="beginning of a number")
    near = count(f"{STRANGERS}{what}-prefix:{hashed}:{network}", seconds=HOUR)
    if near > PER_HOUR_AND_PREFIX:
        return True
    crowded = count(f"{STRANGERS}{what}-prefix:{hashed}", seconds=HOUR) > PER_HOUR_AND_PREFIX
    return crowded and near > PER_HOUR_AND_PREFIX_IN_A_CROWD


def may_keep(request: HttpRequest, size: int) -> bool:
    """Count ``size`` bytes that a visitor wants kept in a session; whether there is room, for its network and in all. What was typed is
    kept for ``TYPED_KEPT`` and no longer: twice these bytes are the most that lie there at any time.
    """
    key, whole = f"{STRANGERS}typed:{network_of_visitor(request)}", "typed-in-all"
    mine = count(key, seconds=TYPED_KEPT, by=size)
    if mine > TYPED_BYTES_PER_NETWORK:
        return False  # and counts nowhere else, as above
    if mine > TYPED_BYTES_IN_A_CROWD and int(cache.get(whole, 0)) > TYPED_BYTES // 2:
        return False  # half is left for those who kept nothing yet
    return count(whole, seconds=TYPED_KEPT, by=size) <= TYPED_BYTES
