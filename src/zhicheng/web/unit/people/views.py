"""The unit's people, what was asked for them, and the three forms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.accounts.models import User
from zhicheng.accounts.rules import mask_mailbox
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.fields import mask_id_number
from zhicheng.organizations import actions, queries, rules
from zhicheng.organizations.models import AccountRequestKind, Organization
from zhicheng.web.shared.account_requests import SendRequest, asked_of, deed_for_person, send_factor_request, send_mailbox_request
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.checking import checking_page, forget_typed, keep_typed, typed_before
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import actor_of, go, object_or_404, render_refused
from zhicheng.web.shared.kept_words import deed_for
from zhicheng.web.shared.limits import too_many
from zhicheng.web.shared.paging import page_of
from zhicheng.web.shared.units.licences import Brought, brought_before, take_brought
from zhicheng.web.shared.units.round import current_year
from zhicheng.web.unit.people.forms import CorrectionForm, MailboxForm, VouchForm

MAILBOX = "unit/people/mailbox.html"
FACTOR = "unit/people/factor.html"
CORRECTION = "unit/people/correction.html"
SCAN_TOKEN = "scan_token"  # noqa: S105 - the name of a form field


def show_people(request: HttpRequest) -> HttpResponse:
    """本单位人员, by name; ``name`` narrows the list."""
    actor, words = actor_of(request), " ".join(request.GET.get("name", "").split())
    people = queries.people_of(actor)
    page = page_of(request, people.filter(name__icontains=words) if words else people, order=("name", "id"))
    rows = [(person, mask_id_number(person.id_number), mask_mailbox(person.email)) for person in page]
    unit = Organization.objects.get(pk=actor.desk_id)
    context = {"page": page, "rows": rows, "words": words, "gate": rules.unit_may_work(unit, current_year())}
    return render(request, "unit/people/people.html", context)


def show_requests(request: HttpRequest) -> HttpResponse:
    """What this unit has asked for its people, newest first."""
    page = page_of(request, queries.account_requests_for(actor_of(request)), order=("-requested_at", "-id"))
    now = clock.now()
    rows = [(row, asked_of(row), row.state in queries.OPEN_REQUEST, rules.link_has_run_out(row, now)) for row in page]
    return render(request, "unit/people/requests.html", {"page": page, "rows": rows})


@require_POST
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """撤回."""
    row = object_or_404(queries.account_requests_for(actor_of(request)), pk=request_id)
    try:
        actions.withdraw_account_request(actor=actor_of(request), request_id=row.pk)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, str(problem.text))
    else:
        messages.success(request, _("已撤回为%(name)s提出的申请。") % {"name": row.old_name})
    return go(request, "unit_account_requests")


def ask_mailbox(request: HttpRequest, user_id: int) -> HttpResponse:
    """邮箱遗失: the unit vouches, the county decides."""
    return _vouch(request, user_id, MailboxForm(request.POST or None), MAILBOX, send_mailbox_request)


def ask_factor_removal(request: HttpRequest, user_id: int) -> HttpResponse:
    """两步验证遗失: app and recovery codes are both lost; the unit vouches, the county decides."""
    return _vouch(request, user_id, VouchForm(request.POST or None), FACTOR, send_factor_request)


def _vouch(request: HttpRequest, user_id: int, form: Form, template: str, send: SendRequest) -> HttpResponse:
    person = _person(request, user_id)
    context = {"form": form, **_about(person)}
    if request.method != "POST":
        return render(request, template, context)
    if too_many(request, what="vouching"):
        return braked(request)
    try:
        row = send(request, person, form)
    except Refused as refused:
        return render_refused(request, template, context, refused)
    messages.success(request, _("已提交%(office)s。审核结果会发到您的邮箱。") % {"office": row.office.name})
    return go(request, "unit_account_requests")


def ask_correction(request: HttpRequest, user_id: int) -> HttpResponse:
    """更正姓名或身份证号. The scan is kept first, so that it survives every error of the form around it."""
    person = _person(request, user_id)
    if request.method != "POST":
        form = CorrectionForm(initial={"name": person.name})
        return _checked(request, person) or render(request, CORRECTION, {"form": form, **_about(person)})
    if too_many(request, number=request.POST.get("id_number", ""), what="vouching"):
        return braked(request)
    brought = take_brought(request, field="scan", token_field=SCAN_TOKEN, actor_id=actor_of(request).account_id)
    if brought.checking is not None and keep_typed(request, token=brought.token):
        return go(request, f"{reverse('unit_person_correction', args=[person.pk])}?checking=1")
    forget_typed(request)
    form = CorrectionForm(request.POST)
    form.is_valid()
    scan, problems = brought.file, brought.problems
    context = {"form": form, **_about(person), **_scan(brought)}
    try:
        row = actions.request_correction(
            actor=actor_of(request),
            user_id=person.pk,
            name=form.cleaned_data.get("name", ""),
            id_number=form.cleaned_data.get("id_number", ""),
            statement=form.cleaned_data.get("statement", ""),
            identity_checked=form.cleaned_data.get("identity_checked", False),
            scan_id=scan.pk if scan else None,
            year=current_year(),
        )
    except Refused as refused:
        told = [p for p in refused.problems if not (problems and p.code == "scan_missing")]
        return render_refused(request, CORRECTION, context, [*problems, *told])
    messages.success(request, _("已提交%(office)s。审核结果会发到您的邮箱。") % {"office": row.office.name})
    return go(request, "unit_account_requests")


def _person(request: HttpRequest, user_id: int) -> User:
    return object_or_404(queries.people_of(actor_of(request)), pk=user_id)


def _about(person: User) -> dict[str, Any]:
    return {"person": person, "number": mask_id_number(person.id_number), "mailbox": mask_mailbox(person.email)}


def _scan(brought: Brought) -> dict[str, Any]:
    return {"scan": brought.file, "scan_token": brought.token, "scan_checking": brought.checking}


def _checked(request: HttpRequest, person: User) -> HttpResponse | None:
    """The form as it was sent with a scan that had to be examined first; until it has been, the page that waits for it."""
    record = typed_before(request)
    if not record:
        return None
    brought = brought_before(record["token"])
    if brought.checking is not None:
        return checking_page(request, [brought.checking])
    form = CorrectionForm(initial=record["typed"])
    context = {"form": form, **_about(person), **_scan(brought), "problems": brought.problems, "checked": record}
    return render(request, CORRECTION, context)


for _kind in AccountRequestKind:
    deed_for(f"unit_person_{_kind}")(deed_for_person(_kind, queries.people_of))
