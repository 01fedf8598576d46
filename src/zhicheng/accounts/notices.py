"""Notices about an account that somebody's pressing causes, as often as they press: no mailbox gets them without end.

The first ones go as they are. The last one of an hour says that further ones wait, and whom to ask; those are left out, and the next one
after the hour tells how many. So nobody misses that something is happening, and nobody can bury one notice under a thousand others:
each kind of event has a count of its own (``brakes.notice_turn``).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.accounts.brakes import NoticeTurn, notice_turn
from zhicheng.foundation import mail
from zhicheng.foundation.language import platform_language
from zhicheng.messages.actions import send_message
from zhicheng.messages.reading import Reader, Words


def queue_notice(
    *,
    kind: str,
    about: str,
    whose: str,
    to: str,
    words: Words,
    key: str,
    of_office: bool = False,
    warns: bool = True,
    in_inbox: bool = True,
) -> None:
    """Queue the mail in the platform's language, and put it into the inbox of ``whose`` in every language; or leave it out: as
    :func:`brakes.notice_turn` counts ``kind``, ``about`` and ``whose``. ``key`` as in ``mail.queue_mail``, in the caller's transaction.
    ``warns``: many of them may mean that somebody else acts. ``in_inbox``: not where its link proves that a mailbox is somebody's.
    """
    turn = notice_turn(kind=kind, about=about, mailbox=to, whose=whose, of_office=of_office)
    if not turn.goes:
        return
    with platform_language():
        subject, body = words()
        mail.queue_mail(to=to, subject=subject, body=body + added(turn, warns=warns), key=key)
    room, _colon, number = whose.partition(":")
    if in_inbox and number:
        reader = Reader(user_id=int(number)) if room == "user" else Reader(organization_id=int(number))
        send_message(to=reader, words=words, key=f"notice:{key}")


def added(turn: NoticeTurn, *, warns: bool = True) -> str:
    """What stands at the end of a notice: how many were left out before it, and that it is the last one for now."""
    said = ""
    if turn.left_out:
        said += "\n" + _("在这封邮件之前，还有 %(n)d 次同样的变化没有逐一发邮件。") % {"n": turn.left_out} + "\n"
    if turn.is_last:
        said += (
            "\n"
            + _("一小时内同样的邮件已有 %(n)d 封。接下来的一小时内，再有同样的变化不再逐一发邮件，次数写在下一封邮件里。")
            % {"n": turn.most}
            + (_("如果不是您知道的办理，请马上联系州人力资源和社会保障局。") if warns else "")
            + "\n"
        )
    return said
