"""The same paper, patent or award claimed as first author by two people: kept at 上报, looked up by a blind index (S-55, S-56).

Who the other one is, only a desk reads, and only of an application that is on its own road.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.findings import Finding, Told, answers_in, with_answers
from zhicheng.applications.findings.authored import authored_in
from zhicheng.applications.models import Application, FirstAuthorship, Submission
from zhicheng.applications.queries import visible_to
from zhicheng.applications.states import OVER
from zhicheng.applications.where import Where
from zhicheng.foundation.fields import blind_index, number_rows
from zhicheng.foundation.prepared import prepared
from zhicheng.organizations.actors import Actor, Role


def keep_submission(submission: Submission, contents: Mapping[str, Any]) -> None:
    """Write a new submission, and what it claims as first author; a part of the action that made it."""
    claimed = [
        FirstAuthorship(submission=submission, place=str(one.where), work=one.work, work_index=blind_index(one.work))
        for one in authored_in(contents)
    ]
    number_rows([submission, *claimed])
    submission.save(force_insert=True)
    for one in claimed:
        one.submission = submission  # whose number it takes over
    FirstAuthorship.objects.bulk_create(claimed)


def contested_authorships(application: Application, actor: Actor) -> list[Finding]:
    """What the current submission names its applicant first author of, and another person's before the desks does as well.

    One query, and one more for a desk where there is such a work. An applicant learns that it is so; a desk learns the number of the other application where it may see that application.
    """
    if application.current_submission_id is None:
        return []
    mine: list[tuple[str, str]] = []
    by_work: dict[str, set[int]] = {}
    for index, place, of in _claimed(application.current_submission_id, application.person_index):
        if of == application.pk:
            mine.append((index, place))
        else:
            by_work.setdefault(index, set()).add(of)
    if not mine or not by_work:
        return []
    wanted = set().union(*by_work.values())
    seen = visible_to(actor).filter(pk__in=wanted) if actor.role is not Role.APPLICANT else Application.objects.none()
    numbers = dict(seen.values_list("pk", "number"))
    by_place: dict[str, set[int]] = {}
    for index, place in mine:
        if index in by_work:
            by_place.setdefault(place, set()).update(by_work[index])
    return [
        Finding("authorship.contested", Where.parse(place), _words(found, numbers), "S-55；S-56")
        for place, found in sorted(by_place.items())
    ]


@prepared
def _claimed(submission_id: int, person_index: str) -> QuerySet[FirstAuthorship, tuple[str, str, int]]:
    """The works of this submission, and who else claims them: index, place, application."""
    here = FirstAuthorship.objects.filter(submission_id=submission_id)
    rows = _standing(FirstAuthorship.objects.filter(work_index__in=here.values("work_index"))).filter(
        Q(submission_id=submission_id) | ~Q(submission__application__person_index=person_index)
    )
    return rows.values_list("work_index", "place", "submission__application_id")


def claimed_by_others(case: CaseFile, section: str = "") -> list[Finding]:
    """What the form names its applicant first author of (in one ``section``, or in all), and another's application before the desks does too.

    Before 上报 and beside the field: of whom, a person who fills in is not told. One query where something is claimed, else none.
    """
    mine = {blind_index(one.work): one for one in authored_in(case.contents) if section in ("", one.where.section)}
    if not mine:
        return []
    claimed = _standing(FirstAuthorship.objects.filter(work_index__in=mine)).exclude(
        submission__application__person_index=case.application.person_index
    )
    places = {mine[index].where for index in claimed.values_list("work_index", flat=True).distinct()}
    return [Finding("authorship.contested", where, _words(set(), {}), "S-55；S-56") for where in sorted(places, key=str)]


def _standing(rows: QuerySet[FirstAuthorship]) -> QuerySet[FirstAuthorship]:
    """Of applications that are not over, what their last submission claims."""
    return rows.filter(submission_id=F("submission__application__current_submission_id")).exclude(
        submission__application__state__in=OVER
    )


def findings_to_answer(case: CaseFile, section: str = "") -> list[Told]:
    """What the applicant may write to, in one ``section`` or in all: what the rules notice in the form, and what of it another claims too."""
    noticed = [told for told in case.findings if section in ("", told.finding.where.section) and not told.finding.is_note]
    return [*noticed, *with_answers(claimed_by_others(case, section), answers_in(case.contents), case.notice)]


def _words(others: set[int], numbers: Mapping[int, str]) -> str:
    known = sorted(numbers[pk] for pk in others if pk in numbers)
    if not known:
        return _("另有申报人也把这一项填报为第一作者（第一完成人），请核对本人排名。")
    text = _("申请书{numbers}也把这一项填报为第一作者（第一完成人），请核对。").format(numbers=_("、").join(known))
    return text if len(known) == len(others) else text + _("另有不在本部门办理范围内的申报人也这样填报。")
