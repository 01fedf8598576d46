"""撤回, 作废, and what a ban found later does to what is under way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhicheng.applications import lifecycle
from zhicheng.applications.abandoning import to_abandon, to_take_up
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.papers import void_all_papers
from zhicheng.applications.states import OVER, State
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import SYSTEM, Actor

logger = logging.getLogger(__name__)

A_ROUND = 500  # applications moved by the clock in one round of the worker

# What the system writes beside 终止. Kept in Chinese; a page looks them up again to say them in its reader's language.
BARRED_BY_RECORD = gettext_noop("有诚信档案记录，处于不得申报年限。")
BARRED_BY_FRAUD = gettext_noop("{year}年度的申报经查实有弄虚作假，本年度不再受理。")


@one_transaction
def withdraw_application(*, actor: Actor, application_id: int) -> Application:
    """撤回: take a submission back before the unit has decided. No strike: it never came near the committee (G-06)."""
    case = lifecycle.lock(application_id, actor)
    lifecycle.make_move(case, "withdraw", actor=actor)
    return case.application


@one_transaction
def discard_application(*, actor: Actor, application_id: int) -> Application:
    """作废: give up a form that is with the applicant, to begin another. Everything stays stored; the year's count stays too."""
    case = lifecycle.lock(application_id, actor)
    lifecycle.make_move(case, "discard", actor=actor)
    void_all_papers(application_id=application_id, reason="申请书已作废", actor=actor)
    return case.application


def bar_applications(*, person_index: str, first_year: int, last_year: int, note: str) -> list[int]:
    """End every application of the person in the years that is under way (S-80; S-81: a ban recorded late). Repeats do nothing.

    Without a ``note`` each says why. Each is a transaction of its own where the caller has none. Returns the ids that were ended; when
    something goes wrong with one, the error is raised after the others.
    """
    ids = (
        Application.objects.filter(person_index=person_index, year__gte=first_year, year__lte=last_year)
        .filter(applicant__number_held_at__isnull=False)  # a claim is looked at when somebody has seen the card
        .exclude(state__in=OVER)
        .order_by("id")
        .values_list("id", flat=True)
    )
    return _each(ids, lambda application_id: _bar(application_id, note))


def _each(ids: Iterable[int], end: Callable[[int], bool]) -> list[int]:
    """Do the same with every application, whatever becomes of another; the first error is raised at the end. Those it was done with."""
    done, errors = [], []
    for application_id in list(ids):
        try:
            if end(application_id):
                done.append(application_id)
        except Exception as error:
            errors.append(error)
    for more in errors[1:]:
        logger.error("an application was passed by [%s]", new_error_id(), exc_info=more)
    if errors:
        raise errors[0]
    return done


@one_transaction
def _bar(application_id: int, note: str) -> bool:
    case = lifecycle.lock(application_id, SYSTEM)
    if case.application.state not in lifecycle.BY_NAME["bar"].sources:
        return False
    try:
        lifecycle.make_move(case, "bar", actor=SYSTEM, note=note or _why(case))
    except Refused:
        return False  # the record was annulled in between: the guard says there is no ban any more
    void_all_papers(application_id=application_id, reason="处于不得申报年限，已终止", actor=SYSTEM)
    return True


def restore_applications(*, person_index: str, source: str, first_year: int, last_year: int) -> list[int]:
    """Give back what a record ended that was made in error: the application it was found in (``source``), and those of the person
    that were barred in these years. Repeats do nothing. Returns the ids that were given back.

    They return to the applicant as a form to check and send anew: their papers were void, and somebody else may have been told so.
    What was over before the record stays over, for its own reason. Where the person has another application by now, or
    another ban, it stays as it is. Each is a transaction of its own where the caller has none; when something goes wrong with one, the error is
    raised after the others.
    """
    ended = Q(state=State.BARRED, year__gte=first_year, year__lte=last_year)
    room, _colon, number = source.partition(":")
    if room == "application":
        ended |= Q(state=State.REJECTED_FRAUD, pk=int(number))
    ids = Application.objects.filter(ended, person_index=person_index).order_by("id").values_list("id", flat=True)
    return _each(ids, _restored)


def _restored(application_id: int) -> bool:
    try:
        _restore(application_id)
    except (Refused, IntegrityError):
        return False
    return True


@one_transaction
def _restore(application_id: int) -> None:
    case = lifecycle.lock(application_id, SYSTEM)
    lifecycle.make_move(case, _way_back(case), actor=SYSTEM)


def _way_back(case: CaseFile) -> str:
    """The move that leads to where the application was before a record ended it."""
    application = case.application
    if application.state == State.REJECTED_FRAUD and case.ban:
        return "restore_barred"
    ended = application.history.filter(to_state=application.state).order_by("-id").first()
    before = ended.from_state if ended is not None else ""
    ways: dict[str, str] = {
        State.CLOSED_FOR_YEAR: "restore_closed",
        State.STOPPED: "restore_stopped",
        State.DISCARDED: "restore_discarded",
        State.ABANDONED: "restore_abandoned",
    }
    return ways.get(before, "restore")


def abandon_overdue() -> int:
    """视为放弃: end what was returned and was not sent again by the end of the corrections (令40号 第十八条, G-02). The year stays open.

    The same function gives back what was abandoned where the notice has given more time since, but for a person who has sent another
    application by now. Each is a transaction of its own. Returns how many were moved; repeats do nothing, and a long list is gone
    through in several rounds.
    """
    at = clock.now()
    overdue = _each(to_abandon(at, most=A_ROUND), lambda application_id: _moved(application_id, "abandon"))
    extended = _each(to_take_up(at, most=A_ROUND), lambda application_id: _moved(application_id, "take_up"))
    return len(overdue) + len(extended)


def _moved(application_id: int, move: str) -> bool:
    try:
        _move(application_id, move)
    except (Refused, IntegrityError):
        return False  # sent, given up or ended in between; or another one was sent
    return True


@one_transaction
def _move(application_id: int, move: str) -> None:
    lifecycle.make_move(lifecycle.lock(application_id, SYSTEM), move, actor=SYSTEM)


@platform_language()
def _why(case: CaseFile) -> str:
    year = case.application.year
    if case.ban is None or case.ban.covers(year):
        return _(BARRED_BY_RECORD)
    return _(BARRED_BY_FRAUD).format(year=year)
