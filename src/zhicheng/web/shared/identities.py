"""身份核实: a unit confirms its employees, a county everybody at its units, once the card was seen (S-07, S-18). One page for both.

The prefecture finds here whose number another account holds: with the card in hand it settles whose it is (decision 10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhicheng.accounts import claims
from zhicheng.accounts.models import User
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.fields import mask_id_number
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import card_of, unit_may_work
from zhicheng.web.shared.forms import CodeField, DateField, Form, half_width, needed
from zhicheng.web.shared.http import actor_of, go, render_refused, whole_number
from zhicheng.web.shared.kept_words import Typed, words_for, words_of_fields
from zhicheng.web.shared.paging import page_of
from zhicheng.web.shared.units.round import current_year

TEMPLATE = "shared/identities.html"


class CardForm(Form):
    """The end of each card in hand, on which day the cards were seen, and that they were. Nothing typed: not one of the people."""

    card_seen_on = needed(DateField(label=gettext_lazy("查验身份证原件的日期")))
    checked = needed(forms.BooleanField(label=gettext_lazy("已逐一当面核对以上填写人员的居民身份证原件，姓名和号码一致")))

    def __init__(self, *args: Any, people: Iterable[User], settles: bool = False, **kwargs: Any) -> None:
        """``settles``: for the prefecture, which takes the number from another account and says why."""
        super().__init__(*args, **kwargs)
        if settles:
            box = forms.Textarea(attrs={"rows": "3"})
            self.fields["reason"] = needed(forms.CharField(label=_("核实的情况"), max_length=500, widget=box))
            self.order_fields(["card_seen_on", "reason", "checked"])
        for one in people:
            attrs = {"class": "w-short mono", "autocomplete": "off", "spellcheck": "false"}
            label = _("%(name)s的身份证号末六位") % {"name": one.name}
            self.fields[card_of(one.pk)] = needed(CodeField(label=label, max_length=20, widget=forms.TextInput(attrs=attrs)))


def confirm(request: HttpRequest) -> HttpResponse:
    """Who is not confirmed yet, by name, each with a field for the end of the card. The answer names everybody it was done for."""
    context = _context(request)
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    form: CardForm = context["form"]
    form.is_valid()
    try:
        done = actions.confirm_people(
            actor=actor_of(request),
            cards=_typed(request),
            card_seen_on=form.cleaned_data.get("card_seen_on"),
            checked=form.cleaned_data.get("checked", False),
            year=current_year(),
            reason=form.cleaned_data.get("reason", ""),
        )
    except Refused as refused:
        told = [problem for problem in refused.problems if problem.where not in form.errors]
        return render_refused(request, TEMPLATE, context, told)
    said = ngettext("已核实 %(n)d 人的身份：%(names)s。", "已核实 %(n)d 人的身份：%(names)s。", len(done))
    messages.success(request, said % {"n": len(done), "names": "、".join(one.name for one in done) or _("所选人员此前都已核实")})
    return go(request, "unit_identities" if actor_of(request).role is Role.UNIT else "office_identities")


@words_for("unit_identities")
@words_for("office_identities")
def _in_words(_place: Mapping[str, Any], data: QueryDict) -> list[Typed]:
    """Who is being confirmed, by name, and the rest: kept while somebody signs in again."""
    people = [
        Typed(_("%(name)s的身份证号末六位") % {"name": data.get(f"who-{key.removeprefix('card-')}", "")}, str(data[key]))
        for key in data
        if key.startswith("card-") and data[key]
    ]
    return [*people, *words_of_fields(CardForm(people=[], settles="reason" in data).fields, data)]


def _typed(request: HttpRequest) -> dict[int, str]:
    """Account → what was typed for it, whether or not the person still stands on this page."""
    there = {
        name.removeprefix("card-"): half_width(str(value)) for name, value in request.POST.items() if name.startswith("card-")
    }
    numbers = {whole_number(name): value for name, value in there.items() if value}
    return {number: value for number, value in numbers.items() if number is not None}


def _gate(actor: Actor) -> list[Problem]:
    """Why the unit may confirm nobody at present, told before anything is filled in; nothing for a county."""
    if actor.role is not Role.UNIT:
        return []
    return unit_may_work(Organization.objects.get(pk=actor.desk_id), current_year())


def _context(request: HttpRequest) -> dict[str, Any]:
    actor, words = actor_of(request), " ".join(request.GET.get("name", "").split())
    people = queries.confirmable_by(actor).filter(identity_confirmed_at__isnull=True)
    page = page_of(request, people.filter(name__icontains=words) if words else people, order=("name", "id"))
    units = queries.employers_of([person.pk for person in page]) if actor.role is not Role.UNIT else {}
    settles = actor.role is Role.PREFECTURE
    holders = claims.holders_besides(page) if settles else {}
    form = CardForm(request.POST or None, people=[one for one in page if one.id_number], settles=settles)
    fields = {one.pk: form[card_of(one.pk)] for one in page if one.id_number}
    at = queries.employers_of([holder.pk for holder in holders.values()]) if holders else {}
    held_at = {pk: (holder, at.get(holder.pk, "")) for pk, holder in holders.items()}
    rows = [(one, mask_id_number(one.id_number), units.get(one.pk, ""), fields.get(one.pk), held_at.get(one.pk)) for one in page]
    told = {"is_unit": actor.role is Role.UNIT, "settles": settles, "gate": _gate(actor)}
    return {"form": form, "page": page, "rows": rows, "words": words, **told}
