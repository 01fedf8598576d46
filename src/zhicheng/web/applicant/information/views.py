"""我的信息 of a person."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import User
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.fields import mask_own_id_number
from zhicheng.foundation.quiet import quiet_hours
from zhicheng.messages import gateway
from zhicheng.messages.sms import choose_sms, sms_of, wants_sms
from zhicheng.organizations import actions
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import unit_may_work
from zhicheng.web.applicant.information.forms import ContactForm, EmployerForm
from zhicheng.web.public.registration.person import employers_found
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.http import actor_of, go, render_refused, whole_number
from zhicheng.web.shared.limits import too_many
from zhicheng.web.shared.units.round import current_year
from zhicheng.web.shared.units.rows import Row


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _employer(request: HttpRequest) -> Organization | None:
    """Where the person works now, as the request found."""
    return Organization.objects.filter(pk=actor_of(request).organization_id or 0).first()


def _identity_note(person: User) -> str:
    """Whether somebody has seen the card, and what there is to do about it."""
    if not person.id_number:
        return _("原来登记的号码经核实属于他人。请带居民身份证到本单位，由单位提出“更正姓名或身份证号”。")
    if person.identity_confirmed_at is None:
        return _("身份未核实：请带居民身份证到本单位人事部门核实，每人只需一次。")
    return _("身份已核实")


def show(request: HttpRequest) -> HttpResponse:
    """What is kept about the person, and where each part is changed."""
    person = _person(request)
    employer = _employer(request)
    rows = [
        Row("name", _("姓名"), person.name),
        Row("id_number", _("身份证号"), mask_own_id_number(person.id_number), note=_identity_note(person)),
        Row("birth_date", _("出生日期"), person.birth_date.isoformat() if person.birth_date else ""),
        Row("username", _("登录名"), person.username),
    ]
    contact = [
        Row("mobile", _("手机号码"), person.mobile),
        Row("position", _("职务"), person.position),
        Row("email", _("电子邮箱"), person.email),
    ]
    context = {
        "rows": rows,
        "contact": contact,
        "sms": _sms(person),
        "employer": employer,
        "hindrances": unit_may_work(employer, current_year()) if employer else [],
    }
    return render(request, "applicant/information.html", context)


def _sms(person: User) -> dict[str, Any] | None:
    """短信提醒: whether the person gets them, what one costs and who pays; nothing where this instance sends none."""
    if not gateway.is_there():
        return None
    return {
        "wanted": wants_sms(person.pk),
        "sent": sms_of(person.pk),
        "price": settings.SMS_PRICE,
        "quiet": quiet_hours(),
        "number": person.mobile,
    }


@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    """短信提醒: wanted, or not any more."""
    wanted = request.POST.get("wanted") == "yes"
    if wanted and not (gateway.is_there() and _person(request).mobile):
        messages.error(request, _("请先在联系方式中填写手机号码。"))
        return go(request, "person_information")
    choose_sms(user_id=actor_of(request).account_id, wanted=wanted)
    messages.success(request, _("短信提醒已开通。") if wanted else _("短信提醒已关闭。"))
    return go(request, "person_information")


def contact(request: HttpRequest) -> HttpResponse:
    """Change mobile and position."""
    person = _person(request)
    template = "applicant/information_contact.html"
    if request.method != "POST":
        form = ContactForm(initial={"mobile": person.mobile, "position": person.position})
        return render(request, template, {"form": form})
    form = ContactForm(request.POST)
    if not form.is_valid():
        return render_refused(request, template, {"form": form})
    try:
        accounts.change_contact(user_id=person.pk, **form.cleaned_data)
    except Refused as refused:
        return render_refused(request, template, {"form": form}, refused)
    messages.success(request, _("联系方式已更新。"))
    return go(request, "person_information")


def employer(request: HttpRequest) -> HttpResponse:
    """变更工作单位. “查找” works without a script."""
    template = "applicant/information_employer.html"
    data = request.POST if request.method == "POST" else request.GET
    if {"employer_words", "employer_id"} & data.keys() and too_many(request, what="lookup"):
        return braked(request)
    if request.method != "POST" or "find" in request.POST:
        context = {"employer": _employer(request), **employers_found(data)}
        return render(request, template, {"form": EmployerForm(), **context})
    form = EmployerForm(request.POST)
    form.is_valid()
    chosen = whole_number(form.cleaned_data.get("employer_id", ""))
    try:
        actions.change_employer(user_id=actor_of(request).account_id, employer_id=chosen)
    except Refused as refused:
        context = {"form": form, "employer": _employer(request), **employers_found(data)}
        return render_refused(request, template, context, refused)
    messages.success(request, _("工作单位已变更。正在办理的申请书仍由原单位办理。"))
    return go(request, "person_information")
