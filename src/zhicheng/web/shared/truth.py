"""What a page may say when something went wrong: done, not done, or not certain, and where it can be seen."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from zhicheng.foundation.sending import Outcome, Sending
from zhicheng.organizations.actors import Role
from zhicheng.web.repeats import ENDS_SIGN_INS, IN_SESSION
from zhicheng.web.shared.navigation import navigation_for


def sending_of(request: HttpRequest) -> Sending | None:
    """What is known of the work of this request; ``None`` for one that only looks, or never reached its view."""
    return getattr(request, "sending", None)


def outcome_of(request: HttpRequest, error: BaseException | None) -> Outcome:
    """What can be said for certain after ``error`` (``foundation/sending.py``)."""
    sending = sending_of(request)
    match = getattr(request, "resolver_match", None)
    name = match.view_name if match is not None else ""
    if sending is None or (name in IN_SESSION and name not in ENDS_SIGN_INS):
        return Outcome.NOT_DONE
    if name in ENDS_SIGN_INS:
        return Outcome.UNSURE
    return sending.outcome(error)


def place_to_look(request: HttpRequest) -> str:
    """The address where the person can see what became of it: where the page would have led, else the case, else their first page.

    A visitor is shown the sign-in: what a visitor sends is an account or a new password.
    """
    user = getattr(request, "user", None)
    actor = getattr(request, "actor", None)
    if user is None or not user.is_authenticated or actor is None:
        return reverse("account_login")
    sending = sending_of(request)
    if sending is not None and sending.location.startswith("/"):
        return sending.location
    match = getattr(request, "resolver_match", None)
    number = match.kwargs.get("application_id") if match is not None else None
    if number is not None:
        try:
            return reverse("my_application" if actor.role is Role.APPLICANT else "desk_case", args=[number])
        except NoReverseMatch:
            pass
    places = navigation_for(actor, "")
    return places[0].href if places else reverse("home")
