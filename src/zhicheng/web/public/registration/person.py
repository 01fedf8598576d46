"""个人注册 (S-18)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions, queries
from zhicheng.web.public.confirmation import remember_registered
from zhicheng.web.public.registration.forms import INVITES, PersonForm
from zhicheng.web.public.registration.notices import RegistrationNotice, registration_notice
from zhicheng.web.public.registration.views import changed_words, closed, finish, step_names
from zhicheng.web.shared.braked import braked, braked_lookup
from zhicheng.web.shared.http import render_refused, whole_number
from zhicheng.web.shared.limits import too_many
from zhicheng.web.shared.units.forms import not_said_yet, unreadable

TEMPLATE = "public/registration/person.html"


def employers(request: HttpRequest) -> HttpResponse:
    """What was found, for the script that asks while one types."""
    if too_many(request, what="lookup"):
        return braked_lookup(request)
    return render(request, "public/registration/employers.html", employers_found(request.GET))


def employers_found(data: Any) -> dict[str, Any]:
    """The employers that match ``employer_words``, the chosen one first and kept whatever is looked for next."""
    words, chosen_id = data.get("employer_words", ""), data.get("employer_id", "")
    chosen = queries.listed_employer(whole_number(chosen_id))
    matching = queries.search_employers(words)
    found = [e for e in matching if chosen is None or e.id != chosen.pk]
    typed = len(" ".join(words.split()))
    return {
        "employer_words": words,
        "employer_chosen": queries.employer_found(chosen) if chosen is not None else None,
        "employers": found,
        "employers_more": len(matching) >= queries.SEARCH_LIMIT,
        "employers_asked": typed >= queries.SEARCH_LEAST,
        "employers_too_short": 0 < typed < queries.SEARCH_LEAST,
        "employer_invites": chosen_id == INVITES,
        "registering": bool(data.get("registering")),  # not a change of employers
    }


def _context(request: HttpRequest, notice: RegistrationNotice, form: PersonForm) -> dict[str, Any]:
    found = employers_found(request.POST) | {"registering": True}
    return {"form": form, "notice": notice, "step_names": step_names("person"), **found}


def _typed(request: HttpRequest, notice: RegistrationNotice) -> PersonForm:
    """What was typed. A tick below a text that changed meanwhile counts for nothing: it has to be read again (S-10)."""
    typed = request.POST.copy()
    if typed.get("shown") == notice.sha256:
        return PersonForm(typed)
    ticked = typed.pop("accepted", None)
    typed["shown"] = notice.sha256
    form = PersonForm(typed)
    if ticked:
        form.fields["accepted"].error_messages["required"] = changed_words()
    return form


def register(request: HttpRequest) -> HttpResponse:
    """注册须知 and one form below it. “查找” looks for the employer without a script and keeps everything typed."""
    notice = registration_notice("person")
    if notice is None:
        return closed(request, "person")
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request, notice, PersonForm(initial={"shown": notice.sha256})))
    finds = "find" in request.POST
    if too_many(request, what="lookup") if finds else too_many(request, number=request.POST.get("id_number", "")):
        return braked(request)
    form = _typed(request, notice)
    if finds:
        return render(
            request, TEMPLATE, _context(request, notice, PersonForm(initial={name: form.data[name] for name in form.data}))
        )
    form.is_valid()
    person = form.particulars()
    try:
        user = actions.register_applicant(
            name=person.name,
            id_number=person.id_number,
            mobile=person.mobile,
            email=person.email,
            username=person.username,
            password=form.cleaned_data.get("password", ""),
            employer_id=form.employer(),
            invites=form.invites(),
            acceptance=notice.accepted_now() if form.cleaned_data.get("accepted") else None,
            unreadable=unreadable(form),
        )
    except Refused as refused:
        problems = [p for p in not_said_yet(form, refused.problems) if p.code != "notice_not_accepted"]  # said beside the tick
        return render_refused(request, TEMPLATE, _context(request, notice, form), problems)
    remember_registered(request, user)
    return finish(request, "person", email=person.tidied().email, invites=form.employer() is None)
