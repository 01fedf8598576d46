"""What somebody has answered at 我能报什么, carried by the browser to the application that is begun later.

It is what stands in the address of that page, codes and dates without a name or number, in a cookie that this browser alone keeps for a
month, and only after the person has asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

from zhicheng.campaigns.answers import NO_TITLE, Answers, answers_in

COOKIE, LIVES = "zhicheng_answers", timedelta(days=30)
MOST = 2000  # characters: more than all answers together


@dataclass(frozen=True, slots=True)
class Carried:
    """The answers, and which series and title were looked at (codes of the notice; empty where none was)."""

    answers: Answers
    series: str
    title: str


def carry(response: HttpResponse, address: str) -> None:
    """Let the browser keep the answers that ``address`` (a query) holds."""
    response.set_cookie(COOKIE, address, max_age=LIVES, path="/", secure=settings.HTTPS, httponly=True, samesite="Lax")


def let_go(response: HttpResponse) -> None:
    """The browser forgets them."""
    response.delete_cookie(COOKIE, path="/", samesite="Lax")


def carried_by(request: HttpRequest) -> Carried | None:
    """What this browser carries; ``None`` where that is nothing. A value that is none is left out, whoever has put it there."""
    address = request.COOKIES.get(COOKIE, "")
    if not address or len(address) > MOST:
        return None
    said = QueryDict(address)
    series, _dot, title = said.get("to", "").partition(".")
    return Carried(answers_in({name: said[name] for name in said}), series or said.get("series", ""), title)


def sections_of(answers: Answers) -> dict[str, Any]:
    """What the answers say, as sections of the form hold it: the beginning of them, to be gone on with."""
    sections: dict[str, Any] = {}
    if answers.education or answers.degree:
        sections["education"] = [{"education": answers.education, "degree": answers.degree}]
    if answers.held == NO_TITLE:
        sections["current_title"] = {"first_title": True}
    elif answers.held:
        since = answers.since.isoformat() if answers.since else ""
        sections["current_title"] = {"step": answers.held, "acquired_on": since}
    return sections
