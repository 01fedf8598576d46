"""When it is the machine that cannot: no room, no connection, no time. Told apart from mistakes of ours, and said in words."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from zhicheng.foundation.errors import chain_of

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Outage:
    """What the person is told, with which status, and after how many seconds to try again."""

    title: str | Promise
    advice: str | Promise
    status: int = 503
    retry_after: int = 30


FILES_FULL = Outage(
    gettext_lazy("服务器暂时无法保存文件，这个文件没有收下"),
    gettext_lazy("您填写的内容没有丢失，请稍后重新上传；如果一直这样，请把错误编号告诉管理员。"),
    status=507,
    retry_after=300,
)
DATABASE_FULL = Outage(
    gettext_lazy("服务器的存储空间已满，暂时不能保存"),
    gettext_lazy(
        "已经保存和上报的内容都在，已经登录的可以照常查看；没有登录的，恢复以前登录不了。管理员清理以后就能保存：请不要关闭填写中的页面，并把错误编号告诉管理员。"
    ),
    status=507,
    retry_after=300,
)
READ_ONLY = Outage(
    gettext_lazy("系统现在只能查看，暂时不能保存"),
    gettext_lazy("已经保存和上报的内容都在。请稍后再提交一次；如果一直这样，请把错误编号告诉管理员。"),
    retry_after=120,
)
CROWDED = Outage(
    gettext_lazy("现在使用的人太多，暂时连不上数据库"),
    gettext_lazy("请过半分钟再试一次。"),
)
AWAY = Outage(  # stopped, restarting, cut off: nobody can tell from here
    gettext_lazy("暂时连不上数据库"),
    gettext_lazy("已经保存和上报的内容都在。请过半分钟再试一次；如果一直这样，请把错误编号告诉管理员。"),
)
SLOW = Outage(
    gettext_lazy("这次查询用的时间太长，已经停止"),
    gettext_lazy("请过一会儿再试；查询列表时，把范围选小一些。如果一直这样，请把错误编号告诉管理员。"),
    retry_after=60,
)
OVERTAKEN = Outage(  # twice in a row: foundation/transactions.py has tried again
    gettext_lazy("刚才有多人同时办理，数据库没有接受这一次"),
    gettext_lazy("请过半分钟再试一次。"),
)
_BY_STATE = {"53100": DATABASE_FULL, "53300": CROWDED, "25006": READ_ONLY, "57014": SLOW, "55P03": SLOW}
_BY_STATE |= {"40P01": OVERTAKEN, "40001": OVERTAKEN}
_TOO_MANY = ("too many clients", "too many connections", "remaining connection slots")
_BY_SQLITE = {"SQLITE_FULL": DATABASE_FULL, "SQLITE_READONLY": READ_ONLY, "SQLITE_BUSY": CROWDED, "SQLITE_CANTOPEN": CROWDED}


def outage_of(error: BaseException | None) -> Outage | None:
    """What of the machine is behind ``error``; ``None`` for a mistake of ours."""
    for one in chain_of(error):
        if isinstance(one, OperationalError | InterfaceError):
            return _of_database(one)
        if isinstance(one, OSError) and one.errno in _NO_ROOM:
            return FILES_FULL
    return None


def _of_database(error: BaseException) -> Outage | None:
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        # 08: the connection broke; 53: resources; 57P: the server is stopping or starting.
        if found := _BY_STATE.get(state):
            return found
        return CROWDED if str(state).startswith("53") else AWAY if str(state).startswith(("08", "57P")) else None
    name = str(getattr(cause, "sqlite_errorname", ""))
    if name:
        return next((outage for begin, outage in _BY_SQLITE.items() if name.startswith(begin)), None)
    if not type(cause).__module__.startswith("psycopg"):
        return None
    # Before a connection stands PostgreSQL gives no code, only a sentence: too many connections, or nobody there.
    return CROWDED if any(words in str(cause) for words in _TOO_MANY) else AWAY
