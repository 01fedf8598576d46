"""邀请单位: the code for an employer that is not registered yet, and the units that came with it (S-18)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.invitations import code_of, invited_units
from zhicheng.web.shared.http import actor_of, go, render_refused, whole_number

TEMPLATE = "applicant/invitation.html"


def invitation(request: HttpRequest) -> HttpResponse:
    """The code and the link to hand over; a POST joins a unit that came with them and was confirmed."""
    actor = actor_of(request)
    if request.method != "POST":
        return render(request, TEMPLATE, _context(actor))
    try:
        joined = actions.join_invited_employer(actor=actor, employer_id=whole_number(request.POST.get("employer_id", "")))
    except Refused as refused:
        return render_refused(request, TEMPLATE, _context(actor), refused)
    messages.success(request, _("您已加入“{unit}”，可以新增申请书。").format(unit=joined.organization.name))
    return go(request, "my_titles")


def _context(actor: Actor) -> dict[str, Any]:
    code = code_of(actor.account_id)
    return {
        "code": code,
        "link": f"{settings.SITE_ADDRESS}{reverse('register_unit_notice')}?invitation={code}",
        "invited": list(invited_units(actor)),
        "employer_id": actor.organization_id,
    }
