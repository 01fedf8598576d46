"""The verbs of 公示: the unit's, objecting on the notice's page, the county's lifting of an objection, and measuring again when the calendar is
corrected."""

from zhicheng.publicity.actions.lifting import lift_objection
from zhicheng.publicity.actions.raising import Said, raise_objection
from zhicheng.publicity.actions.recheck import Rechecked, recheck_periods
from zhicheng.publicity.actions.unit import (
    PAPERS,
    NoticeText,
    add_publicity_paper,
    decide_objection,
    make_publicity_result,
    open_publicity,
    register_objection,
    report_upward,
    stop_for_objection,
)

__all__ = [
    "PAPERS",
    "NoticeText",
    "Rechecked",
    "Said",
    "add_publicity_paper",
    "decide_objection",
    "lift_objection",
    "make_publicity_result",
    "open_publicity",
    "raise_objection",
    "recheck_periods",
    "register_objection",
    "report_upward",
    "stop_for_objection",
]
