"""What is written when an officer comes, moves, goes, has lost a second factor, or has no number yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.models import User
from zhicheng.organizations.models import Organization
from zhicheng.web.shared.forms import CodeField, Form, needed, words_field
from zhicheng.web.shared.mailboxes import MailboxInput


def _one_of(label: Any, rows: Iterable[Any], empty: Any, help_text: Any = "") -> forms.Field:
    """A choice of rows by their ids; nothing chosen reaches the action as ``None``, which says so in its own words."""
    choices = [("", empty), *((str(row.pk), row.name) for row in rows)]
    return needed(
        forms.TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=False, help_text=help_text)
    )


def _reason() -> forms.Field:
    return words_field(_("理由"), help_text=_("不少于5个字，会写进给部门的邮件。"))


def _id_number() -> forms.Field:
    return needed(
        CodeField(
            label=_("身份证号"),
            max_length=30,
            help_text=_("用于识别本人是否审核自己的申报、是否兼任系统管理。"),
            widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-medium"}),
        )
    )


class OfficerForm(Form):
    """开通账号."""

    name = needed(forms.CharField(label=_("姓名"), max_length=50))
    position = forms.CharField(label=_("职务"), max_length=50, required=False)
    email = needed(
        forms.CharField(
            label=_("电子邮箱"),
            max_length=254,
            help_text=_("本人的邮箱：设置密码、找回账号都靠它。"),
            widget=MailboxInput(attrs={"autocomplete": "off"}),
        )
    )
    username = needed(forms.CharField(label=_("登录名"), max_length=30, help_text=_("4至30个字符，以字母开头。")))
    mobile = CodeField(label=_("手机号码"), max_length=20, required=False)
    id_number = _id_number()

    field_order = ("office_id", "name", "position", "email", "username", "mobile", "id_number")

    def __init__(self, *args: Any, offices: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office_id"] = _one_of(_("部门"), offices, _("请选择部门"))
        self.order_fields(self.field_order)


class LeaveForm(Form):
    """停用账号: who takes over, or that nobody is left to."""

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(colleagues)
        if people:
            help_text = _("案卷归部门办理，不随人走；这里写明由谁接着办理，会告诉本人和部门。")
            self.fields["colleague_id"] = _one_of(_("由谁接手"), people, _("请选择接手的人"), help_text)
        else:
            self.fields["nobody_left"] = forms.BooleanField(label=_("本部门没有其他人，我知道办理后暂时无人办理"), required=False)
        self.fields["reason"] = _reason()


class MoveForm(LeaveForm):
    """调到其他部门."""

    def __init__(self, *args: Any, offices: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_office_id"] = _one_of(_("调入的部门"), offices, _("请选择部门"))
        self.order_fields(["to_office_id"])


class ReopenForm(Form):
    """重新启用账号."""

    def __init__(self, *args: Any, offices: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office_id"] = _one_of(_("部门"), offices, _("请选择部门"))
        self.fields["reason"] = _reason()


class FactorResetForm(Form):
    """申请重置两步验证."""

    statement = words_field(_("核实情况"), help_text=_("写明怎样核实是本人、两步验证怎样丢失的，不少于10个字。"))


class NumberForm(Form):
    """补填身份证号."""

    id_number = _id_number()
