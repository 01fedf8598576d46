"""What a unit asks for under 我的信息, and a colleague's particulars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from zhicheng.organizations.models import ReportMails, VerificationKind
from zhicheng.organizations.rules import FIELDS_TO_CONFIRM
from zhicheng.web.public.registration.forms import AccountForm
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.units.forms import UnitForm

# A particular's name, or the licence → the field of the form it is filled in.
_FIELD_OF = {
    "name": "unit_name",
    "email": "unit_email",
    "receiving_office_id": "receiving_office",
    "supervising_body_id": "supervising_body",
    "licence": "licence_kind",
}


class ReportMailsForm(Form):
    """上报提醒: at once, or of a day in one mail."""

    how = forms.ChoiceField(label=_("本单位有人上报时"), choices=ReportMails.choices, widget=forms.RadioSelect)


class RequestForm(UnitForm):
    """单位信息, licence, and what the kind of request needs besides."""

    confirm_name = forms.BooleanField(label=_("单位名称核实无误"), required=False)
    confirm_contact_person = forms.BooleanField(label=_("联系人核实无误"), required=False)
    still_newest = forms.BooleanField(
        label=_("仍为最新"), required=False, help_text=_("上传的与上次审核通过的是同一个文件、而它仍是最新证照时，请勾选。")
    )
    note = forms.CharField(label=_("变更原因"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": "3"}))

    def __init__(self, *args: Any, kind: str, reasons: Sequence[Mapping[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind == VerificationKind.REVERIFICATION:
            # S-14: typing it again is what confirms the phone; nobody confirms it without looking.
            self.fields["contact_phone"].help_text = _("请重新输入一次现在能联系到的电话，以此核实。")
        else:
            del self.fields["confirm_name"], self.fields["confirm_contact_person"]
        if kind == VerificationKind.REGISTRATION:
            del self.fields["still_newest"]
        if kind != VerificationKind.CHANGE:
            del self.fields["note"]
        else:
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = _("请说明变更的原因。")
        self._put_reasons(reasons)

    def confirmed(self) -> frozenset[str]:
        """Which of the three named fields were ticked as right or, the phone, typed again (S-14)."""
        ticked = {f for f in FIELDS_TO_CONFIRM if self.cleaned_data.get(f"confirm_{f}")}
        return frozenset(ticked | {"contact_phone"} if self.cleaned_data.get("contact_phone") else ticked)

    def _put_reasons(self, reasons: Sequence[Mapping[str, str]]) -> None:
        """What the office wrote about a field stands beside it."""
        for reason in reasons:
            field = self.fields.get(_FIELD_OF.get(reason["field"], reason["field"]))
            if field is not None:
                said = format_html("<strong>{}{}</strong><br>", _("退回意见："), reason["text"])
                field.help_text = said + field.help_text if field.help_text else said


class ColleagueForm(AccountForm):
    """Another 经办人 of the same unit; the password is theirs to set."""

    position = forms.CharField(label=_("职务"), max_length=200, widget=forms.TextInput(attrs={"class": "w-medium"}))

    field_order = ("name", "id_number", "position", "mobile", "email", "username")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password"], self.fields["password_again"]
        self.fields["email"].help_text = _("同事本人的常用邮箱：设置密码的邮件发到这里。")
