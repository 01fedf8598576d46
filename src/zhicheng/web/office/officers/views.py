"""工作人员: list, open, move, close, open again, and the reset of a lost second factor by two people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.accounts import duties, second_factor, sessions
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import mask_mailbox
from zhicheng.applications.offices import waiting_at
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions, officers
from zhicheng.organizations.actions.account_requests import no_factor
from zhicheng.organizations.actors import Role
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import reset_is_void
from zhicheng.web.office.officers.forms import FactorResetForm, LeaveForm, MoveForm, NumberForm, OfficerForm, ReopenForm
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.http import actor_of, go, object_or_404, render_refused
from zhicheng.web.shared.limits import too_many
from zhicheng.web.shared.paging import page_of

ACT = "office/officers/act.html"


def show_officers(request: HttpRequest) -> HttpResponse:
    """Who works where; ``name`` narrows the list, ``show=closed`` lists those who left. Above it, what waits for a second person."""
    actor, words = actor_of(request), " ".join(request.GET.get("name", "").split())
    closed = request.GET.get("show") == "closed"
    people = officers.officers_for(actor).filter(is_active=not closed)
    page = page_of(request, people.filter(name__icontains=words) if words else people, order=("name", "id"))
    running = officers.system_accounts().exclude(pk=actor.account_id) if actor.role is Role.SECURITY else ()
    waiting = [row for row in officers.pending_resets(actor) if not reset_is_void(row, clock.now())]
    context = {"page": page, "words": words, "closed": closed, "running": running, "waiting": waiting}
    return render(request, "office/officers/list.html", context)


def show_officer(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: where, since when, what became of it, and what can be done."""
    return render(request, "office/officers/officer.html", _context(request, _account_or_404(request, user_id)))


def open_account(request: HttpRequest) -> HttpResponse:
    """开通账号."""
    if request.method == "POST" and too_many(request, number=request.POST.get("id_number", ""), what="officer"):
        return braked(request)
    actor = actor_of(request)
    form = OfficerForm(request.POST or None, offices=officers.offices_for(actor))
    lede = _("开通后，本人和部门都会收到邮件；本人用“忘记登录名或密码”设置密码后即可登录。")
    if actor.role is Role.SECURITY:
        lede += _(
            "安全管理员只为从未有过工作人员、也没有办理过事项的部门开通第一个账号；其他部门由州人力资源和社会保障局办理，"
            "州局没有人时由系统运维在服务器上办理。"
        )
    context = {
        "form": form,
        "title": _("开通账号"),
        "lede": lede,
        "button_text": _("开通账号"),
        "person": None,
    }

    def act(data: dict[str, Any]) -> HttpResponse:
        user = actions.open_officer(actor=actor, **data)
        messages.success(request, _("%(name)s的账号已开通，已发邮件告知本人和部门。") % {"name": user.name})
        return go(request, "office_officer", user.pk)

    return _do(request, form, context, act)


def move(request: HttpRequest, user_id: int) -> HttpResponse:
    """调到其他部门."""
    actor, person = actor_of(request), _officer_or_404(request, user_id)
    office_id: int = person.office_id  # type: ignore[attr-defined]
    form = MoveForm(
        request.POST or None,
        offices=officers.offices_for(actor).exclude(pk=office_id),
        colleagues=officers.others_in(person.pk, office_id),
    )
    lede = _("从现在起在新部门办理，各处的登录会退出；在原部门办理过的记录保留。")
    context: dict[str, Any] = {"form": form, "person": person, "title": _("调到其他部门"), "lede": lede}
    context["button_text"] = _("确认调动")
    if not person.is_active:
        context["over"] = _("账号已经停用，请先重新启用。")

    def act(data: dict[str, Any]) -> HttpResponse:
        actions.move_officer(actor=actor, user_id=person.pk, **data)
        messages.success(request, _("%(name)s已调到新部门，已发邮件告知本人和两个部门。") % {"name": person.name})
        return go(request, "office_officer", person.pk)

    return _do(request, form, context, act, more=lambda: _leaving(office_id))


def close(request: HttpRequest, user_id: int) -> HttpResponse:
    """停用账号."""
    actor, person = actor_of(request), _officer_or_404(request, user_id)
    office_id: int = person.office_id  # type: ignore[attr-defined]
    form = LeaveForm(request.POST or None, colleagues=officers.others_in(person.pk, office_id))
    lede = _("停用后立即退出各处的登录，不能再登录，邮件里的链接也都失效；办理过的记录保留，需要时可以重新启用。")
    context: dict[str, Any] = {"form": form, "person": person, "title": _("停用账号"), "lede": lede}
    context |= {"button_text": _("停用账号"), "button_tone": "danger"}
    if not person.is_active:
        context["over"] = _("这个账号已经停用。")

    def act(data: dict[str, Any]) -> HttpResponse:
        actions.close_officer(actor=actor, user_id=person.pk, **data)
        messages.success(request, _("%(name)s的账号已停用，已发邮件告知本人和部门。") % {"name": person.name})
        return go(request, "office_officer", person.pk)

    return _do(request, form, context, act, more=lambda: _leaving(office_id))


def reopen(request: HttpRequest, user_id: int) -> HttpResponse:
    """重新启用账号."""
    actor, person = actor_of(request), _officer_or_404(request, user_id)
    initial = {"office_id": person.office_id}  # type: ignore[attr-defined]
    form = ReopenForm(request.POST or None, offices=officers.offices_for(actor), initial=initial)
    lede = _("启用后，原来的密码作废，本人用“忘记登录名或密码”设置新密码后即可登录。")
    context: dict[str, Any] = {"form": form, "person": person, "title": _("重新启用账号"), "lede": lede}
    context["button_text"] = _("重新启用")

    if person.is_active:
        context["over"] = _("这个账号正在使用，不需要重新启用。")

    def act(data: dict[str, Any]) -> HttpResponse:
        actions.reopen_officer(actor=actor, user_id=person.pk, **data)
        messages.success(request, _("%(name)s的账号已重新启用，已发邮件告知本人和部门。") % {"name": person.name})
        return go(request, "office_officer", person.pk)

    return _do(request, form, context, act)


def fill_in_number(request: HttpRequest, user_id: int) -> HttpResponse:
    """补填身份证号 of an account that was opened before it was asked for."""
    actor, person = actor_of(request), _officer_or_404(request, user_id)
    form = NumberForm(request.POST or None)
    lede = _("请对照本人居民身份证填写。补填以后不能在这里修改。")
    context: dict[str, Any] = {"form": form, "person": person, "title": _("补填身份证号"), "lede": lede}
    context["button_text"] = _("保存")
    if person.id_number_index:
        context["over"] = duties.number_there().text

    def act(data: dict[str, Any]) -> HttpResponse:
        actions.fill_in_number(actor=actor, user_id=person.pk, **data)
        messages.success(request, _("%(name)s的身份证号已补填，已发邮件告知本人和部门。") % {"name": person.name})
        return go(request, "office_officer", person.pk)

    return _do(request, form, context, act)


@require_POST
def end_sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    """退出各处的登录."""
    person = _officer_or_404(request, user_id)
    try:
        actions.end_officer_sessions(actor=actor_of(request), user_id=person.pk)
    except Refused as refused:
        return render_refused(request, "office/officers/officer.html", _context(request, person), refused)
    messages.success(request, _("%(name)s在各处的登录已退出，已发邮件告知本人。") % {"name": person.name})
    return go(request, "office_officer", person.pk)


@require_POST
def end_session(request: HttpRequest, user_id: int, session_id: int) -> HttpResponse:
    """退出这个登录."""
    person = _officer_or_404(request, user_id)
    try:
        actions.end_officer_session(actor=actor_of(request), user_id=person.pk, session_id=session_id)
    except Refused as refused:
        return render_refused(request, "office/officers/officer.html", _context(request, person), refused)
    messages.success(request, _("%(name)s的这个登录已退出，已发邮件告知本人。") % {"name": person.name})
    return go(request, "office_officer", person.pk)


def ask_factor_reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """申请重置两步验证: the first of the two."""
    actor, person = actor_of(request), _account_or_404(request, user_id)
    form = FactorResetForm(request.POST or None)
    lede = _("请先核实确是本人。提出后由另一人同意，才会重置；本人会立即收到一封提醒邮件。")
    on_server = officers.consent_is_on_the_server(person, actor.user_id)
    if on_server:
        lede += _on_server(person)
    context = {
        "form": form,
        "person": person,
        "title": _("申请重置两步验证"),
        "lede": lede,
        "button_text": _("提出申请"),
    }

    def act(data: dict[str, Any]) -> HttpResponse:
        actions.request_factor_reset(actor=actor, user_id=person.pk, **data)
        messages.success(request, _("已提出，等待另一人同意，7天内有效。") + (_on_server(person) if on_server else ""))
        return go(request, "office_officer", person.pk)

    return _do(request, form, context, act, more=lambda: {"over": _no_reset(person)})


@require_POST
def decide_factor_reset(request: HttpRequest, request_id: int) -> HttpResponse:
    """同意 or 不同意: the second of the two."""
    row = object_or_404(officers.resets_for(actor_of(request)), pk=request_id)
    consent = request.POST.get("decision") == "consent"
    try:
        actions.decide_factor_reset(actor=actor_of(request), request_id=row.pk, consent=consent)
    except Refused as refused:
        person = _account_or_404(request, row.user_id)
        return render_refused(request, "office/officers/officer.html", _context(request, person), refused)
    if consent:
        messages.success(request, _("已重置，本人各处的登录已退出，已发邮件告知本人和部门。"))
    else:
        messages.success(request, _("没有同意，两步验证保持不变。"))
    return go(request, "office_officer", row.user_id)


def _no_reset(person: User) -> str:
    """Why nobody need ask for a reset of this account's second factor; empty where somebody may."""
    if not person.is_active:
        return _("账号已经停用，请先重新启用。")
    waiting = officers.pending_reset(person.pk)
    if waiting is not None and not reset_is_void(waiting, clock.now()):
        return _("已有人提出过，等待另一人同意。")
    return "" if second_factor.those_of(person.pk) else str(no_factor().text)


def _on_server(person: User) -> str:
    """Who consents where no second person could on the site, and how."""
    said = _("系统没有另一名安全管理员，请系统运维核实后在服务器上同意：zhicheng office consent-reset %(username)s")
    return said % {"username": person.username}


def _do(
    request: HttpRequest,
    form: BaseForm,
    context: dict[str, Any],
    act: Callable[[dict[str, Any]], HttpResponse],
    *,
    more: Callable[[], dict[str, Any]] = dict,
) -> HttpResponse:
    """The form; sent, what it does; refused, the form again with every reason. ``more``: what has to be read for the page. ``over`` in
    what it shows: why there is nothing to do, said instead of the form."""
    if request.method != "POST":
        return render(request, ACT, context | more())
    if not form.is_valid():
        return render_refused(request, ACT, context | more())
    try:
        return act(form.cleaned_data)
    except Refused as refused:
        return render_refused(request, ACT, context | more(), refused)


def _leaving(office_id: int) -> dict[str, Any]:
    """The office somebody leaves, and what is in hand there."""
    office = Organization.objects.get(pk=office_id)
    return {"office": office, "cases": waiting_at(office), "requests": officers.requests_in_hand(office_id)}


def _context(request: HttpRequest, person: User) -> dict[str, Any]:
    actor = actor_of(request)
    reset = officers.pending_reset(person.pk)
    waiting = reset if reset is not None and not reset_is_void(reset, clock.now()) else None
    return {
        "person": person,
        "is_officer": person.kind == AccountKind.OFFICER,
        "office": officers.office_of(person.pk),
        "mailbox": mask_mailbox(person.email),
        "own": person.pk == actor.user_id,
        "has_factor": bool(second_factor.those_of(person.pk)),
        "number_missing": not person.id_number_index,
        "sessions": sessions.open_sessions_of(person.pk) if person.kind == AccountKind.OFFICER else (),
        "changes": officers.changes_of(person.pk),
        "reset": waiting,
        "on_server": _on_server(person) if waiting and officers.consent_is_on_the_server(person, waiting.asked_by_id) else "",
        "asked_by_me": waiting is not None and waiting.asked_by_id == actor.user_id,
    }


def _officer_or_404(request: HttpRequest, user_id: int) -> User:
    return object_or_404(officers.officers_for(actor_of(request)), pk=user_id)


def _account_or_404(request: HttpRequest, user_id: int) -> User:
    return object_or_404(officers.accounts_for(actor_of(request)), pk=user_id)
