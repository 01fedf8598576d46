"""Every status a screen can show: word, colour and icon together, never colour alone (WCAG 1.4.1).

A status belongs to a *kind* (``application``, ``verification``, ``task`` …) and a state name. Words may differ by
audience: the applicant reads what it means for them, a desk reads the official word.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.applications.statewords import STATES, state_words
from zhicheng.campaigns.queries import notice_of

Text = str | Promise

TONES = frozenset({"neutral", "info", "wait", "good", "warn", "bad"})


@dataclass(frozen=True, slots=True)
class Status:
    """What is shown for one state. ``tone`` is one of :data:`TONES`; ``icon`` a heroicons name; ``staff`` the desk's word."""

    label: Text
    tone: str
    icon: str
    staff: Text = ""

    def for_audience(self, audience: str) -> Text:
        """The word for ``"applicant"`` (default) or ``"staff"``."""
        return self.staff if audience == "staff" and self.staff else self.label


# The words of an application's states live with the states (applications/lifecycle.py); only the look is translated here.
_TONES_OF_LIFECYCLE = {"waiting": "wait", "attention": "warn", "stopped": "bad"}
APPLICATION = {
    str(state): Status(words.applicant, _TONES_OF_LIFECYCLE.get(words.tone, words.tone), words.icon, staff=words.staff)
    for state, words in STATES.items()
}
VERIFICATION = {
    "pending": Status(_("待审核"), "wait", "clock"),
    "approved": Status(_("已审核通过"), "good", "check-circle"),
    "returned": Status(_("已退回修改"), "warn", "arrow-uturn-left"),
    "replaced": Status(_("已重新提交"), "neutral", "arrow-path"),
}
ACCOUNT = {
    "pending": Status(_("待审核"), "wait", "clock"),
    "approved": Status(_("待本人确认新邮箱"), "info", "envelope"),
    "done": Status(_("已完成"), "good", "check-circle"),
    "refused": Status(_("未通过"), "bad", "x-circle"),
    "withdrawn": Status(_("已撤回"), "neutral", "arrow-uturn-left"),
}
TASK = {
    "not_started": Status(_("未开始"), "plain", "minus"),
    "in_progress": Status(_("进行中"), "info", "pencil"),
    "done": Status(_("已完成"), "plain", "check"),
    "blocked": Status(_("暂不能开始"), "neutral", "lock-closed"),
    "needs_change": Status(_("需修改"), "warn", "arrow-uturn-left"),
    "missing": Status(_("尚缺内容"), "warn", "exclamation-triangle"),
    "to_look_at": Status(_("待查看确认"), "warn", "eye"),
    "checking": Status(_("正在检查"), "wait", "arrow-path"),
    "exempt": Status(_("无需提供"), "plain", "minus-circle"),
    "optional": Status(_("选填"), "plain", "minus"),
}
CAMPAIGN = {
    "planned": Status(_("尚未开放"), "neutral", "calendar-days"),
    "open": Status(_("正在申报"), "good", "check-circle"),
    "correcting": Status(_("首次上报已截止"), "warn", "clock"),
    "closed": Status(_("已截止"), "neutral", "lock-closed"),
}
FILE = {
    "checking": Status(_("正在检查"), "wait", "arrow-path"),
    "ok": Status(_("已保存"), "good", "check-circle"),
    "warning": Status(_("请核对"), "warn", "exclamation-triangle"),
    "looked_at": Status(_("已查看确认"), "plain", "check"),
    "refused": Status(_("不能使用"), "bad", "x-circle"),
}
PUBLICITY = {
    "preparing": Status(_("准备中"), "neutral", "pencil-square"),
    "running": Status(_("公示中"), "info", "megaphone"),
    "objection_open": Status(_("有异议待处理"), "warn", "exclamation-triangle"),
    "ended": Status(_("公示期满"), "good", "check-circle"),
    "stopped": Status(_("已终止"), "bad", "stop-circle"),
}
QUEUE = {
    "pending": Status(_("待处理"), "wait", "clock"),
    "done": Status(_("已完成"), "good", "check-circle"),
    "failed": Status(_("失败"), "bad", "x-circle"),
}
KINDS = {
    "application": APPLICATION,
    "verification": VERIFICATION,
    "account": ACCOUNT,
    "task": TASK,
    "campaign": CAMPAIGN,
    "file": FILE,
    "publicity": PUBLICITY,
    "queue": QUEUE,
}


def applicants_words(case: CaseFile) -> str:
    """What the applicant reads of where the application stands: that something may be sent again is not said where it may not (G-02)."""
    state = State(case.application.state)
    if state is State.RETURNED and not case.window.may_correct:
        return str(_("已退回，重新上报的期限已过"))
    return str(state_words(state, case.notice).applicant)


def staff_words(application: Application) -> str:
    """What a desk reads of where an application stands; the words of a desk follow from the notice it was started under."""
    return str(state_words(State(application.state), notice_of(application.campaign_version)).staff)


def status_for(state: str, *, kind: str = "application") -> Status:
    """The status of ``state``; a state nobody registered is shown by its own name, so that a page never fails for a word."""
    return KINDS.get(kind, {}).get(state) or Status(state, "neutral", "question-mark-circle")
