"""谁看过我的材料: which office was given the person's files, papers and whole number, and when (PIPL 第四十四条、第四十五条).

The office is named, as on the timeline, and not who in it acted; an account that is at no office (an auditor) is named by what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhicheng.applications.queries import visible_to
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import queries
from zhicheng.foundation.models import AccessLook
from zhicheng.organizations.actors import Actor, memberships_ever, office_at
from zhicheng.organizations.models import AccountRequest
from zhicheng.web.shared.http import actor_of
from zhicheng.web.shared.look_words import is_review_form, thing_words, what_words
from zhicheng.web.shared.paging import page_of

_FILE = re.compile(r"evidence:(\d{1,18})(?::(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the page: when (aware), which office, what it was given, of which application, and which file or paper."""

    at: datetime
    who: str
    what: str | Promise
    number: str
    thing: str


@require_safe
def show_looks(request: HttpRequest) -> HttpResponse:
    """Every look at what belongs to one's applications and requests, newest first. The same queries for one and for thirty."""
    actor = actor_of(request)
    numbers = {f"application:{pk}": number for pk, number in visible_to(actor).values_list("pk", "number")}
    asked = AccountRequest.objects.filter(user_id=actor.account_id).values_list("pk", flat=True)
    subjects = numbers | dict.fromkeys((f"account_request:{pk}" for pk in asked), _("账号申请"))
    page = page_of(request, queries.looks_at(list(subjects)), order=("-id",))
    rows = list(page)
    return render(request, "applicant/looked_at.html", {"page": page, "rows": _in_words(rows, subjects, actor)})


def _in_words(rows: Sequence[AccessLook], subjects: Mapping[str, str], actor: Actor) -> list[Look]:
    offices = _offices(rows)
    files = [int(found[1]) for row in rows if (found := _FILE.fullmatch(row.thing))]
    own = EvidenceFile.objects.filter(pk__in=files, uploaded_by_id=actor.account_id)
    names = dict(own.values_list("pk", "name")) if files else {}
    return [
        Look(row.at, offices.get(row.pk) or _("系统工作人员"), what_words(row), subjects[row.subject], _thing(row.thing, names))
        for row in rows
    ]


def _offices(rows: Iterable[AccessLook]) -> dict[int, str]:
    """The organization whose account looked, at that time, by the number of the look. One query."""
    users = {row.pk: int(row.actor.removeprefix("user:")) for row in rows if re.fullmatch(r"user:\d{1,18}", row.actor)}
    held = memberships_ever(set(users.values())) if users else []
    return {row.pk: office_at((each for each in held if each.user_id == users.get(row.pk)), row.at) for row in rows}


def _thing(ref: str, names: Mapping[int, str]) -> str:
    """What it was, as far as it is the person's own: what a unit calls its papers is not told, nor the numbers of those."""
    found = _FILE.fullmatch(ref)
    if found is None:
        return thing_words(ref) if is_review_form(ref) else ""
    if (name := names.get(int(found[1]))) is None:
        return _("单位或部门的文件")
    return _("{name}，第 {page} 页").format(name=name, page=found[2]) if found[2] else name
