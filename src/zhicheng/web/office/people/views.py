"""The queue of account requests, one request, the answers; and the county's own request for a unit's administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhicheng.accounts.models import User
from zhicheng.accounts.queries import number_is_held, person_index
from zhicheng.accounts.rules import mask_mailbox
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import marked_pages, what_is_said
from zhicheng.evidence.serving import preview_response
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions, persons, queries, rules
from zhicheng.organizations.actions.account_decisions import needs_card
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.contested import holder_of_asked, holders_of_asked
from zhicheng.organizations.models import AccountRequest, AccountRequestKind, AccountRequestState
from zhicheng.web.office.people.forms import AdministratorFactorForm, AdministratorForm, ApproveForm, RefuseForm, ReleaseForm
from zhicheng.web.shared.account_requests import (
    SendRequest,
    days_waiting,
    deed_for_person,
    rows_of,
    send_factor_request,
    send_mailbox_request,
)
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import OutOfReachError, actor_of, go, object_or_404, render_refused
from zhicheng.web.shared.kept_words import Deed, Typed, deed_for
from zhicheng.web.shared.looks import give_file, note_file_given
from zhicheng.web.shared.paging import page_of

CASE = "office/people/request.html"
ADMINISTRATOR = "office/people/administrator.html"
ADMINISTRATOR_FACTOR = "office/people/administrator_factor.html"


def show_queue(request: HttpRequest) -> HttpResponse:
    """What waits, longest first; or what was decided, newest first."""
    actor, past = actor_of(request), request.GET.get("show") == "past"
    if past:
        page = page_of(request, queries.past_account_requests(actor), order=("-requested_at", "-id"))
    else:
        page = page_of(request, queries.pending_account_requests(actor), order=("requested_at", "id"))
    today = clock.today()
    waited = [(row, days_waiting(row, today)) for row in page]
    held = holders_of_asked(page) if actor.role is Role.PREFECTURE and not past else {}
    rows = [(row, days, rules.waits_long(days), row.pk in held) for row, days in waited]
    return render(request, "office/people/requests.html", {"page": page, "rows": rows, "past": past})


def show_case(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request."""
    return render(request, CASE, _context(actor_of(request), _request_or_404(request, request_id)))


@require_POST
def approve(request: HttpRequest, request_id: int) -> HttpResponse:
    """审核通过."""
    row = _request_or_404(request, request_id)
    settles = _settled_here(actor_of(request), row) is not None
    form = ApproveForm(request.POST, needs_card=needs_card(row), settles=settles, auto_id="approve_%s")
    if not form.is_valid():
        return render_refused(request, CASE, _context(actor_of(request), row, approve_form=form, form=form))
    try:
        done = actions.decide_account_request(
            actor=actor_of(request),
            request_id=row.pk,
            approve=True,
            reason=form.cleaned_data.get("reason", ""),
            last_characters=form.cleaned_data.get("last_characters", ""),
        )
    except Refused as refused:
        return _refused(request, row.pk, refused, approve_form=form)
    if done.kind == AccountRequestKind.MAILBOX:
        said = _("%(name)s：已通过，确认链接已发到新邮箱，24 小时内有效。")
    elif done.kind == AccountRequestKind.FACTOR:
        said = _("%(name)s：两步验证已去掉，各处的登录已退出，已发邮件告知本人和提出申请的人。")
    else:
        said = _("%(name)s：姓名和身份证号已更正，已发邮件告知本人和单位。")
    messages.success(request, said % {"name": done.new_name or done.old_name})
    return go(request, "office_account_requests")


@require_POST
def refuse(request: HttpRequest, request_id: int) -> HttpResponse:
    """不予通过."""
    row = _request_or_404(request, request_id)
    form = RefuseForm(request.POST, auto_id="refuse_%s")
    form.is_valid()
    reason = form.cleaned_data.get("reason", "")
    try:
        actions.decide_account_request(actor=actor_of(request), request_id=row.pk, approve=False, reason=reason)
    except Refused as refused:
        return _refused(request, row.pk, refused, refuse_form=form)
    messages.success(request, _("%(name)s：未通过，理由已发邮件告知申请单位。") % {"name": row.old_name})
    return go(request, "office_account_requests")


@require_POST
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """撤回 what this office itself asked for."""
    row = _request_or_404(request, request_id)
    try:
        actions.withdraw_account_request(actor=actor_of(request), request_id=row.pk)
    except Refused as refused:
        return _refused(request, row.pk, refused)
    messages.success(request, _("已撤回为%(name)s提出的申请。") % {"name": row.old_name})
    return go(request, "office_account_requests")


@require_POST
def release(request: HttpRequest, request_id: int) -> HttpResponse:
    """放行原号码: it belongs to somebody else, who may register. The prefecture only."""
    row = _request_or_404(request, request_id)
    form = ReleaseForm(request.POST, auto_id="release_%s")
    form.is_valid()
    try:
        actions.release_left_number(actor=actor_of(request), request_id=row.pk, reason=form.cleaned_data.get("reason", ""))
    except Refused as refused:
        return _refused(request, row.pk, refused, release_form=form)
    messages.success(request, _("原号码已放行，可以用于注册。"))
    return go(request, "office_account_request", row.pk)


def scan_file(request: HttpRequest, request_id: int) -> HttpResponseBase:
    """The scan of the card."""
    file = _scan_or_404(request, request_id)
    return give_file(request, file, subject=f"account_request:{request_id}")


def scan_preview(request: HttpRequest, request_id: int, page: int) -> HttpResponseBase:
    """A picture of one page of it."""
    file = _scan_or_404(request, request_id)
    response = preview_response(file, page=page, width=960)
    return note_file_given(request, response, subject=f"account_request:{request_id}", file=file, sheet=page)


def show_administrators(request: HttpRequest) -> HttpResponse:
    """单位管理员 of the county's units, by name; ``name`` narrows the list."""
    words = " ".join(request.GET.get("name", "").split())
    people = queries.unit_administrators_for(actor_of(request))
    page = page_of(request, people.filter(name__icontains=words) if words else people, order=("name", "id"))
    units = queries.employers_of([person.pk for person in page])
    rows = [(person, units.get(person.pk, ""), mask_mailbox(person.email)) for person in page]
    return render(request, "office/people/administrators.html", {"page": page, "rows": rows, "words": words})


def ask_mailbox(request: HttpRequest, user_id: int) -> HttpResponse:
    """邮箱遗失 of a unit's administrator: this office saw the card, the prefecture decides."""
    return _ask(request, user_id, AdministratorForm(request.POST or None), ADMINISTRATOR, send_mailbox_request)


def ask_factor_removal(request: HttpRequest, user_id: int) -> HttpResponse:
    """两步验证遗失 of a unit's administrator: this office saw the card, the prefecture decides."""
    return _ask(request, user_id, AdministratorFactorForm(request.POST or None), ADMINISTRATOR_FACTOR, send_factor_request)


def _ask(request: HttpRequest, user_id: int, form: Form, template: str, send: SendRequest) -> HttpResponse:
    person = object_or_404(queries.unit_administrators_for(actor_of(request)), pk=user_id)
    unit = queries.employers_of([person.pk]).get(person.pk, "")
    context = {"form": form, "person": person, "unit": unit, "mailbox": mask_mailbox(person.email)}
    if request.method != "POST":
        return render(request, template, context)
    try:
        row = send(request, person, form)
    except Refused as refused:
        return render_refused(request, template, context, refused)
    messages.success(request, _("已提交%(office)s。审核结果会发到您的邮箱。") % {"office": row.office.name})
    return go(request, "office_account_requests")


def _request_or_404(request: HttpRequest, request_id: int) -> AccountRequest:
    return object_or_404(queries.account_requests_for(actor_of(request)), pk=request_id)


def _scan_or_404(request: HttpRequest, request_id: int) -> EvidenceFile:
    scan = _request_or_404(request, request_id).scan
    if scan is None:
        raise OutOfReachError(f"account request {request_id} has no scan")
    return scan


def _refused(request: HttpRequest, request_id: int, refused: Refused, **forms: Any) -> HttpResponse:
    """The case as it is now: when a colleague was faster it shows what was decided instead of the buttons."""
    row = _request_or_404(request, request_id)
    open_still = row.state == AccountRequestState.PENDING or "release_form" in forms
    shown = {**forms, "form": next(iter(forms.values()), None)} if open_still else {}
    return render_refused(request, CASE, _context(actor_of(request), row, **shown), refused)


def _context(actor: Actor, row: AccountRequest, **forms: Any) -> dict[str, Any]:
    left = row.kind == AccountRequestKind.CORRECTION and row.state == AccountRequestState.DONE
    pending = row.state == AccountRequestState.PENDING
    index, holder = person_index(row.old_number), _settled_here(actor, row)
    return {
        "row": row,
        "rows": rows_of(row),
        "decides": pending and queries.may_decide(actor, row) and row.requested_by_id != actor.user_id,
        "withdraws": row.state in queries.OPEN_REQUEST and row.requested_for_id == actor.organization_id,
        "over": rules.link_has_run_out(row, clock.now()),
        "needs_card": needs_card(row),
        "follows": persons.kept_under(index) if pending and row.kind == AccountRequestKind.CORRECTION else {},
        "releases": left and actor.role is Role.PREFECTURE and number_is_held(index),
        "pages": marked_pages(row.scan, row.scan.pages) if row.scan else (),
        "said": what_is_said(row.scan) if row.scan else None,
        "holder": holder,
        "holder_at": queries.employers_of([holder.pk]).get(holder.pk, "") if holder is not None else "",
        "approve_form": ApproveForm(needs_card=needs_card(row), settles=holder is not None, auto_id="approve_%s"),
        "refuse_form": RefuseForm(auto_id="refuse_%s"),
        "release_form": ReleaseForm(auto_id="release_%s"),
        "form": None,
        **forms,
    }


def _settled_here(actor: Actor, row: AccountRequest) -> User | None:
    """The account from which the prefecture would take the number, for the prefecture alone: a county is told when it approves."""
    pending = row.state == AccountRequestState.PENDING
    return holder_of_asked(row) if pending and actor.role is Role.PREFECTURE else None


def _deed(step: Any) -> Deed:
    """What is answered to which request, as long as this office has it."""

    def say(request: HttpRequest, kwargs: Mapping[str, Any]) -> list[Typed]:
        row = queries.account_requests_for(actor_of(request)).filter(pk=kwargs["request_id"]).first()
        if row is None:
            raise OutOfReachError(f"account request {kwargs['request_id']}")
        return [Typed(_("办理"), str(step)), Typed(_("申请"), row.get_kind_display()), Typed(_("姓名"), row.old_name)]

    return say


for _name, _step in {"approve": gettext_lazy("审核通过"), "refuse": gettext_lazy("不予通过")}.items():
    deed_for(f"office_account_{_name}")(_deed(_step))
for _kind in (AccountRequestKind.MAILBOX, AccountRequestKind.FACTOR):
    deed_for(f"office_administrator_{_kind}")(deed_for_person(_kind, queries.unit_administrators_for))
