"""Which returned applications the clock gives up (视为放弃, G-02), and which it takes up again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.lookups import Exact

from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.queries import ONE_YEAR
from zhicheng.applications.states import OVER, State
from zhicheng.campaigns.queries import windows_in_force
from zhicheng.campaigns.rules import WindowState


def is_to_be_corrected(state: State, history: Sequence[StatusChange]) -> bool:
    """Whether an application waits for its applicant's correction: it is returned; or it was, and what was sent again was taken back (撤回).

    What a record had ended in error and gave back as a form is none: its applicant had no time to correct it. ``history``: oldest first.
    """
    if state is not State.DRAFT:
        return state is State.RETURNED
    return history[-1].move == "withdraw" and was_returned(history)


def was_returned(history: Iterable[StatusChange]) -> bool:
    """Whether a desk has ever given it back."""
    return any(change.to_state == State.RETURNED for change in history)


def _taken_back() -> Q:
    """The drafts of which :func:`is_to_be_corrected` says so. Never sent ones are left out by the index."""
    moves = StatusChange.objects.filter(application=OuterRef("pk"))
    last = moves.order_by("-id").values("move")[:1]
    returned = moves.filter(to_state=State.RETURNED)
    return Q(Exists(returned), Exact(Subquery(last), "withdraw"), state=State.DRAFT, current_submission__isnull=False)


def to_abandon(at: datetime, *, most: int) -> list[int]:
    """At most so many returned applications whose last moment for corrections is over at ``at`` (G-02), oldest first. Two queries."""
    waiting = Q(state=State.RETURNED) | _taken_back()
    return _to_be_corrected(waiting, at, lambda window: window.is_over, most)


def to_take_up(at: datetime, *, most: int) -> list[int]:
    """At most so many abandoned applications that can be corrected again at ``at``: the notice gave more time. Two queries.

    Those whose person has sent another one since, or begun one for the same title, or whose year was closed by another one, cannot come
    back: left out, they keep none waiting.
    """
    return _to_be_corrected(_given_up_alone(), at, lambda window: window.may_correct, most)


def coming_back(account_id: int, at: datetime, **choice: Any) -> Application | None:
    """The account's own abandoned application for this title (``campaign_id``, ``series``, ``specialty``, ``title``) that the clock is about to
    take up."""
    own = _given_up_alone() & Q(applicant_id=account_id, **choice)
    ids = _to_be_corrected(own, at, lambda window: window.may_correct, 1)
    return Application.objects.filter(pk__in=ids).first()


def _given_up_alone() -> Q:
    same_year = Application.objects.filter(**{name: OuterRef(name) for name in ONE_YEAR})
    same_title = {name: OuterRef(name) for name in ("campaign", "series", "specialty", "title")}
    another = same_year.filter(Q(current_submission__isnull=False) | Q(**same_title), applicant=OuterRef("applicant"))
    closed = same_year.filter(state=State.CLOSED_FOR_YEAR)
    return Q(~Exists(another.exclude(state__in=OVER)), ~Exists(closed), state=State.ABANDONED)


def _to_be_corrected(which: Q, at: datetime, is_meant: Callable[[WindowState], bool], most: int) -> list[int]:
    meant = Q()
    for version, windows in windows_in_force(at).items():
        if levels := [level for level, window in windows.items() if is_meant(window)]:
            meant |= Q(campaign_version_id=version, level__in=levels)
    rows = Application.objects.filter(meant, which) if meant else Application.objects.none()
    return list(rows.order_by("id").values_list("id", flat=True)[:most])
