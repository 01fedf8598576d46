"""What is open until when, level by level, in the same words on every page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext

from zhicheng.campaigns.notice import LEVEL_NAMES, Notice, Window
from zhicheng.campaigns.queries import CampaignNow
from zhicheng.campaigns.rules import WindowPhase, WindowState
from zhicheng.foundation import clock


@dataclass(frozen=True, slots=True)
class ShownWindow:
    """A row of “what is open until when”: the levels that share it, its status (kind ``campaign``), and its times."""

    levels: str
    status: str
    state: WindowState
    words: str | Promise


_PHASES = {
    WindowPhase.NOT_YET: ("planned", gettext_lazy("尚未开始。")),
    WindowPhase.OPEN: ("open", gettext_lazy("可以申报、上报。")),
    WindowPhase.CORRECTION_ONLY: ("correcting", gettext_lazy("不再接受首次上报；被退回的可以修改后重新上报。")),
    WindowPhase.CLOSED: ("closed", gettext_lazy("已经结束。")),
}


def shown_window(window: Window, state: WindowState) -> ShownWindow:
    """One window of a notice as a page shows it."""
    status, words = _PHASES[state.phase]
    return ShownWindow(levels_of(window), status, state, words)


def levels_of(window: Window) -> str:
    """中级、初级: the levels that share a window, in the language of the page."""
    return pgettext("between items of a list", "、").join(str(LEVEL_NAMES[level]) for level in window.levels)


def times_of(notice: Notice, level: str = "") -> str:
    """From when until when applications are taken: of ``level`` where one is chosen, else of each window, with its levels where they differ."""
    windows = [window for window in notice.windows if not level or level in window.levels]
    said = [(levels_of(w), clock.written(w.apply_from), clock.written(w.apply_until)) for w in windows]
    if len(said) == 1:
        return gettext("受理时间：{first} 至 {last}（北京时间）。").format(first=said[0][1], last=said[0][2])
    each = gettext("；").join(gettext("{levels}：{first} 至 {last}").format(levels=a, first=b, last=c) for a, b, c in said)
    return gettext("受理时间（北京时间）：{each}。").format(each=each)


def windows_of(campaign: CampaignNow) -> list[ShownWindow]:
    """The windows of a campaign as the notice groups its levels."""
    return [shown_window(window, campaign.windows[window.levels[0]]) for window in campaign.notice.windows]


def statuses_of(campaign: CampaignNow) -> list[tuple[str, str]]:
    """Where a campaign stands: (levels, status) for each window, or one status without levels where all stand alike."""
    windows = windows_of(campaign)
    alike = {window.status for window in windows}
    return [("", alike.pop())] if len(alike) == 1 else [(window.levels, window.status) for window in windows]
