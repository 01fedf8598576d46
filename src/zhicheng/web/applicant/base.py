"""What every page of the applicant shares: who asks, and the one application of theirs the address names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import counting_words, road_of
from zhicheng.applications.lifecycle import why_closed
from zhicheng.applications.models import Application
from zhicheng.applications.queries import get_application
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.campaigns.notice import LEVEL_NAMES
from zhicheng.organizations.actors import Actor
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.http import OutOfReachError
from zhicheng.web.shared.status import applicants_words
from zhicheng.web.shared.timeline import holder_name
from zhicheng.web.shared.waiting import phone_of


def actor_of(request: HttpRequest) -> Actor:
    """The actor the middleware found."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def case_or_404(request: HttpRequest, application_id: int, *, asked: Collection[int] = ()) -> CaseFile:
    """The application as read, if it is this person's own; otherwise 404, recorded. ``asked``: as ``CaseFile`` has it."""
    application = get_application(actor_of(request), application_id)
    if application is None:
        raise OutOfReachError(f"application {application_id}")
    return CaseFile(application, asked=asked)


def is_open(application: Application) -> bool:
    """Whether the applicant may write in it now."""
    return application.state in OPEN_FOR_APPLICANT


def information_url() -> str:
    """我的信息, where a person chooses the employer."""
    return reverse("person_information")


def chosen_words(case: CaseFile) -> dict[str, Any]:
    """What is applied for, in words: series, specialty, title, level of the pinned notice."""
    application, notice = case.application, case.notice
    series, specialty, title = notice.chosen(application.series, application.specialty, application.title)
    return {
        "campaign": str(notice.title),
        "series": str(series or application.series),
        "specialty": str(specialty or application.specialty),
        "title": str(title or application.title),
        "level": str(LEVEL_NAMES[title.level]) if title else application.level,
    }


def count_words(arrivals: int, allowed: int) -> str:
    """第 n / 3 次, as everybody concerned reads it (S-28)."""
    if not arrivals:
        return _("尚未提交评审委员会（0 / {allowed} 次）").format(allowed=allowed)
    return _("第 {n} / {allowed} 次提交评审委员会").format(n=arrivals, allowed=allowed)


@dataclass(frozen=True, slots=True)
class NextOffice:
    """Whom to ask about an application: the desk that has it, or will have it next. ``phone`` is empty where none is known."""

    name: str
    phone: str


def next_office(case: CaseFile) -> NextOffice | None:
    """The office of a state's desk, of the first one while the applicant has it; ``None`` when it has ended. As the timeline names it."""
    state, road = State(case.application.state), road_of(case.application, case.notice)
    if state in OPEN_FOR_APPLICANT or state is State.ACCEPTED:
        state = road[0 if state in OPEN_FOR_APPLICANT else -1].arrives
    name = holder_name(case, state)
    return NextOffice(name, phone_of(case, state)) if name else None


def head_of(case: CaseFile) -> dict[str, Any]:
    """What the head of every page about one application shows."""
    application, counter, window = case.application, case.told_year, case.window
    first = application.current_submission_id is None
    allowed = case.notice.limits.committee_submissions
    return {
        "application": application,
        "state_words": applicants_words(case),
        "next_office": partial(next_office, case),
        "chosen": chosen_words(case),
        "is_open": is_open(application),
        "why_closed": why_closed(application),
        "first": first,
        "deadline": window.apply_until if first else window.correct_until,
        "window_open": window.may_submit_first if first else window.may_correct,
        "allowed": allowed,
        "counting": counting_words(case.notice),
        "count_words": count_words(counter.arrivals if counter else 0, allowed),
        "correct_until": window.correct_until,
    }
