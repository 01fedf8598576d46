"""What is waited for where an application lies, whom to ring up, and how long it usually takes there."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import HOLDER
from zhicheng.applications.durations import Usual
from zhicheng.applications.lifecycle import HIGHER
from zhicheng.applications.shown import DURATIONS, of_desk
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.review.queries import PAPER_HERE


def waits_for(case: CaseFile, state: State, period: PublicityPeriod | None) -> str:
    """What has to happen next, as one sentence; empty where nobody at a desk has it."""
    if state is State.UNIT_REVIEW:
        return _("等待单位审核上报的内容。")
    if state is State.UNIT_PASSED:
        return _("等待单位开始公示；不需要再次公示的，等待单位上报。")
    if state is State.IN_PUBLICITY:
        return _("公示已经期满，等待单位上报。") if period is not None and period.ends_on < clock.today() else ""
    desk = HOLDER.get(state)
    if desk not in HIGHER or desk is None:
        return ""
    if not of_desk(case.application, PAPER_HERE, desk):
        return _("等待纸质材料送到；登记收到后才能审核通过。")
    return _("纸质材料已经收到，等待审核。")


def phone_of(case: CaseFile, state: State) -> str:
    """The telephone of the desk that has it: the one the notice names for the office, or the registered one; empty where there is none."""
    desk = HOLDER.get(state)
    holder = getattr(case.application, desk.column) if desk is not None else None
    if desk is None or holder is None:
        return ""
    named = (
        one.phone for one in case.newest.contacts if (one.desk.value, one.region_code) == (desk.role.value, holder.region_code)
    )
    return next(filter(None, named), holder.contact_phone)


def usual_durations(case: CaseFile, states: Sequence[State]) -> dict[State, str]:
    """For each of these steps how long it takes at its desk in the application's year, where enough cases say so. Read with its row."""
    found = {}
    for state in states:
        desk = HOLDER.get(state)
        known = of_desk(case.application, DURATIONS, desk) if desk is not None else None
        if known and state.value in known:
            found[state] = _usual(Usual(*known[state.value]))
    return found


def _usual(usual: Usual) -> str:
    if usual.most == 0:
        return _("通常当天办完（本年度{cases}份）").format(cases=usual.count)
    half = _("当天") if usual.half == 0 else _days(usual.half)
    return _("通常{half}办完，九成在{most}以内（本年度{cases}份）").format(half=half, most=_days(usual.most), cases=usual.count)


def _days(days: int) -> str:
    return ngettext("{n}个工作日", "{n}个工作日", days).format(n=days)
