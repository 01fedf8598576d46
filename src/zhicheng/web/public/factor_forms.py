"""The library's forms of the second factor in our words; a code is taken once."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm as LibraryGenerate
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.brakes import code_was_right, may_try_code
from zhicheng.accounts.second_factor import use_once
from zhicheng.web.public.forms import in_plain_words

HINT = _("手机应用里显示的 6 位数字。手机不在身边时，可以输入一个没有用过的备用码。")


class _CodeOnce:
    """A right code is right once, whichever page it is typed on."""

    user: Any

    def clean_code(self) -> str:
        if not may_try_code(self.user.pk):
            raise get_account_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]
        if not use_once(user_id=self.user.pk, code=code):
            raise get_adapter().validation_error("incorrect_code")
        code_was_right(self.user.pk)
        return code


def _code_field(form: forms.Form, hint: Any) -> None:
    form.fields["code"].label = _("验证码")
    form.fields["code"].help_text = hint
    form.fields["code"].error_messages["required"] = _("请输入验证码。")
    form.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "20"}
    in_plain_words(form)
    form.fields["code"].widget.attrs["class"] = "w-short"


class AuthenticateForm(_CodeOnce, base.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, HINT)


class ReauthenticateForm(_CodeOnce, base.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, HINT)


class ActivateTOTPForm(_CodeOnce, totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, _("扫描之后，应用里显示的 6 位数字，每 30 秒换一个。"))


class DeactivateTOTPForm(totp.DeactivateTOTPForm):
    """No field: a button."""


class GenerateRecoveryCodesForm(LibraryGenerate):
    """No field: a button."""
