"""The forms of the public pages, and the library's sign-in forms in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from allauth.account import forms as library
from allauth.core import context
from django import forms
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from zhicheng.accounts.adapter import PUBLIC_COMPUTER
from zhicheng.accounts.new_mailbox import note_new_mailbox
from zhicheng.accounts.rules import check_mailbox
from zhicheng.accounts.sessions import renew_key
from zhicheng.web.shared.forms import CodeField, Form, in_our_words, words_field
from zhicheng.web.shared.kept_words import Typed, words_for, words_of_fields
from zhicheng.web.shared.mailboxes import MailboxInput, question_about
from zhicheng.web.shared.standing import page_behind

MINUTE = 60


class VerifyForm(Form):
    """The two values printed beside the QR code of every paper."""

    serial = CodeField(
        label=_("文书编号"),
        max_length=60,
        help_text=_("印在每页的左下角。"),
        widget=forms.TextInput(attrs={"class": "w-medium"}),
    )
    code = CodeField(
        label=_("核验码"),
        max_length=60,
        help_text=_("印在每页的右下角、二维码旁边，七组、每组四位；不分大小写，空格可以不填。"),
        widget=forms.TextInput(attrs={"class": "w-medium"}),
    )


LARGEST_PAPER = 10 * 1024 * 1024  # bytes; the largest of our own, with a photograph, has less than two million


class PaperFileForm(Form):
    """A paper as a file, as it was downloaded."""

    file = forms.FileField(
        label=_("文件"),
        help_text=_("从本平台下载的 PDF 原文件，不要用打印后的扫描件或照片。可以拖到这里。文件只用来比对，不保存。"),
        widget=forms.FileInput(attrs={"accept": ".pdf", "class": "w-medium"}),
    )


class ObjectionForm(Form):
    """对公示有异议 (S-70): what is wrong, and who says so, if they like."""

    content = words_field(_("反映内容"), help_text=_("写明哪一项不属实、您了解的情况，5至2000个字。"), rows=5, max_length=None)
    from_name = forms.CharField(label=_("您的姓名"), required=False, max_length=50)
    from_contact = forms.CharField(label=_("联系方式"), required=False, max_length=60, help_text=_("便于核实时联系您。"))
    county_only = forms.BooleanField(label=_("只让县（市）看到我的姓名和联系方式"), required=False)


def in_plain_words(form: forms.BaseForm) -> None:
    """Make a form of the library one of ours: no browser validation, no placeholder instead of a label, our sentences."""
    form.use_required_attribute = False
    form.label_suffix = ""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["class"] = "w-medium"
    in_our_words(form)


def in_words(seconds: int) -> str:
    """``50 秒`` up to a minute, then ``2 分钟``, rounded up: whoever waits that long gets the next try."""
    if seconds <= MINUTE:
        return ngettext("%(n)d 秒", "%(n)d 秒", seconds) % {"n": seconds}
    minutes = -(-seconds // MINUTE)
    return ngettext("%(n)d 分钟", "%(n)d 分钟", minutes) % {"n": minutes}


_in_words = lazy(in_words, str)


class LoginForm(library.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("登录名或邮箱")
        self.fields["password"].label = _("密码")
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "off", "spellcheck": "false"}
        self.fields["password"].help_text = ""
        self.fields["public_computer"] = forms.BooleanField(
            label=_("这是公用电脑"),
            required=False,
            help_text=_("选中后，本次登录不在这台电脑上留下常用设备标记。"),
        )
        in_plain_words(self)
        self.fields["public_computer"].widget.attrs.pop("class", None)

    def login(self, request: Any, redirect_url: str | None = None) -> Any:
        """A shared computer is remembered by nobody (``accounts.adapter.post_login``), also when a code is still asked for.

        A sign-in that was asked for at the address of a button leads to the page it stands on.
        """
        request.session[PUBLIC_COMPUTER] = bool(self.cleaned_data.get("public_computer"))
        return super().login(request, redirect_url=page_behind(redirect_url) if redirect_url else None)

    def add_error(self, field: str | None, error: Any) -> None:
        """The same sentence whichever of the two was tried, so that it never tells which accounts exist."""
        if getattr(error, "code", "") in {"username_password_mismatch", "email_password_mismatch", "invalid_login"}:
            error = forms.ValidationError(
                _("登录名（或邮箱）与密码不相符。请检查后再试，忘记了可以找回。邮箱还没有确认的，请用登录名登录。"),
                code=error.code,
            )
        elif getattr(error, "code", "") == "too_many_login_attempts":
            error = forms.ValidationError(
                _("连续输错太多次。请过 %(wait)s再试（继续输错，等待的时间会加长，最长 1 小时），或者找回密码。"),
                code=error.code,
                params={"wait": _in_words(int((error.params or {}).get("seconds", 60)))},
            )
        super().add_error(field, error)


class ResetPasswordForm(library.ResetPasswordForm):
    users: list[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("注册时用的邮箱")
        in_plain_words(self)

    def clean_email(self) -> str:
        """A mailbox nobody can register gets no mail."""
        for problem in check_mailbox(self.cleaned_data["email"]):
            if problem.code == "email_malformed":
                raise forms.ValidationError(str(problem.text), code=problem.code)
        email: str = super().clean_email()
        # Only to the account's own mailbox, never to one that was put there past the program; the page says the same.
        self.users = [user for user in self.users if user.owns_mailbox(email)]
        return email


class _TypedTwice:
    """Says that the two differ also when the first is not good enough: everything at once, not one after the other."""

    def clean(self) -> Any:
        cleaned = super().clean()  # type: ignore[misc]
        form = cast("forms.Form", self)
        if "password1" in form.errors and form["password1"].data != form["password2"].data and "password2" not in form.errors:
            form.add_error("password2", _("两次输入的密码不一致，请重新输入。"))
        return cleaned


class ResetPasswordKeyForm(_TypedTwice, library.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("新密码")
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password2"].label = _("再输入一次新密码")
        in_plain_words(self)


class ChangePasswordForm(_TypedTwice, library.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("现在的密码")
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label = _("新密码")
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password2"].label = _("再输入一次新密码")
        in_plain_words(self)

    def clean_oldpassword(self) -> str:
        """A wrong one was typed, it is not missing."""
        try:
            return str(super().clean_oldpassword())
        except forms.ValidationError as error:
            raise forms.ValidationError(_("现在的密码不对，请重新输入。"), code="wrong_password") from error

    def clean(self) -> Any:
        """Whoever was told of strange sign-ins must not believe that something changed."""
        cleaned = super().clean()
        old = self.cleaned_data.get("oldpassword")
        if old and self.cleaned_data.get("password1") == old:
            self.add_error("password1", forms.ValidationError(_("新密码和现在的密码相同，请换一个。"), code="same_password"))
        return cleaned


class ReauthenticateForm(library.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("密码")
        self.fields["password"].help_text = ""
        in_plain_words(self)

    def clean_password(self) -> str:
        """The right password begins the session anew under another key."""
        password: str = super().clean_password()
        renew_key(context.request)
        return password


class AddEmailForm(library.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("新的邮箱")
        self.fields["email"].help_text = _("请填写您经常使用的邮箱：找回账号和办理结果都靠它。")
        self.fields["email"].widget = MailboxInput(attrs=self.fields["email"].widget.attrs)
        in_plain_words(self)

    def clean_email(self) -> str:
        """What is refused at registration is refused here too: a slip of the pen, a throwaway mailbox (S-35)."""
        email: str = super().clean_email()
        for problem in check_mailbox(email):
            raise forms.ValidationError(str(problem.text), code=problem.code)
        if question := question_about(self.add_prefix("email"), self.data):
            raise forms.ValidationError(question, code="email_mistyped")
        return email

    def save(self, request: Any) -> Any:
        note_new_mailbox(user_id=self.user.pk, email=self.cleaned_data["email"])
        return super().save(request)


def _described(form: Callable[[], forms.BaseForm]) -> Callable[[Mapping[str, Any], QueryDict], Iterable[Typed]]:
    return lambda _names, data: words_of_fields(form().fields, data)


# The library's classes have the library's labels; ours stand in what is made of them.
words_for("account_login")(_described(LoginForm))
words_for("account_reset_password")(_described(ResetPasswordForm))
words_for("account_email")(_described(AddEmailForm))


PASSWORD_HINT = _(
    "至少 10 位。可以是四个以上不相干的词，用空格隔开，每个词不要像姓或名，例如 putao chabei shafa bingxiang（请另外想）。"
    "不要用姓名拼音、生日、手机号、地名或单位加年份。"
)
