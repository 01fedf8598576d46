"""What the unit stated at its pass and every later desk has to know (人社部令40号 第十三条)."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications.findings import Finding
from zhicheng.applications.where import Where
from zhicheng.foundation import clock
from zhicheng.review.models import Decision
from zhicheng.standards.tables import SANCTION_KINDS


def stated_sanctions(decisions: Iterable[Decision], *, submission_id: int | None) -> list[Finding]:
    """The sanction the unit stated when it passed this submission, as a finding; none where it stated none."""
    return [
        Finding("sanction.stated", Where("basic"), _words(decision), "人社部令40号 第十三条")
        for decision in decisions
        if decision.sanction and decision.submission_id == submission_id
    ]


def _words(decision: Decision) -> str:
    stated = decision.sanction
    said = _("单位说明：申报人受到{kind}处分，自{since}至{until}。").format(
        kind=SANCTION_KINDS.name(stated["kind"], get_language() or "zh"), since=stated["since"], until=stated["until"]
    )
    if stated["until"] < clock.written(decision.decided_at)[:10]:
        return said + _("单位审核时处分期已满。")
    return said + _("事业单位工作人员受到记过以上处分的，在受处分期间不得申报。")
