"""What a unit writes when it vouches for one of its people. These forms read; the actions judge, and say everything at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhicheng.web.shared.forms import Form, needed, words_field
from zhicheng.web.shared.mailboxes import MailboxInput


class VouchForm(Form):
    """How the person was recognised: the same for every request, and all that is asked for 两步验证遗失."""

    statement = words_field(
        _("核实情况"),
        help_text=_("写明哪一天、怎样联系到本人，怎样核对了身份证原件。审核部门会看到，并记入台账。"),
        rows=4,
    )
    identity_checked = needed(forms.BooleanField(label=_("我已当面核对本人居民身份证原件")))


class MailboxForm(VouchForm):
    """邮箱遗失."""

    email = needed(
        forms.CharField(
            label=_("新邮箱"),
            max_length=300,
            help_text=_("本人的常用邮箱。审核通过后，确认链接发到这里；不要填写单位公用邮箱。"),
            widget=MailboxInput(attrs={"class": "w-medium", "autocomplete": "off"}),
        )
    )

    field_order: tuple[str, ...] = ("email", "statement", "identity_checked")


class CorrectionForm(VouchForm):
    """更正姓名或身份证号."""

    name = needed(
        forms.CharField(
            label=_("更正后的姓名"),
            max_length=200,
            help_text=_("与居民身份证一致；没有写错的，保持不变。"),
            widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "off"}),
        )
    )
    id_number = needed(
        forms.CharField(
            label=_("更正后的身份证号"),
            max_length=40,
            help_text=_("请对照身份证原件完整输入，没有写错的也要输入一次。"),
            widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "off", "spellcheck": "false"}),
        )
    )
    scan = needed(forms.FileField(label=_("身份证扫描件"), help_text=_("正反面都要有，清晰可辨。PDF、JPG、PNG 或 HEIC。")))

    field_order = ("name", "id_number", "scan", "statement", "identity_checked")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scan"].widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png,.heic,.heif"
