"""What an officer writes: the end of the number on the card, a refusal's reason, a request for a unit's administrator."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhicheng.web.shared.forms import CodeField, Form, needed, words_field
from zhicheng.web.unit.people.forms import MailboxForm, VouchForm


def _last_characters() -> forms.Field:
    return needed(
        CodeField(
            label=_("身份证号末六位"),
            max_length=20,
            help_text=_("请对照本人居民身份证原件输入，最后一位是字母的写 X。"),
            widget=forms.TextInput(attrs={"class": "w-short", "autocomplete": "off", "spellcheck": "false"}),
        )
    )


class ApproveForm(Form):
    """审核通过: where the card was shown to a unit only, the officer types the end of its number."""

    last_characters = _last_characters()
    reason = words_field(_("核实的情况"), help_text=_("写明怎样查明号码属于本人，另一账号的单位怎么说。不少于10个字。"))
    checked = forms.BooleanField(label=_("已核对身份，同意办理"), error_messages={"required": _("请核对身份后勾选。")})

    def __init__(self, *args: Any, needs_card: bool, settles: bool, **kwargs: Any) -> None:
        """``settles``: for the prefecture, which takes the number from another account and says why."""
        super().__init__(*args, **kwargs)
        if not needs_card:
            del self.fields["last_characters"]
        if not settles:
            del self.fields["reason"]


class RefuseForm(Form):
    """不予通过."""

    reason = words_field(_("理由"), help_text=_("提出申请的单位会看到。"))


class ReleaseForm(Form):
    """放行原号码."""

    reason = words_field(_("核实情况"), help_text=_("写明怎样核实原号码属于另一个人。"))


class AdministratorForm(MailboxForm):
    """邮箱遗失 of a unit's administrator: the county saw the card."""

    last_characters = _last_characters()

    field_order = ("email", "last_characters", "statement", "identity_checked")


class AdministratorFactorForm(VouchForm):
    """两步验证遗失 of a unit's administrator: the county saw the card."""

    last_characters = _last_characters()

    field_order = ("last_characters", "statement", "identity_checked")
