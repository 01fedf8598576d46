"""How often somebody may try: at sign-in, and in having mail sent to a mailbox. Nobody is locked out by a stranger's tries.

A failed sign-in counts for the account *and* the network it came from, and the wait grows there: whoever guesses from elsewhere
slows down nobody but themselves. Guesses from very many networks slow down every device that the account does not know. A device
it knows (``accounts.devices``) has a count of its own and always gets its try. A network that tries many accounts waits as well.

Counting comes before trying, so that a hundred tries at once are a hundred (``docs/security/sign-in.md`` has the figures).

Whatever a stranger can invent without end (login names, mailboxes, networks) is counted in the strangers' space of the shared cache,
which cannot push out the counts of what is there: the accounts, their devices, their mailboxes, everybody together.
"""

from __future__ import annotations

import hashlib
import ipaddress
from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache

from zhicheng.accounts.rules import tidy_mailbox
from zhicheng.foundation import clock
from zhicheng.foundation.fields import blind_index
from zhicheng.foundation.shared_cache import BRAKED, STRANGERS, count, seconds_left

DAY = 24 * 60 * 60
HOUR = 60 * 60

# Tries that cost nothing, for one account from one network or one known device; then the wait in seconds, doubled each time.
FREE_TRIES = 5
FIRST_WAIT = 60
LONGEST_WAIT = HOUR
# Failures of a day for one account from all the IPv6 that one customer of a provider may have (65,536 networks); then the wait as above.
FREE_FROM_SITE = 15
# Failures of a day for one account from everywhere; after that a device it does not know gets one try in so many seconds.
FREE_FROM_EVERYWHERE = 50
WAIT_FROM_EVERYWHERE = 20
# Failures of an hour from one network, whatever the account: a school of some hundred teachers sits behind one address.
FREE_FROM_NETWORK = 100
WAIT_FROM_NETWORK = 30
# Wrong codes of a second factor in a day, for one account from all devices it does not know; after that one try in so many seconds.
FREE_CODES = 10
WAIT_FOR_CODE = 15 * 60
# Mails of one kind that strangers may have sent to one mailbox within an hour.
MAILS_PER_HOUR = 5
# Mails of one kind to the mailbox of one office within an hour, about its accounts or its work: its first day stays below.
OFFICE_MAILS_PER_HOUR = 20
LEFT_OUT_KEPT = 7 * DAY  # so long the next mail of the kind tells how many were left out before it
# What somebody who signed in may do within an hour: far more than a day's work takes, far less than a program that copies everything.
CARDS_PER_HOUR = 10  # ends of a number typed at one desk for one person without confirming them
NUMBERS_PER_HOUR = 200  # whole identity numbers shown to one account
COPIES_PER_HOUR = 3  # of all of an account's data
PRINTS_PER_HOUR = 60  # drafts printed for one account, each a second of computing


def network_of(address: str) -> str:
    """What counts as one visitor: an IPv4 address, the /64 of an IPv6 one (a household has all of it), else the text itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def site_of(address: str) -> str:
    """The /48 an IPv6 address lies in; empty for any other: an IPv4 address is one network and no more."""
    network = network_of(address)
    return str(ipaddress.IPv6Network(network).supernet(new_prefix=48)) if "/" in network else ""


class _Try:
    """One try that counts. ``near`` is the count of where it comes from, ``_far`` those of more than that: key, seconds it lives, free
    tries, wait. ``_told`` is what the security administrator reads of a brake; never what somebody typed: it may be a password in the
    wrong place.
    """

    near: str
    _far: list[tuple[str, int, int, int]]
    _told: dict[str, dict[str, object]]
    _left = 0

    def may_go_on(self) -> bool:
        """Count this try; whether what was typed may be looked at. A try that is turned away counts nowhere."""
        counted: list[str] = []
        for key, seconds, free, fixed in [(self.near, DAY, FREE_TRIES, 0), *self._far]:
            tries = count(key, seconds=seconds)
            counted.append(key)
            if tries > free:
                cache.add(f"{key}{BRAKED}", self._told[key], timeout=seconds)
                wait = fixed or growing_wait(tries - free)
                if not cache.add(f"{key}:wait", self._note(tries, wait), timeout=wait):
                    self._left = seconds_left(f"{key}:wait", most=wait)
                    for each in counted:
                        _take_back(each)
                    return False
        return True

    def seconds_left(self) -> int:
        """Until the next try, after :meth:`may_go_on` said no; at least one. The same for a name nobody has."""
        return max(1, self._left)

    def was_right(self) -> None:
        """It was right: what was counted here is forgotten, what is counted over all is one less."""
        cache.delete_many(entries_of(self.near))
        for key, *_rest in self._far:
            _take_back(key)

    def _note(self, tries: int, wait: int) -> int:
        """What a wait carries: the count, so that in a full cache the two go together."""
        return tries


class SignInTry(_Try):
    """One try to sign in. Counted when it is made (:meth:`may_go_on`), taken back when the password was right (:meth:`was_right`).

    ``account`` is ``user:12``, or anything else that stands for the login name typed when there is none of that name: it answers the
    same; ``device`` is the known device it comes from, empty for none; ``address`` the visitor's.
    """

    def __init__(self, *, account: str, address: str, device: str = "") -> None:
        name = _short_hash(account.casefold())
        network = _short_hash(network_of(address))
        is_account = account.startswith("user:")
        self.near = f"signin:{name}:d:{device[:32]}" if device else f"{STRANGERS}signin:{name}:n:{network}"
        everywhere = f"signin:{name}" if is_account else f"{STRANGERS}signin:{name}"
        whole_network = f"{STRANGERS}signin:n:{network}"
        site = f"{STRANGERS}signin:{name}:n:{_short_hash(site_of(address))}"
        # The site before everywhere: what is turned away takes no turn from those who share it.
        self._far = [] if device else [
            *([(site, DAY, FREE_FROM_SITE, 0)] if site_of(address) else []),
            (everywhere, DAY, FREE_FROM_EVERYWHERE, WAIT_FROM_EVERYWHERE),
            (whole_network, HOUR, FREE_FROM_NETWORK, WAIT_FROM_NETWORK),
        ]  # fmt: skip
        known: dict[str, object] = {"what": "password", "account": account if is_account else ""}
        shown: dict[str, object] = {"what": "password", "network": network_of(address)}
        self._told = {self.near: shown | known if not device else known | {"device": True}, everywhere: known}
        self._told |= {whole_network: shown, site: known | {"network": site_of(address)}}


class CodeTry(_Try):
    """One try of a second factor's code, after the right password: counted as a try of the password is, for the account from one network
    or one known device; and for the account from all devices that it does not know, however many networks they are in.

    The only brake on codes: the library's own is switched off (``settings.ACCOUNT_RATE_LIMITS``), for nobody could see or lift it.
    """

    def __init__(self, *, user_id: int, address: str, device: str = "") -> None:
        everywhere = f"factor:{user_id}"
        network = _short_hash(network_of(address))
        self.near = f"{everywhere}:d:{device[:32]}" if device else f"{STRANGERS}{everywhere}:n:{network}"
        site = f"{STRANGERS}{everywhere}:n:{_short_hash(site_of(address))}"
        self._far = [] if device else [
            *([(site, DAY, FREE_TRIES, 0)] if site_of(address) else []),
            (everywhere, DAY, FREE_CODES, WAIT_FOR_CODE),
        ]  # fmt: skip
        known: dict[str, object] = {"what": "code", "account": f"user:{user_id}"}
        where: dict[str, object] = {"device": True} if device else {"network": network_of(address)}
        self._told = {self.near: known | where, everywhere: known, site: known | {"network": site_of(address)}}

    def tries(self) -> int:
        """How many codes were tried from here within a day, since the last right one."""
        return int(cache.get(self.near, 0))

    def minutes_left(self) -> int:
        """Whole minutes until a code may be tried from here again, rounded up, at least one."""
        ends = [int(cache.get(f"{key}:wait", 0)) for key in self._told]
        return max(1, -(-(max(ends) - int(clock.machine_now().timestamp())) // 60))

    def _note(self, tries: int, wait: int) -> int:
        """Until when: it is told. There are few of these, for they take a right password."""
        return int(clock.machine_now().timestamp()) + wait


def entries_of(key: str) -> list[str]:
    """Everything the cache has of one count: how often, until when nobody may try, and what is told of it."""
    return [key, f"{key}:wait", f"{key}{BRAKED}"]


def growing_wait(times: int) -> int:
    """Seconds until the next try after the ``times``-th one beyond the free ones: 60, 120, 240 … an hour."""
    return int(min(FIRST_WAIT * 2 ** min(times - 1, 16), LONGEST_WAIT))


def may_mail(*, kind: str, mailbox: str, account: str = "") -> bool:
    """Count a mail of this kind that a stranger can have sent to ``mailbox``; whether it may go. The page says the same either way.

    Each kind counts by itself: whoever has confirmations sent must not use up the recovery mails. ``account`` (``user:12``) is whose
    mailbox it is; empty when it is nobody's.
    """
    key = f"{'' if account else STRANGERS}mail:{kind}:{blind_index(tidy_mailbox(mailbox))[:32]}"
    if count(key, seconds=HOUR) <= MAILS_PER_HOUR:
        return True
    cache.add(f"{key}{BRAKED}", {"what": f"mail-{kind}", "account": account}, timeout=HOUR)
    return False


@dataclass(frozen=True, slots=True)
class NoticeTurn:
    """Whether a notice goes, whether it is the last one of the hour (and says so), and how many were left out before it."""

    goes: bool
    is_last: bool = False
    left_out: int = 0
    most: int = MAILS_PER_HOUR


def notice_turn(*, kind: str, about: str, mailbox: str, whose: str, of_office: bool = False) -> NoticeTurn:
    """Count a notice that staff cause by what they do, as often as they do it. Each ``about`` (what happened) counts by itself: who does
    one thing without end hides no other. ``whose``: ``user:12`` or ``organization:5``, empty for a mailbox that is nobody's yet;
    ``of_office``: told to an office, of all its people together.
    """
    key, most = _notice_key(kind, about, mailbox, whose), OFFICE_MAILS_PER_HOUR if of_office else MAILS_PER_HOUR
    turn = count(key, seconds=HOUR)
    if turn > most:
        count(f"{key}:left", seconds=LEFT_OUT_KEPT)
        told = {"what": f"mail-{kind}", "account": whose if whose.startswith("user:") else ""}
        cache.add(f"{key}{BRAKED}", told, timeout=HOUR)
        return NoticeTurn(goes=False)
    left_out = int(cache.get(f"{key}:left", 0))
    if left_out:
        cache.delete(f"{key}:left")
    return NoticeTurn(goes=True, is_last=turn == most, left_out=left_out, most=most)


def work_turn(*, kind: str, office_id: int) -> NoticeTurn:
    """Count a mail about work that came to an office, of all its mailboxes together. What does not go by itself the caller keeps and tells
    of later: none is left out."""
    turn = count(f"work:{kind}:organization:{office_id}", seconds=HOUR)
    return NoticeTurn(goes=turn <= OFFICE_MAILS_PER_HOUR, is_last=turn == OFFICE_MAILS_PER_HOUR, most=OFFICE_MAILS_PER_HOUR)


def _notice_key(kind: str, about: str, mailbox: str, whose: str) -> str:
    return f"{'' if whose else STRANGERS}mail:{kind}:{_short_hash(f'{blind_index(tidy_mailbox(mailbox))} {about}')}"


def card_tries_left(*, desk_id: int | None, user_id: int) -> int:
    """Count the end of a number that a desk types for a person; how often it may type another one within the hour. Below zero this one
    may not be looked at. Who has the card has it right.
    """
    return CARDS_PER_HOUR - count(_card(desk_id, user_id), seconds=HOUR)


def card_was_right(*, desk_id: int | None, user_id: int) -> None:
    """Whoever is confirmed is counted no more."""
    cache.delete(_card(desk_id, user_id))


def _card(desk_id: int | None, user_id: int) -> str:
    return f"card:{desk_id}:user:{user_id}"


def within(*, what: str, user_id: int, most: int) -> bool:
    """Count something an account does; whether it stays within ``most`` of the hour."""
    return count(f"{what}:user:{user_id}", seconds=HOUR) <= most


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _take_back(key: str) -> None:
    with suppress(ValueError):  # it ran out meanwhile
        cache.incr(key, -1)
