"""What each state of an application is called, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from zhicheng.applications.desks import DESKS, HOLDER, words_of
from zhicheng.applications.states import State
from zhicheng.campaigns.notice import Notice

S = State


@dataclass(frozen=True, slots=True)
class StateWords:
    """What a state is called for the applicant and for staff, and how it looks (tone and icon are names of the look)."""

    applicant: str | Promise
    staff: str | Promise
    tone: str
    icon: str


STATES: dict[State, StateWords] = {
    S.DRAFT: StateWords(gettext_lazy("填写中"), gettext_lazy("填写中"), "neutral", "pencil-square"),
    S.UNIT_REVIEW: StateWords(gettext_lazy("已上报，等待单位审核"), gettext_lazy("待单位审核"), "waiting", "clock"),
    S.RETURNED: StateWords(
        gettext_lazy("已退回，请修改后重新上报"), gettext_lazy("已退回申报人"), "attention", "arrow-uturn-left"
    ),
    S.UNIT_PASSED: StateWords(gettext_lazy("单位审核通过，等待公示"), gettext_lazy("待公示"), "waiting", "check"),
    S.IN_PUBLICITY: StateWords(gettext_lazy("单位公示中"), gettext_lazy("公示中"), "waiting", "megaphone"),
    **{desk.arrives: StateWords(desk.words.applicant, desk.words.staff, "waiting", "clock") for desk in DESKS[1:]},
    S.ACCEPTED: StateWords(gettext_lazy("已受理，等待评审"), gettext_lazy("已受理"), "good", "check-circle"),
    S.CLOSED_FOR_YEAR: StateWords(gettext_lazy("本年度不再受理"), gettext_lazy("本年度不再受理"), "stopped", "no-symbol"),
    S.STOPPED: StateWords(gettext_lazy("公示异议成立，已终止"), gettext_lazy("异议成立，已终止"), "stopped", "no-symbol"),
    S.REJECTED_FRAUD: StateWords(gettext_lazy("弄虚作假，不予受理"), gettext_lazy("弄虚作假，不予受理"), "stopped", "no-symbol"),
    S.BARRED: StateWords(gettext_lazy("处于不得申报年限，已终止"), gettext_lazy("不得申报，已终止"), "stopped", "no-symbol"),
    S.DISCARDED: StateWords(gettext_lazy("已作废"), gettext_lazy("已作废"), "neutral", "trash"),
    S.ABANDONED: StateWords(gettext_lazy("修改期限已过，视为放弃"), gettext_lazy("视为放弃"), "stopped", "clock"),
}


def state_words(state: State, notice: Notice) -> StateWords:
    """What a state is called under this notice: of a desk's, whether it is 终审 follows from the chain."""
    words, desk = STATES[state], HOLDER.get(state)
    if desk is None or not desk.reached:
        return words
    said = words_of(desk, notice)
    return replace(words, applicant=said.applicant, staff=said.staff)
