"""How long a case has waited at a desk, and until when the notice wants it passed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhicheng.applications.desks import BY_ROLE, HOLDER
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.foundation.clock import BEIJING
from zhicheng.organizations.actors import Role

SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class Due:
    """The end a notice sets for a desk, as a tag shows it: word, colour and icon."""

    until: datetime
    words: str
    tone: str
    icon: str
    overdue: bool


def day_of(moment: datetime) -> date:
    """The Beijing day of a moment."""
    return moment.astimezone(BEIJING).date()


def waited_days(application: Application, now: datetime) -> int:
    """Whole Beijing days since the case came to where it is; 0 on the day itself."""
    return (day_of(now) - day_of(application.entered_state_at)).days


def due_of(application: Application, until: datetime | None, role: Role, now: datetime) -> Due | None:
    """The deadline ``until`` (exclusive) of the desk ``role`` for a case that waits there; ``None`` where the notice sets none."""
    if until is None or HOLDER.get(State(application.state)) is not BY_ROLE[role]:
        return None
    days = (day_of(until) - day_of(now)).days
    if now >= until:
        late = -days
        words = ngettext("已超期 {n} 天", "已超期 {n} 天", late).format(n=late) if late else _("今天已超期")
        return Due(until, words, "bad", "exclamation-circle", True)
    if days == 0:
        return Due(until, _("今天截止"), "warn", "clock", False)
    words = ngettext("还剩 {n} 天", "还剩 {n} 天", days).format(n=days)
    return Due(until, words, "warn" if days <= SOON_DAYS else "info", "clock", False)
