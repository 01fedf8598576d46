"""Slips of the pen in the domain of a mailbox, found by their distance from the domains people here really have (S-35).

A guess and never a verdict: whoever has such a mailbox keeps it.
"""

from __future__ import annotations

from functools import lru_cache

# The likeliest first: between two that are equally near, the first is meant.
_MEANT = (
    *(
        "qq.com",
        "163.com",
        "126.com",
        "139.com",
        "foxmail.com",
        "sina.com",
        "outlook.com",
        "hotmail.com",
        "gmail.com",
        "sohu.com",
    ),
    *("aliyun.com", "yeah.net", "189.cn", "icloud.com", "sina.cn", "sina.com.cn", "live.com", "live.cn", "yahoo.com", "21cn.com"),
    *("vip.qq.com", "vip.163.com", "vip.126.com", "vip.sina.com", "188.com", "mail.ru", "yandex.ru", "protonmail.com"),
)
# Real as well, though a slip leads there only behind the right name: close to one of the above, or too short to guess from.
_REAL = (
    *("mail.com", "email.com", "ymail.com", "rocketmail.com", "gmx.com", "gmx.net", "gmx.cn", "me.com", "mac.com", "msn.com"),
    *("wo.cn", "wo.com.cn", "tom.com", "263.net", "163.net", "china.com", "eyou.com", "sogou.com", "yahoo.com.cn", "yahoo.cn"),
    *(
        "outlook.cn",
        "hotmail.cn",
        "qq.com.cn",
        "sohu.com.cn",
        "yandex.com",
        "yandex.kz",
        "mail.kz",
        "list.ru",
        "bk.ru",
        "inbox.ru",
    ),
    *(
        "proton.me",
        "pm.me",
        "googlemail.com",
        "aol.com",
        "kakao.com",
        "naver.com",
        "petalmail.com",
        "88.com",
        "111.com",
        "email.cn",
    ),
)
_KNOWN = frozenset(_MEANT + _REAL)
# A longer word is mistyped twice and still recognised; of a short one two slips leave nothing.
_TWO_SLIPS_FROM = 9


@lru_cache(maxsize=1024)  # asked at every look at a form with an address, and every address of a unit has the same
def domain_meant(domain: str) -> str:
    """The domain that was probably meant by ``domain``; empty when it is one people have, or like none of them.

    Near is one slip (a letter wrong, missing, too many, two swapped), two in a long domain or behind the right name
    (``qq.cn``), or the name alone (``qq``). Behind the right name is nearer than any other name: ``189.com`` is 189.cn, not 139.com.
    """
    typed = domain.lower().strip(".")
    if not typed or typed in _KNOWN:
        return ""
    name = typed.partition(".")[0]
    if name == typed:
        return next((known for known in _MEANT if known.partition(".")[0] == name), "")
    best, least = "", (True, 3)
    for known in _MEANT + _REAL:
        is_named = known.partition(".")[0] == name
        allowed = _slips_allowed(known, is_named=is_named)
        slips = distance(typed, known, most=allowed)
        if slips <= allowed and (not is_named, slips) < least:
            best, least = known, (not is_named, slips)
    return best


def _slips_allowed(known: str, *, is_named: bool) -> int:
    if known in _REAL:
        return 1 if is_named else -1
    return 2 if is_named or len(known) >= _TWO_SLIPS_FROM else 1


def distance(one: str, other: str, *, most: int) -> int:
    """How many single slips (a character wrong, missing, too many, two neighbours swapped) lead from ``one`` to ``other``; more
    than ``most`` is said as ``most + 1``."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            slips = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                slips = min(slips, last[j - 2] + 1)
            row.append(slips)
    return min(row[-1], most + 1)
