"""What the page of a section offers from 我的资料库, and what is kept there as one goes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhicheng.applications.actions import Taken, keep_in_library, take_from_library
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.from_library import offers_for
from zhicheng.applications.sections import Section
from zhicheng.foundation.errors import Refused
from zhicheng.library.queries import items_of_kind
from zhicheng.library.rules import KINDS
from zhicheng.web.applicant.base import actor_of, is_open
from zhicheng.web.applicant.library.shown import told_of
from zhicheng.web.applicant.library.views import say_kept
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.http import go, whole_number

_CONTROL = "from_library"


def offered(request: HttpRequest, case: CaseFile, section: Section) -> dict[str, Any]:
    """The items that would add something to the section, what fits ticked; empty where the library holds no such kind. One query."""
    if section.key not in KINDS or not is_open(case.application):
        return {}
    offers = offers_for(case, section, items_of_kind(actor_of(request), section.key))
    return {
        "may_keep": True,
        "one_alone": not section.rows,
        "offers": [
            {
                "pk": offer.item.pk,
                "label": offer.label or _("（未填写名称）"),
                "values": told_of(section, dict(offer.content)),
                "why_not": offer.why_not,
                "ticked": not offer.why_not and (section.rows or offer is offers[0]),
            }
            for offer in offers
        ],
    }


def fill_in(request: HttpRequest, application_id: int, section: Section, typed: Any, base_version: int) -> HttpResponse:
    """Save the section as typed with the items that were ticked; raises ``Refused`` as ``take_from_library`` does."""
    taken = take_from_library(
        actor=actor_of(request),
        application_id=application_id,
        key=section.key,
        typed=typed,
        base_version=base_version,
        item_ids=[number for text in request.POST.getlist(_CONTROL) if (number := whole_number(text)) is not None],
    )
    _say_taken(request, section, taken)
    query = "?saved=1" + ("&back=check" if request.POST.get("back") == "check" else "")
    return go(request, reverse("application_section", args=[application_id, section.key]) + query)


def _say_taken(request: HttpRequest, section: Section, taken: Taken) -> None:
    """What was filled in from the library, and what of it was not."""
    if taken.items:
        messages.success(
            request,
            ngettext(
                "已从资料库填入“{label}”{n}项，放入材料{files}个，请核对。",
                "已从资料库填入“{label}”{n}项，放入材料{files}个，请核对。",
                taken.items,
            ).format(label=section.label, n=taken.items, files=taken.files),
        )
    for text in dict.fromkeys(taken.left):
        messages.warning(request, text)


def keep_rows(request: HttpRequest, case: CaseFile, section: Section, row: str) -> bool:
    """Keep a row of the section that was just saved (``form``: the section itself) in the library; whether that was asked for."""
    if section.key not in KINDS:
        return False
    try:
        asked = row if section.rows else ""
        kept = keep_in_library(actor=actor_of(request), application_id=case.application.pk, key=section.key, row=asked)
    except Refused as refused:
        messages.warning(request, " ".join(str(problem.text) for problem in refused.problems))
        return True
    say_kept(request, kept)
    return True
