"""我的信息: state, reasons, the request that is due, the people at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actions.unit_parts import particulars_of
from zhicheng.organizations.models import UnitVerification, VerificationKind, VerificationState
from zhicheng.organizations.queries import Standing
from zhicheng.organizations.rules import UnitParticulars, next_request, waits_long
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.checking import checking_page, forget_typed, keep_typed, typed_before
from zhicheng.web.shared.files import file_answer
from zhicheng.web.shared.http import actor_of, go, object_or_404, render_refused
from zhicheng.web.shared.limits import too_many
from zhicheng.web.shared.units.credit_codes import credit_code_says
from zhicheng.web.shared.units.forms import initial_of, not_said_yet, unreadable
from zhicheng.web.shared.units.licences import (
    Brought,
    brought_before,
    keep_licence,
    licence_answer,
    licence_context,
    told_at_the_box,
)
from zhicheng.web.shared.units.round import current_year
from zhicheng.web.shared.units.rows import reasons_of, rows_of, rows_of_request
from zhicheng.web.unit.information.forms import ColleagueForm, ReportMailsForm, RequestForm

INFORMATION = "unit/information.html"
FORM = "unit/information_form.html"
COLLEAGUE = "unit/information_colleague.html"


@dataclass(frozen=True, slots=True)
class Advice:
    """What stands at the top of 我的信息: where the unit is, and what it can do now."""

    tone: str
    title: str
    text: str


def show(request: HttpRequest) -> HttpResponse:
    """Where the unit stands for this year."""
    return render(request, INFORMATION, _shown(_standing(request)))


@require_POST
def report_mails(request: HttpRequest) -> HttpResponse:
    """上报提醒: how the unit hears of what its people report."""
    form = ReportMailsForm(request.POST)
    if not form.is_valid():
        return render_refused(request, INFORMATION, _shown(_standing(request)) | {"report_form": form})
    actions.choose_report_mails(actor=actor_of(request), how=form.cleaned_data["how"])
    messages.success(request, _("上报提醒的方式已保存。"))
    return go(request, "unit_information")


def _shown(standing: Standing) -> dict[str, Any]:
    pending = standing.pending
    in_force = standing.organization.verified_year is not None
    context: dict[str, Any] = {
        "standing": standing,
        "organization": standing.organization,
        "advice": advice_for(standing),
        "due": next_request(standing.organization, standing.year),
        "reasons": reasons_of(standing.latest),
        "rows": rows_of(particulars_of(standing.organization).as_json()) if in_force or not standing.latest else [],
        "pending_rows": rows_of_request(pending) if pending else [],
        "staff": queries.colleagues_of(standing.organization.pk),
        "report_form": ReportMailsForm(initial={"how": standing.organization.report_mails}),
    }
    if not context["rows"] and not pending and standing.latest:
        context["rows"] = rows_of_request(standing.latest)
    return context


def edit(request: HttpRequest) -> HttpResponse:
    """The request that is due: a returned registration again, the yearly 核实, or a change."""
    standing = _standing(request)
    kind = next_request(standing.organization, standing.year)
    if standing.pending is not None and request.method != "POST":
        messages.info(request, _("本单位已有一份申请在审核中，审核完成前不能再提交。"))
        return go(request, "unit_information")
    said = _returned(standing.latest)
    if request.method != "POST":
        if (checked := _checked(request, standing, kind)) is not None:
            return checked
        form = RequestForm(kind=kind, reasons=said, initial=_initial(standing, kind))
        around = _around(standing, kind, form.initial)
        return render(request, FORM, {"form": form, **around, **_licence_handed_in(standing)})
    if too_many(request, what="lookup"):  # the page says whose a credit code is
        return braked(request)
    actor = actor_of(request)
    brought, typed = keep_licence(request, actor_id=actor.user_id), request.POST.dict()
    if brought.checking is not None and keep_typed(request, token=brought.token):
        return go(request, f"{reverse('unit_information_edit')}?checking=1")
    forget_typed(request)
    file, problems = brought.file, brought.problems
    if "keep" in request.POST or brought.checking is not None:
        around = _around_sent(standing, kind, typed, brought)
        context = {"form": RequestForm(kind=kind, reasons=said, initial=typed), **around, "problems": problems}
        return render(request, FORM, context, status=422 if problems else 200)
    form = RequestForm(request.POST, kind=kind, reasons=said)
    form.is_valid()
    request_facts: dict[str, Any] = {
        "actor": actor,
        "unit": form.unit_particulars(),
        "licence": form.licence(file.pk if file else None),
        "year": standing.year,
        "unreadable": [*unreadable(form), *problems],
    }
    try:
        _send(kind, form, request_facts)
    except Refused as refused:
        told, around = not_said_yet(form, refused.problems), _around_sent(standing, kind, typed, brought)
        return render_refused(request, FORM, {"form": form, **around, **told_at_the_box(told)}, told)
    messages.success(request, _("已提交，等待材料接收部门审核。审核结果会发到您的邮箱。"))
    return go(request, "unit_information")


def _around_sent(standing: Standing, kind: VerificationKind, typed: dict[str, Any], brought: Brought) -> dict[str, Any]:
    """What stands around the form when it is shown again with what was typed and the licence that came with it."""
    return {**_around(standing, kind, typed), **licence_context(brought, address=reverse("unit_information_licence"))}


def _checked(request: HttpRequest, standing: Standing, kind: VerificationKind) -> HttpResponse | None:
    """The form as it was sent with a licence that had to be examined first; until it has been, the page that waits for it."""
    record = typed_before(request)
    if not record:
        return None
    brought, typed = brought_before(record["token"]), record["typed"]
    if brought.checking is not None:
        return checking_page(request, [brought.checking])
    around = _around_sent(standing, kind, typed, brought)
    form = RequestForm(kind=kind, reasons=_returned(standing.latest), initial=typed)
    return render(request, FORM, {"form": form, **around, "problems": brought.problems, "checked": record})


@require_POST
def licence(request: HttpRequest) -> HttpResponse:
    """Keep a licence that was just chosen, for the script that sends it ahead of the form."""
    return licence_answer(request, actor_id=actor_of(request).user_id, address=reverse("unit_information_licence"))


@require_safe
def licence_file(request: HttpRequest, verification_id: int) -> HttpResponseBase:
    """The licence of one of the unit's own requests."""
    verification = object_or_404(queries.verifications_for(actor_of(request)).select_related("licence"), pk=verification_id)
    return file_answer(request, verification.licence)


def colleague(request: HttpRequest) -> HttpResponse:
    """增加经办人: a second person at the desk, so that nobody reviews themself (S-08)."""
    if request.method != "POST":
        return render(request, COLLEAGUE, {"form": ColleagueForm()})
    if too_many(request, number=request.POST.get("id_number", ""), what="colleague"):
        return braked(request)
    form = ColleagueForm(request.POST)
    if not form.is_valid():
        return render_refused(request, COLLEAGUE, {"form": form})
    person = form.particulars()
    try:
        user = actions.add_unit_staff(
            actor=actor_of(request),
            name=person.name,
            id_number=person.id_number,
            mobile=person.mobile,
            email=person.email,
            username=person.username,
            position=person.position,
        )
    except Refused as refused:
        return render_refused(request, COLLEAGUE, {"form": form}, refused)
    messages.success(request, _("已为%(name)s开通账号，设置密码的方法已发到其邮箱。") % {"name": user.name})
    return go(request, "unit_information")


def advice_for(standing: Standing) -> Advice:
    """One sentence for where the unit stands, one for what follows from it."""
    year, latest = standing.year, standing.latest
    if standing.pending is not None:
        text = _("已提交%(office)s，审核结果会发到您的邮箱。") % {"office": standing.pending.office.name}
        text += _waiting(standing.pending)
        if standing.may_work:
            return Advice("info", _("信息变更待审核"), text + _("审核期间仍可受理、审核申报材料。"))
        return Advice(
            "info",
            _("%(kind)s待审核") % {"kind": standing.pending.get_kind_display()},
            text + _("通过之前不能受理、审核申报材料。"),
        )
    if latest is not None and latest.state == VerificationState.RETURNED:
        text = _("请按下面列明的全部意见修改，然后重新提交。")
        return Advice("warn", _("%(kind)s被退回，需要修改") % {"kind": latest.get_kind_display()}, text)
    if standing.may_work:
        return Advice("good", _("%(year)d 年度已审核通过") % {"year": year}, _("可以受理、审核本单位申报人的材料。"))
    text = _("请核实单位名称、联系人及联系电话，上传最新证照，审核通过后再受理、审核申报材料。")
    return Advice("warn", _("需要完成 %(year)d 年度核实") % {"year": year}, text)


def _waiting(pending: UnitVerification) -> str:
    """How long a request has waited, and from a certain day on whom to ask: the applicants' clocks run meanwhile (S-17)."""
    days = (clock.today() - pending.submitted_at.astimezone(clock.BEIJING).date()).days
    if not waits_long(days):
        return ""
    phone = pending.office.contact_phone
    asked = _("可致电 %(phone)s 询问；") % {"phone": phone} if phone else _("可与其联系询问；")
    return _("已等待 %(n)d 天，") % {"n": days} + asked + _("州人力资源和社会保障局也可以代为审核。")


def _returned(verification: UnitVerification | None) -> list[dict[str, str]]:
    if verification is None or verification.state != VerificationState.RETURNED:
        return []
    return list(verification.reasons)


def _standing(request: HttpRequest) -> Standing:
    return queries.standing_of(actor_of(request).organization_id or 0, year=current_year())


def _initial(standing: Standing, kind: VerificationKind) -> dict[str, Any]:
    """What the form starts with: a returned request as it was sent, otherwise the particulars in force.

    At the yearly 核实 the phone is empty: it has to be typed again, so that nobody confirms without looking (S-14).
    """
    latest = standing.latest
    returned = latest is not None and latest.state == VerificationState.RETURNED
    if latest is not None and returned:
        initial = initial_of(UnitParticulars.from_json(latest.proposed)) | {"note": latest.note}
    else:
        initial = initial_of(particulars_of(standing.organization))
    if latest is not None:
        initial |= {"licence_kind": latest.licence_kind}
    if latest is not None and returned:
        initial |= {"licence_issued_on": latest.licence_issued_on, "licence_valid_until": latest.licence_valid_until}
    if kind == VerificationKind.REVERIFICATION:
        initial["contact_phone"] = ""
    return initial


def _licence_handed_in(standing: Standing) -> dict[str, Any]:
    """The licence of a request that was returned for other things: what nobody objected to is not asked for again."""
    latest = standing.latest
    said = _returned(latest)
    kept = latest.licence if latest is not None and said and all(r["field"] != "licence" for r in said) else None
    return licence_context(Brought(file=kept), address=reverse("unit_information_licence"))


def _send(kind: VerificationKind, form: RequestForm, facts: dict[str, Any]) -> None:
    if kind == VerificationKind.REGISTRATION:
        actions.resubmit_registration(**facts)
    elif kind == VerificationKind.REVERIFICATION:
        newest = form.cleaned_data.get("still_newest", False)
        actions.request_reverification(**facts, confirmed=form.confirmed(), still_newest=newest)
    else:
        newest = form.cleaned_data.get("still_newest", False)
        actions.request_change(**facts, note=form.cleaned_data.get("note", ""), still_newest=newest)


def _around(standing: Standing, kind: VerificationKind, typed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "standing": standing,
        "organization": standing.organization,
        "kind": kind,
        "reasons": reasons_of(standing.latest),
        **licence_context(Brought(), address=reverse("unit_information_licence")),
        **credit_code_says({key: str(value) for key, value in typed.items()}, own_id=standing.organization.pk),
    }
