"""The library's forms of the second factor in our words; a code is taken once."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm as LibraryGenerate
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django import forms
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.second_factor import code_try, keep_waiting, secrets_of, take_waiting, use_once
from zhicheng.accounts.sessions import renew_key
from zhicheng.foundation.sealing import SealBroken
from zhicheng.web.public.forms import in_plain_words

logger = logging.getLogger(__name__)

HINT = _("手机应用里显示的 6 位数字。手机不在身边时，可以输入一个没有用过的备用码。")


class _CodeOnce:
    """A right code is right once, whichever page it is typed on."""

    user: Any

    def clean_code(self) -> str:
        tried = code_try(context.request, user_id=self.user.pk)
        if not tried.may_go_on():
            raise get_account_adapter().validation_error("too_many_login_attempts")
        try:
            with secrets_of(self.user.pk):
                code: str = super().clean_code()  # type: ignore[misc]
        except SealBroken as error:
            logger.error("the second factor of user:%s does not open", self.user.pk, exc_info=error)
            raise forms.ValidationError(
                _("系统读不出这个账号的两步验证，任何验证码都不能用。请和手机、备用码都没有了的人一样办理，然后重新设置。"),
                code="unreadable",
            ) from error
        if not use_once(user_id=self.user.pk, code=code):
            raise get_adapter().validation_error("incorrect_code")
        tried.was_right()
        return code

    def add_error(self, field: str | None, error: Any) -> None:
        """How long to wait."""
        if getattr(error, "code", "") == "too_many_login_attempts":
            words = _("验证码连续输错太多次，请过 %(minutes)d 分钟再试。")
            params = {"minutes": code_try(context.request, user_id=self.user.pk).minutes_left()}
            error = forms.ValidationError(words, code=error.code, params=params)
        super().add_error(field, error)  # type: ignore[misc]


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

    def clean_code(self) -> str:
        """The right code begins the session anew under another key."""
        code = super().clean_code()
        renew_key(context.request)
        return code


class ActivateTOTPForm(_CodeOnce, totp.ActivateTOTPForm):
    """The library keeps the new secret in the session as it is; here it lies there sealed, until the first right code, and stays the same
    until then."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session, user = context.request.session, kwargs["user"]
        if secret := take_waiting(session, user_id=user.pk):
            session[SECRET_SESSION_KEY] = secret
        super().__init__(*args, **kwargs)
        if secret:  # the library makes another one each time the page is looked at
            self.secret: str = secret
        session.pop(SECRET_SESSION_KEY, None)
        keep_waiting(session, user_id=user.pk, secret=self.secret)
        _code_field(self, _("扫描之后，应用里显示的 6 位数字，每 30 秒换一个。"))

    def secret_parts(self) -> list[str]:
        """The secret in fours, to be typed into a phone; apart by the page's style alone, so that it is copied in one."""
        return [self.secret[start : start + 4] for start in range(0, len(self.secret), 4)]

    def add_error(self, field: str | None, error: Any) -> None:
        """Nothing was used yet: what is wrong is the code or the phone's clock."""
        if getattr(error, "code", "") == "incorrect_code":
            words = _("验证码不对。请等应用显示下一个再输入；仍然不对的，请把手机的时间设为自动，并确认扫描的是本页的二维码。")
            error = forms.ValidationError(words, code=error.code)
        super().add_error(field, error)

    def clean_code(self) -> str:
        """The right code proves whose app it is: the recovery codes that come next ask for no second one."""
        code = super().clean_code()
        take_waiting(context.request.session, user_id=self.user.pk)
        record_authentication(context.request, self.user, "mfa", type="totp")
        return code


class DeactivateTOTPForm(totp.DeactivateTOTPForm):
    """No field: a button."""


class GenerateRecoveryCodesForm(LibraryGenerate):
    """No field: a button."""
