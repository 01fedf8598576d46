"""Notices about an account that somebody's pressing causes, as often as they press: no mailbox gets them without end.

The first ones go as they are. The last one of an hour says that further ones wait, and whom to ask; those are left out, and the next one
after the hour tells how many. So nobody misses that something is happening, and nobody can bury one notice under a thousand others:
each kind of event has a count of its own (``brakes.notice_turn``).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.accounts.brakes import NoticeTurn, notice_turn
from zhicheng.foundation import mail


def queue_notice(
    *, kind: str, about: str, whose: str, to: str, subject: str, body: str, key: str, of_office: bool = False, warns: bool = True
) -> None:
    """Queue the mail, or leave it out: as :func:`brakes.notice_turn` counts ``kind``, ``about`` and ``whose``. ``key`` as in
    ``mail.queue_mail``, in the caller's transaction and language. ``warns``: many of them may mean that somebody else acts."""
    turn = notice_turn(kind=kind, about=about, mailbox=to, whose=whose, of_office=of_office)
    if turn.goes:
        mail.queue_mail(to=to, subject=subject, body=body + added(turn, warns=warns), key=key)


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
