"""单位注册 (S-09…S-13)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions, queries
from zhicheng.organizations.invitations import LONGEST
from zhicheng.web.public.registration.forms import UnitRegistrationForm
from zhicheng.web.public.registration.views import accepted_or_back, finish, read_notice, step_names
from zhicheng.web.shared.braked import braked, braked_lookup
from zhicheng.web.shared.checking import checking_page, forget_typed, keep_typed, typed_before
from zhicheng.web.shared.http import actor_of, go, render_refused
from zhicheng.web.shared.limits import too_many
from zhicheng.web.shared.units.credit_codes import code_differs, credit_code_says
from zhicheng.web.shared.units.forms import not_said_yet, unreadable
from zhicheng.web.shared.units.licences import (
    Brought,
    brought_before,
    keep_licence,
    licence_answer,
    licence_context,
    told_at_the_box,
)

TEMPLATE = "public/registration/unit.html"


def notice(request: HttpRequest) -> HttpResponse:
    """Step 1."""
    return read_notice(request)


def credit_code(request: HttpRequest) -> HttpResponse:
    """What a credit code says about its unit, for the script that asks when it was typed."""
    if too_many(request, what="lookup"):
        return braked_lookup(request)
    own_id = actor_of(request).organization_id  # a unit that looks at its own code under 我的信息
    return render(request, "shared/units/credit_code_answer.html", credit_code_says(request.GET.dict(), own_id=own_id))


@require_POST
def licence(request: HttpRequest) -> HttpResponse:
    """Keep a licence that was just chosen, for the script that sends it ahead of the form."""
    ready = accepted_or_back(request)
    if isinstance(ready, HttpResponse):
        return ready
    if request.FILES and too_many(request):
        return braked(request)
    return licence_answer(request, actor_id=None, address=reverse("register_unit_licence"))


def register(request: HttpRequest) -> HttpResponse:
    """Step 2: one form. “上传” keeps the licence without a script, and everything typed with it."""
    ready = accepted_or_back(request)
    if isinstance(ready, HttpResponse):
        return ready
    notice_in_force, accepted = ready
    if request.method != "POST":
        form = UnitRegistrationForm(initial={"invitation": request.GET.get("invitation", "")[:LONGEST]})
        return _checked(request) or render(request, TEMPLATE, {"form": form, **_around({})})
    if too_many(request, number=request.POST.get("id_number", "")):
        return braked(request)
    brought, typed = keep_licence(request, actor_id=None), request.POST.dict()
    if brought.checking is not None and keep_typed(request, token=brought.token):
        return go(request, f"{reverse('register_unit')}?checking=1")
    forget_typed(request)
    file, problems = brought.file, brought.problems
    around = {**_around(typed), **licence_context(brought, address=reverse("register_unit_licence"))}
    if "keep" in request.POST or brought.checking is not None:
        context = {"form": UnitRegistrationForm(initial=typed), **around, "problems": problems}
        return render(request, TEMPLATE, context, status=422 if problems else 200)
    form = UnitRegistrationForm(request.POST)
    form.is_valid()
    try:
        actions.register_unit(
            administrator=form.particulars(),
            password=form.cleaned_data.get("password", ""),
            unit=form.unit_particulars(),
            licence=form.licence(file.pk if file else None),
            year=notice_in_force.year,
            acceptance=accepted,
            invitation=form.cleaned_data.get("invitation", ""),
            unreadable=[*unreadable(form), *problems],
        )
    except Refused as refused:
        told = not_said_yet(form, refused.problems)
        return render_refused(request, TEMPLATE, {"form": form, **around, **told_at_the_box(told)}, told)
    office = queries.receiving_office(form.unit_particulars().receiving_office_id)
    return finish(
        request,
        "unit",
        email=form.particulars().tidied().email,
        office=office.name if office else "",
        differs=code_differs(typed.get("uscc", ""), typed.get("receiving_office", "")),
    )


def _checked(request: HttpRequest) -> HttpResponse | None:
    """The form as it was sent with a licence that had to be examined first; until it has been, the page that waits for it."""
    record = typed_before(request)
    if not record:
        return None
    brought, typed = brought_before(record["token"]), record["typed"]
    if brought.checking is not None:
        return checking_page(request, [brought.checking])
    around = {**_around(typed), **licence_context(brought, address=reverse("register_unit_licence"))}
    context = {"form": UnitRegistrationForm(initial=typed), **around, "problems": brought.problems, "checked": record}
    return render(request, TEMPLATE, context)


def _around(typed: dict[str, str]) -> dict[str, Any]:
    """What stands around the form: the steps, and what the credit code says so far."""
    return {
        "step_names": step_names("unit"),
        **licence_context(Brought(), address=reverse("register_unit_licence")),
        **credit_code_says(typed),
    }
