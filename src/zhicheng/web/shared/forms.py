"""What every form shares: forgiving fields that accept what people really type, and clean it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhicheng.standards.dates import read_day
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.text import pasted
from zhicheng.web.shared.mailboxes import MailboxInput, question_about


def half_width(text: str) -> str:
    """Full-width digits, letters and dashes as half-width ones; every kind of dash as ``-``; outer blanks removed."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[‐‑‒–—−﹣－]", "-", text).replace("。", ".").strip()


# Django's own sentences name no field; these do. A field says what stands for its class or the nearest class above it. Validators
# speak through the same table: what they raise is replaced by its code (``Field.run_validators``).
_SENTENCES: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": _("请填写%(label)s。")},
    forms.CharField: {
        "max_length": _("“%(label)s”最多%(limit_value)s个字，现在有%(show_value)s个字，请删减。"),
        "min_length": _("“%(label)s”至少要写%(limit_value)s个字，现在只有%(show_value)s个字。"),
        "null_characters_not_allowed": _("“%(label)s”里有看不见的控制字符，无法保存。请删除后重新填写。"),
    },
    forms.EmailField: {"invalid": _("“%(label)s”不是有效的邮箱地址，请检查后重新填写。")},
    forms.IntegerField: {
        "invalid": _("“%(label)s”请填写整数。"),
        "max_value": _("“%(label)s”不能大于%(limit_value)s。"),
        "min_value": _("“%(label)s”不能小于%(limit_value)s。"),
    },
    forms.TimeField: {"invalid": _("“%(label)s”请按“10:30”的格式填写，24小时制。")},
    forms.BooleanField: {"required": _("请勾选“%(label)s”。")},
    forms.ChoiceField: {
        "required": _("请选择%(label)s。"),
        "invalid_choice": _("“%(label)s”请从列出的选项中选择；选项可能已经变动，请重新选择。"),
    },
    forms.MultipleChoiceField: {
        "invalid_list": _("“%(label)s”请从列出的选项中选择；选项可能已经变动，请重新选择。"),
    },
    forms.FileField: {
        "required": _("请选择要上传的%(label)s。"),
        "invalid": _("“%(label)s”的文件没有传上来，请重新选择文件。"),
        "missing": _("“%(label)s”的文件没有传上来，请重新选择文件。"),
        "empty": _("“%(label)s”是0字节的空文件，请重新选择文件。"),
        "max_length": _("“%(label)s”的文件名最多%(max)s个字，现在有%(length)s个字，请改短文件名。"),
        "contradiction": _("“%(label)s”请只选一项：上传文件，或者删除原来的文件。"),
    },
}
_NOTHING_TO_NAME = _("这个页面上的内容不完整，或者已经变动。请刷新页面后再办理。")


def _is_nobodys_own(field: forms.Field, code: str) -> bool:
    """Whether what ``field`` would say for ``code`` is what its class says: nobody wrote a sentence for this one."""
    if code not in field.error_messages:
        return True
    of_class = (c.__dict__["default_error_messages"] for c in type(field).__mro__ if "default_error_messages" in c.__dict__)
    return bool(field.error_messages[code] == next((words[code] for words in of_class if code in words), None))


def _in_our_words(field: forms.Field) -> None:
    """Give ``field`` our sentences where it still has Django's, and let the browser cut nothing that is pasted into it."""
    # A quotation of a label with a percent sign would be read as a place for a value.
    label = str(field.label or "").replace("%", "％")
    sentences: dict[str, Any] = {}
    for cls in reversed(type(field).__mro__):
        sentences |= _SENTENCES.get(cls, {})
    for code, sentence in sentences.items():
        if _is_nobodys_own(field, code):
            nameless = field.widget.is_hidden or not label
            field.error_messages[code] = str(_NOTHING_TO_NAME if nameless else sentence).replace("%(label)s", label)
    field.widget.attrs.pop("maxlength", None)
    if isinstance(field.widget, forms.Textarea) and field.widget.attrs.get("rows") == "10":
        field.widget.attrs["rows"] = "5"


def in_our_words(form: forms.BaseForm) -> None:
    """The same for every field of a form that is not ours."""
    for field in form.fields.values():
        _in_our_words(field)


def _as_meant(data: Any, *, but: Container[str]) -> Any:
    """What was sent, a line break as one character (a browser counts it so, and sends two), and without what was pasted along and
    cannot be seen (``standards.text.pasted``). The fields named ``but``, passwords, are taken to the letter."""
    told = data.copy()
    for name in told:
        if name in but:
            continue
        values = told.getlist(name) if isinstance(told, MultiValueDict) else [told[name]]
        # U+0000 comes from no keyboard and no document: the field refuses it.
        tidy = [pasted(v) if isinstance(v, str) and "\x00" not in v else v for v in values]
        if isinstance(told, MultiValueDict):
            told.setlist(name, tidy)
        else:
            told[name] = tidy[0]
    return told


F = TypeVar("F", bound=forms.Field)


def needed(field: F) -> F:
    """Mark a field whose absence the action tells, together with everything else that is wrong: it is not （选填）."""
    field.required = False
    field.is_needed = True  # type: ignore[attr-defined]
    return field


def words_field(label: Any, *, help_text: Any = "", rows: int = 3, max_length: int | None = 500) -> forms.CharField:
    """A reason, a statement, a description: what somebody writes in sentences, in so many lines; the action tells when it is missing."""
    widget = forms.Textarea(attrs={"rows": str(rows)})
    return needed(forms.CharField(label=label, max_length=max_length, help_text=help_text, widget=widget))


class Form(forms.Form):
    """A form of ours: no browser validation, no colon after labels; every error is ours and in our words."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if self.is_bound:
            secret = {self.add_prefix(n) for n, field in self.fields.items() if isinstance(field.widget, forms.PasswordInput)}
            self.data = _as_meant(self.data, but=secret)
        self._worded: set[str] = set()

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the library's own place for what concerns several values
        for name, field in self.fields.items():
            if not isinstance(field.widget, MailboxInput) or name in self.errors:
                continue
            if question := question_about(self.add_prefix(name), self.data):
                self.add_error(name, ValidationError(question, code="email_mistyped"))

    def __getitem__(self, name: str) -> BoundField:
        """Checked or shown, every field comes by here; by then a form has added its own."""
        if name in self.fields and name not in self._worded:
            self._worded.add(name)
            _in_our_words(self.fields[name])
        return super().__getitem__(name)


class DateField(forms.CharField):
    """A date typed as text, in any of the ways of ``standards.dates``; the cleaned value is a :class:`datetime.date` or ``None`` when
    optional and empty. ``months``: a month alone is its first day.
    """

    default_error_messages = {"date": "%(what)s"}

    def __init__(self, *, months: bool = False, **kwargs: Any) -> None:
        self.months = months
        kwargs.setdefault("help_text", _("例如 2023-05-08"))
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "w-short", "autocomplete": "off"}))
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, date):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return read_day(text, months=self.months)
        except InvalidNumber as error:
            what = gettext(error.template)
            raise ValidationError(self.error_messages["date"], code="date", params={"what": what}) from None

    def run_validators(self, value: Any) -> None:
        if not isinstance(value, date):
            super().run_validators(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


_SENTENCES[DateField] = {"date": _("“%(label)s”：%(what)s")}


class CodeField(forms.CharField):
    """Digits and letters of a certificate, identity number, telephone or credit code: blanks and full-width forms forgiven.

    The cleaned value is upper case without blanks; dashes stay unless ``dashes=False``.
    """

    def __init__(self, *, dashes: bool = True, **kwargs: Any) -> None:
        self.dashes = dashes
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = re.sub(r"\s+", "", half_width(str(value or ""))).upper()
        if not self.dashes:
            text = text.replace("-", "")
        return text or str(self.empty_value or "")
