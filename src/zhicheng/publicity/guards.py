"""The publicity rules of the lifecycle table. Loaded on start-up."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.lifecycle import guard
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.actors import Actor
from zhicheng.publicity.queries import objections_counted, period_of, publicised_again_needed, shown_facts_sha256
from zhicheng.publicity.rules import reasons_not_over
from zhicheng.publicity.uploads import uploads_asked


@guard("publicity_over")
def publicity_over(case: CaseFile, actor: Actor) -> list[Problem]:
    """The publicity of what is submitted now has fully passed, without objection, with the papers the notice asks for (S-39, S-40, S-51)."""
    period = period_of(case)
    if period is None or publicised_again_needed(case):
        return [Problem(_("还没有公示本次上报的内容，公示期满无异议后才能上报。"), where="publicity", code="not_publicised")]
    return reasons_not_over(
        ends_on=period.ends_on,
        today=clock.today(),
        objections=objections_counted(case),
        papers=[
            (upload.label, getattr(period, f"{upload.which}_id") is not None)
            for upload in uploads_asked(case.notice)
            if upload.is_required
        ],
    )


@guard("no_objection_in_the_way")
def no_objection_in_the_way(case: CaseFile, actor: Actor) -> list[Problem]:
    """A new period does not wash away what was reported during the last: an open objection is decided first, and one that was
    upheld stands while the same facts would be shown again (S-40).
    """
    period = period_of(case)
    if period is None:
        return []
    problems, objections = [], objections_counted(case)
    if objections.open:
        problems.append(
            Problem(_("上一次公示还有异议没有核实处理，处理完毕后才能重新公示。"), where="objections", code="objection_open")
        )
    if objections.stand and period.facts_sha256 == shown_facts_sha256(case):
        problems.append(
            Problem(
                _("上一次公示有异议经核实成立，公示的内容没有更正，不能重新公示。请终止申报，或退回申报人更正。"),
                where="objections",
                code="objection_upheld",
            )
        )
    return problems


@guard("objection_upheld")
def objection_upheld(case: CaseFile, actor: Actor) -> list[Problem]:
    """Only an upheld objection stops an application here (S-40)."""
    if objections_counted(case).stand:
        return []
    return [Problem(_("没有经核实成立的异议，不能终止申报。"), code="no_upheld_objection")]


@guard("objection_lifted")
def objection_lifted(case: CaseFile, actor: Actor) -> list[Problem]:
    """What an upheld objection has stopped goes on once none stands any more."""
    standing = objections_counted(case).stand
    if not standing:
        return []
    words = _("还有{count}件经核实成立的异议，全部解除后才能恢复审核。")
    return [Problem(words.format(count=standing), code="objection_upheld")]
