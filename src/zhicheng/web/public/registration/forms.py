"""What is typed at registration. These forms read; ``organizations.actions`` judges, and says everything at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.rules import Particulars
from zhicheng.organizations.invitations import LONGEST
from zhicheng.web.public.forms import PASSWORD_HINT
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import whole_number
from zhicheng.web.shared.mailboxes import MailboxInput
from zhicheng.web.shared.units.forms import UNIT_FIELD_ORDER, UnitForm


class AcceptForm(Form):
    """我已阅读并同意; ``shown`` is the hash of the text that stood above the tick."""

    accepted = forms.BooleanField(
        label=_("我已认真阅读并同意以上注册须知"),
        error_messages={"required": _("请先阅读注册须知，勾选“我已认真阅读并同意”后再继续。")},
    )
    shown = forms.CharField(widget=forms.HiddenInput, max_length=64)


class AccountForm(Form):
    """Who signs in: the same for both kinds of account."""

    name = forms.CharField(
        label=_("姓名"),
        max_length=200,
        help_text=_("与居民身份证一致；少数民族姓名的间隔号写作“·”。"),
        widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "name"}),
    )
    id_number = forms.CharField(
        label=_("身份证号"),
        max_length=40,
        help_text=_("18 位，最后一位是字母的写 X。加密保存，用于核实身份，不对外显示。"),
        widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "off", "spellcheck": "false"}),
    )
    mobile = forms.CharField(
        label=_("手机号码"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.CharField(
        label=_("电子邮箱"),
        max_length=300,
        help_text=_("请填写常用邮箱：登录名或密码遗失时通过它找回，办理结果也发到这里。一个邮箱只能注册一个账号。"),
        widget=MailboxInput(attrs={"class": "w-medium", "autocomplete": "email"}),
    )
    username = forms.CharField(
        label=_("登录名"),
        max_length=60,
        help_text=_("英文字母开头，4 至 30 位，可用字母、数字、下划线、连字符和点。"),
        widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "username", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=200,
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"class": "w-medium", "autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("再次输入密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "w-medium", "autocomplete": "new-password"}),
        error_messages={"required": _("请再次输入密码。")},
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, second = data.get("password"), data.get("password_again")
        if first and second and first != second:
            self.add_error("password_again", gettext("两次输入的密码不一致，请重新输入。"))
        return data

    def particulars(self) -> Particulars:
        """The person as typed; what could not be read is empty."""
        data = self.cleaned_data
        return Particulars(
            name=data.get("name", ""),
            id_number=data.get("id_number", ""),
            mobile=data.get("mobile", ""),
            email=data.get("email", ""),
            username=data.get("username", ""),
            position=data.get("position", ""),
        )


#: What stands for an employer that is not registered yet, among those that were found.
INVITES = "invites"


class PersonForm(AcceptForm, AccountForm):
    """个人注册 (S-18), with the tick below 注册须知. The employer is found by ``employer_words`` and chosen from what was found."""

    email = forms.CharField(
        label=_("电子邮箱"),
        max_length=300,
        help_text=_(
            "请填写本人常用邮箱，不要填写单位公用邮箱：登录名或密码遗失时通过它找回，办理结果也发到这里。一个邮箱只能注册一个账号。"
        ),
        widget=MailboxInput(attrs={"class": "w-medium", "autocomplete": "email"}),
    )
    employer_words = forms.CharField(label=_("工作单位"), required=False, max_length=100)
    employer_id = forms.CharField(required=False, max_length=20)

    # As they stand on the page: the error summary goes from top to bottom.
    field_order = (
        "accepted",
        "shown",
        "name",
        "id_number",
        "mobile",
        "email",
        "employer_words",
        "employer_id",
        "username",
        "password",
    )

    def employer(self) -> int | None:
        """The id of the chosen employer."""
        return whole_number(self.cleaned_data.get("employer_id", ""))

    def invites(self) -> bool:
        """Whether 我的单位还没有注册 was chosen in the place of an employer."""
        return self.cleaned_data.get("employer_id", "") == INVITES


class UnitRegistrationForm(AccountForm, UnitForm):
    """单位注册: 管理员信息 and 单位信息 in one form (S-11)."""

    position = forms.CharField(
        label=_("职务"),
        max_length=200,
        help_text=_("您在本单位的职务，例如人事科科长。"),
        widget=forms.TextInput(attrs={"class": "w-medium"}),
    )

    invitation = forms.CharField(
        label=_("邀请码"),
        required=False,
        max_length=LONGEST,
        help_text=_("本单位职工给了邀请码的，请填写：审核通过后，系统通知他加入。没有的留空。"),
        widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "off", "spellcheck": "false"}),
    )

    # As they stand on the page: the error summary goes from top to bottom.
    field_order = (
        *("name", "id_number", "position", "mobile", "email"),
        *UNIT_FIELD_ORDER,
        "invitation",
        *("username", "password", "password_again"),
    )
