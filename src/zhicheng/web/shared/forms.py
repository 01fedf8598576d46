"""What every form shares: forgiving fields that accept what people really type, and clean it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?|(\d{4})(\d{2})")


def half_width(text: str) -> str:
    """Full-width digits, letters and dashes as half-width ones; every kind of dash as ``-``; outer blanks removed."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[‐‑‒–—−﹣－]", "-", text).replace("。", ".").strip()


def parse_date_text(text: str) -> date:
    """A date a person typed: ``2023-05-08``, ``2023.5.8``, ``2023/5/8``, ``2023年5月8日``, ``20230508``, full-width digits.

    Raises ``ValueError`` for anything else and for a day that does not exist.
    """
    cleaned = half_width(text)
    match = _DATE.fullmatch(cleaned) or _EIGHT.fullmatch(cleaned)
    if not match:
        raise ValueError(f"not a date: {text!r}")
    return date(int(match[1]), int(match[2]), int(match[3]))


def parse_month_text(text: str) -> date:
    """A month a person typed (``2023-05``, ``2023.5``, ``2023年5月``, ``202305``) as its first day. Raises ``ValueError``."""
    match = _MONTH.fullmatch(half_width(text))
    if not match:
        raise ValueError(f"not a month: {text!r}")
    return date(int(match[1] or match[3]), int(match[2] or match[4]), 1)


def _missing(field: forms.Field) -> Any:
    """What to say when a required ``field`` is empty."""
    if isinstance(field, forms.BooleanField):
        return _("请勾选“%(label)s”。")
    if isinstance(field, forms.FileField):
        return _("请选择要上传的%(label)s。")
    if isinstance(field, forms.ChoiceField):
        return _("请选择%(label)s。")
    return _("请填写%(label)s。")


def in_our_words(form: forms.BaseForm) -> None:
    """Give every field of ``form`` that still has Django's sentence for “required” ours, which names the field."""
    for field in form.fields.values():
        label = str(field.label or "")
        if field.error_messages.get("required") == forms.Field.default_error_messages["required"] and label:
            field.error_messages["required"] = _missing(field) % {"label": label}
        if isinstance(field.widget, forms.Textarea) and field.widget.attrs.get("rows") == "10":
            field.widget.attrs["rows"] = "5"


F = TypeVar("F", bound=forms.Field)


def needed(field: F) -> F:
    """Mark a field whose absence the action tells, together with everything else that is wrong: it is not （选填）."""
    field.required = False
    field.is_needed = True  # type: ignore[attr-defined]
    return field


class Form(forms.Form):
    """A form of ours: no browser validation, no colon after labels; every error is ours and in our words."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        in_our_words(self)


class DateField(forms.CharField):
    """A date typed as text; the cleaned value is a :class:`datetime.date` or ``None`` when optional and empty."""

    default_error_messages = {"date": _("请按“2023-05-08”的格式填写一个真实存在的日期。")}

    def __init__(self, **kwargs: Any) -> None:
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
            return self.parse(text)
        except ValueError:
            raise ValidationError(self.error_messages["date"], code="date") from None

    def parse(self, text: str) -> date:
        return parse_date_text(text)

    def run_validators(self, value: Any) -> None:
        if not isinstance(value, date):
            super().run_validators(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class MonthField(DateField):
    """A month typed as text; the cleaned value is the month's first day."""

    default_error_messages = {"date": _("请按“2023-05”的格式填写年和月。")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("例如 2023-05"))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, date) else value

    def parse(self, text: str) -> date:
        return parse_month_text(text)


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
