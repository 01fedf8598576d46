"""失败的消息 in words: what it was, why it was given up, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.rules import mask_mailbox
from zhicheng.foundation import mail
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import Failure, OutboxMessage

_ADVICE: dict[str, str | Promise] = {
    Failure.RECIPIENT: gettext_lazy(
        "对方的邮件服务器说没有这个邮箱，或者不收它的信。请告诉这个人所在的单位或职称办更正邮箱；更正后的新邮件会发到新邮箱，这一封点“不再处理”。"
    ),
    Failure.REFUSED: gettext_lazy(
        "邮件服务器不接受这封邮件。请按错误代码与邮件服务器的管理员核对（发件地址、大小、内容过滤），改好后点“重试”。"
    ),
    Failure.DIED: gettext_lazy("处理它时进程每次都被中止，多半是内存不足。请查日志和内存，改好后点“重试”。"),
    Failure.TRIED: gettext_lazy("一天内试过多次。请用错误编号在日志里查原因，排除后点“重试”。"),
}

# By the first word of a mail's key.
_ABOUT: dict[str, str | Promise] = {
    "sent": gettext_lazy("登录和账号"),
    "confirm-mailbox": gettext_lazy("确认邮箱"),
    "mailbox-replaced": gettext_lazy("更换邮箱"),
    "moved": gettext_lazy("申报进展"),
    "annulled": gettext_lazy("申报次数更正"),
    "unit-decided": gettext_lazy("单位注册"),
}


@dataclass(frozen=True, slots=True)
class Stuck:
    """One line of the page."""

    message: OutboxMessage
    what: str
    why: str
    advice: str


def in_words(messages: Iterable[OutboxMessage]) -> list[Stuck]:
    """The messages as the page shows them. No query."""
    return [Stuck(one, _what(one), _why(one), str(_ADVICE.get(one.failure, _ADVICE[Failure.TRIED]))) for one in messages]


def _what(message: OutboxMessage) -> str:
    """A mail's subject can name a person and the state of a case: the page says what it is about without it."""
    if message.kind == mail.KIND and message.payload:
        about = str(_ABOUT.get(message.key.partition(":")[0], _("通知")))
        return _("邮件（{about}），收件人 {mailbox}").format(
            about=about, mailbox=mask_mailbox(str((message.payload.get("to") or [""])[0]))
        )
    lane = Lane(message.lane).label if message.lane in Lane.values else ""
    return f"{lane} {message.kind}".strip()


def _why(message: OutboxMessage) -> str:
    return str(Failure(message.failure).label) if message.failure in Failure.values else str(Failure.TRIED.label)
