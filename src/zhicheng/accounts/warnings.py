"""The owner of an account is told when strangers try its password, or know it: one mail a day of each kind, to a confirmed mailbox.

Wrong passwords are looked for by the worker, among the brakes in force: the request that begins a brake does the same work whether
there is such an account or not. A wrong code of the second factor means that somebody knows the password, and is told at once.
Nobody fills a mailbox by it: the day is counted for the account, and an account has one mailbox.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts import brakes, queries
from zhicheng.accounts.models import User
from zhicheng.accounts.queries import reader_of
from zhicheng.foundation import clock, jobs
from zhicheng.foundation.language import platform_language, site_name
from zhicheng.foundation.models import CacheEntry
from zhicheng.foundation.shared_cache import BRAKED
from zhicheng.foundation.transactions import one_transaction
from zhicheng.messages.actions import send_message

_TOLD = "owner-told:"
# So many of the networks are named in a mail.
NAMED = 3


@jobs.regular("sign_ins.warn", minutes=1)
def warn_owners() -> int:
    """Tell the owner of every account that strangers are braked at now and who was not told within a day; return how many."""
    live = CacheEntry.objects.filter(expires__gt=clock.machine_now())
    told = set(live.filter(cache_key__startswith=cache.make_key(f"{_TOLD}password:")).values_list("cache_key", flat=True))
    networks: dict[int, set[str]] = defaultdict(set)
    for value in live.filter(cache_key__endswith=BRAKED, value__contains='"user:').values_list("value", flat=True).iterator():
        said = json.loads(value)
        if said.get("what") == "password" and not said.get("device"):
            networks[int(said["account"].removeprefix("user:"))].add(said.get("network", ""))
    new = sorted(user_id for user_id in networks if cache.make_key(_key("password", user_id)) not in told)
    return sum(warn_of_wrong_passwords(user_id=user_id, networks=sorted(networks[user_id] - {""})) for user_id in new)


@one_transaction
@platform_language()
def warn_of_wrong_passwords(*, user_id: int, networks: list[str]) -> bool:
    """Tell the owner that the password was typed wrong again and again, from these networks (none: from very many, a few times each).

    Returns whether a mail was queued: not within a day of the last one, not to a mailbox nobody has confirmed.
    """
    return _tell(
        user_id=user_id,
        kind="password",
        subject=gettext_lazy("有人多次输错您账号的密码"),
        body=gettext_lazy(
            "%(name)s：\n\n有人在%(site)s连续输错您账号（登录名 %(username)s）的密码，没有登录成功。系统已限制从那里登录这个账号；"
            "您用以前登录过的设备，或者从别处登录，仍可以尝试。\n\n来自的网络：%(networks)s\n发现的时间：%(when)s\n\n"
            "如果是您本人忘了密码，请打开 %(recover)s 找回。\n"
            "如果不是您本人：密码在别的网站也用，或者容易猜到的，请登录后马上修改，并在账号页面设置两步验证；否则不必处理。\n\n"
            "这样的提醒一天最多发一封。\n"
        ),
        networks=lambda: _networks_in_words(networks),
    )


def _networks_in_words(networks: list[str]) -> str:
    named = "、".join(networks[:NAMED]) + (_(" 等 %(n)s 个网络") % {"n": len(networks)} if len(networks) > NAMED else "")
    return named or _("很多个网络，每个输错几次")


@one_transaction
@platform_language()
def warn_of_wrong_code(*, user_id: int, network: str) -> bool:
    """Tell the owner that somebody typed the right password and a wrong code, from this network. Returns as the one above."""
    return _tell(
        user_id=user_id,
        kind="code",
        subject=gettext_lazy("有人输对了您的密码，但验证码不对"),
        body=gettext_lazy(
            "%(name)s：\n\n有人在%(site)s用您账号（登录名 %(username)s）的正确密码登录，两步验证的验证码不对，没有登录成功。\n\n"
            "来自的网络：%(networks)s\n时间：%(when)s\n\n"
            "如果是您本人输错了验证码，不必处理。\n"
            "如果不是您本人，说明别人知道了您的密码：请马上登录并修改密码，在“登录记录”中退出其他登录；别的网站用了同样密码的，也请一并修改。\n\n"
            "这样的提醒一天最多发一封。\n"
        ),
        networks=lambda: network,
    )


def _tell(*, user_id: int, kind: str, subject: Promise, body: Promise, networks: Callable[[], str]) -> bool:
    """``subject``, ``body`` and ``networks`` are said in each language of the site."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not user.email or not queries.mailbox_confirmed(user):
        return False
    if not cache.add(_key(kind, user_id), 1, timeout=brakes.DAY):
        return False
    words = {
        "name": user.name,
        "username": user.username,
        "when": clock.written(clock.now()),
        "recover": settings.SITE_ADDRESS + reverse("account_reset_password"),
    }
    send_message(
        to=reader_of(user),
        words=lambda: (str(subject), str(body) % (words | {"site": site_name(), "networks": networks()})),
        key=f"warned:{kind}:{user.pk}:{clock.machine_now().isoformat()}",
    )
    return True


def _key(kind: str, user_id: int) -> str:
    return f"{_TOLD}{kind}:{user_id}"
