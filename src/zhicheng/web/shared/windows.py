"""What is open until when, level by level, in the same words on every page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext

from zhicheng.campaigns.notice import LEVEL_NAMES, Window
from zhicheng.campaigns.queries import CampaignNow
from zhicheng.campaigns.rules import WindowPhase, WindowState


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
    levels = pgettext("between items of a list", "、").join(str(LEVEL_NAMES[level]) for level in window.levels)
    return ShownWindow(levels, status, state, words)


def windows_of(campaign: CampaignNow) -> list[ShownWindow]:
    """The windows of a campaign as the notice groups its levels."""
    return [shown_window(window, campaign.windows[window.levels[0]]) for window in campaign.notice.windows]


def statuses_of(campaign: CampaignNow) -> list[tuple[str, str]]:
    """Where a campaign stands: (levels, status) for each window, or one status without levels where all stand alike."""
    windows = windows_of(campaign)
    alike = {window.status for window in windows}
    return [("", alike.pop())] if len(alike) == 1 else [(window.levels, window.status) for window in windows]
