"""A request about somebody's account as rows to read: what is known of the person, and what shall change (S-18, S-36)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import hide_last, mask_mailbox
from zhicheng.foundation import clock
from zhicheng.foundation.fields import mask_id_number
from zhicheng.organizations import actions
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import AccountRequest, AccountRequestKind
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import OutOfReachError, actor_of
from zhicheng.web.shared.kept_words import Deed, Typed
from zhicheng.web.shared.units.round import current_year
from zhicheng.web.shared.units.rows import Row


def rows_of(request: AccountRequest) -> list[Row]:
    """The person, and what was asked. The number's end stays hidden: it is what the officer types from the card in hand."""
    user = request.user
    rows = [
        Row("account", _("账号"), f"{AccountKind(user.kind).label} · {user.username}"),
        Row("unit", _("所在单位"), request.unit.name),
    ]
    if request.kind == AccountRequestKind.MAILBOX:
        return [
            Row("name", _("姓名"), request.old_name),
            Row("number", _("身份证号"), hide_last(request.old_number)),
            *rows,
            Row("old_email", _("原邮箱"), mask_mailbox(request.old_email)),
            Row("new_email", _("新邮箱"), request.new_email),
        ]
    if request.kind == AccountRequestKind.FACTOR:
        return [
            Row("name", _("姓名"), request.old_name),
            Row("number", _("身份证号"), hide_last(request.old_number)),
            *rows,
            Row("email", _("登记的邮箱"), mask_mailbox(user.email)),
            Row("factor", _("申请去掉"), _("两步验证和备用码")),
        ]
    return [
        _changed("name", _("姓名"), request.old_name, request.new_name),
        _changed("number", _("身份证号"), hide_last(request.old_number), hide_last(request.new_number))
        if request.old_number != request.new_number
        else Row("number", _("身份证号"), hide_last(request.old_number), note=_("没有变化")),
        *rows,
    ]


def asked_of(request: AccountRequest) -> list[str]:
    """What shall be different, for a list: the new mailbox, the new name and number (masked), or that the second factor goes."""
    if request.kind == AccountRequestKind.MAILBOX:
        return [request.new_email]
    if request.kind == AccountRequestKind.FACTOR:
        return [_("去掉两步验证")]
    name = [request.new_name] if request.new_name != request.old_name else []
    return name + ([_number_asked_of(request)] if request.new_number != request.old_number else [])


def _number_asked_of(request: AccountRequest) -> str:
    """Both numbers as lists show them, the region alone; where that is the same, that the rest is not. The office that decides reads more
    on the page of the request."""
    old, new = mask_id_number(request.old_number), mask_id_number(request.new_number)
    words = _("身份证号：{new}（有改动）") if old == new else _("身份证号：{old} 改为 {new}")
    return words.format(old=old, new=new)


def days_waiting(request: AccountRequest, today: date) -> int:
    """Full days since it was asked for, in Beijing."""
    return (today - request.requested_at.astimezone(clock.BEIJING).date()).days


def _changed(field: str, label: str, old: str, new: str) -> Row:
    if old == new:
        return Row(field, label, new, note=_("没有变化"))
    return Row(field, label, new, note=_("原登记：%(old)s") % {"old": old}, changed=True)


SendRequest = Callable[[HttpRequest, User, Form], AccountRequest]
"""Sends what was typed into a form about this person. Raises ``Refused`` with everything wrong."""


def send_mailbox_request(request: HttpRequest, person: User, form: Form) -> AccountRequest:
    """What was typed into a form of 邮箱遗失, asked for by a unit or by a county. Raises ``Refused`` with everything wrong."""
    vouched = _vouched(request, person, form)
    return actions.request_mailbox(email=form.cleaned_data.get("email", ""), **vouched)


def send_factor_request(request: HttpRequest, person: User, form: Form) -> AccountRequest:
    """What was typed into a form of 两步验证遗失, asked for by a unit or by a county. Raises ``Refused`` with everything wrong."""
    return actions.request_factor_removal(**_vouched(request, person, form))


def _vouched(request: HttpRequest, person: User, form: Form) -> dict[str, Any]:
    """Who vouches for whom, and what they say they saw: the same for every request."""
    form.is_valid()
    typed = form.cleaned_data
    return {
        "actor": actor_of(request),
        "user_id": person.pk,
        "statement": typed.get("statement", ""),
        "identity_checked": typed.get("identity_checked", False),
        "year": current_year(),
        "last_characters": typed.get("last_characters", ""),
    }


def deed_for_person(kind: AccountRequestKind, people: Callable[[Actor], QuerySet[User]]) -> Deed:
    """What is asked for, and for whom of ``people``, before a form that was kept is sent on."""

    def say(request: HttpRequest, kwargs: Mapping[str, Any]) -> list[Typed]:
        person = people(actor_of(request)).filter(pk=kwargs["user_id"]).first()
        if person is None:
            raise OutOfReachError(f"person {kwargs['user_id']}")
        return [Typed(_("办理"), str(kind.label)), Typed(_("姓名"), person.name)]

    return say
