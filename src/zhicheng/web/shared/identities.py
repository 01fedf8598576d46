"""身份核实: a unit confirms its employees, a county everybody at its units, once the card was seen (S-07, S-18). One page for both."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhicheng.foundation.errors import Refused
from zhicheng.foundation.fields import mask_id_number
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actors import Role
from zhicheng.web.shared.forms import DateField, Form, needed
from zhicheng.web.shared.http import actor_of, go, render_refused, whole_number
from zhicheng.web.shared.paging import page_of
from zhicheng.web.shared.units.round import current_year

TEMPLATE = "shared/identities.html"


class CardForm(Form):
    """On which day the cards were seen, and that they were."""

    card_seen_on = needed(DateField(label=gettext_lazy("查验身份证原件的日期")))
    checked = needed(forms.BooleanField(label=gettext_lazy("已逐一当面核对所选人员的居民身份证原件，姓名和号码一致")))


def confirm(request: HttpRequest) -> HttpResponse:
    """Who is not confirmed yet, by name, to be ticked; ``all`` ticks the whole page. The answer names everybody it was done for."""
    form = CardForm(request.POST or None)
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request, form))
    form.is_valid()
    chosen = [number for number in map(whole_number, request.POST.getlist("people")) if number is not None]
    try:
        done = actions.confirm_people(
            actor=actor_of(request),
            user_ids=chosen,
            card_seen_on=form.cleaned_data.get("card_seen_on"),
            checked=form.cleaned_data.get("checked", False),
            year=current_year(),
        )
    except Refused as refused:
        told = [problem for problem in refused.problems if problem.where not in form.errors]
        return render_refused(request, TEMPLATE, _context(request, form, chosen), told)
    said = ngettext("已核实 %(n)d 人的身份：%(names)s。", "已核实 %(n)d 人的身份：%(names)s。", len(done))
    messages.success(request, said % {"n": len(done), "names": "、".join(one.name for one in done) or _("所选人员此前都已核实")})
    return go(request, "unit_identities" if actor_of(request).role is Role.UNIT else "office_identities")


def _context(request: HttpRequest, form: CardForm, chosen: list[int] | None = None) -> dict[str, Any]:
    actor, words = actor_of(request), " ".join(request.GET.get("name", "").split())
    people = queries.confirmable_by(actor).filter(identity_confirmed_at__isnull=True)
    page = page_of(request, people.filter(name__icontains=words) if words else people, order=("name", "id"))
    units = queries.employers_of([person.pk for person in page]) if actor.role is not Role.UNIT else {}
    ticked = set(chosen or []) if "all" not in request.GET else {person.pk for person in page}
    rows = [(one, mask_id_number(one.id_number), units.get(one.pk, ""), one.pk in ticked) for one in page]
    return {"form": form, "page": page, "rows": rows, "words": words, "is_unit": actor.role is Role.UNIT}
