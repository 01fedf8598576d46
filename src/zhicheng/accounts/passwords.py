"""The password rules whose sentences we say ourselves."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator as LibraryValidator
from django.utils.translation import gettext as _


class MinimumLengthValidator(LibraryValidator):
    """At least ``min_length`` characters. Django's Chinese catalogue lacks this sentence since 5.2."""

    def get_error_message(self) -> str:
        return _("密码太短，至少要有 %(number)d 个字符。") % {"number": self.min_length}

    def get_help_text(self) -> str:
        return _("密码至少要有 %(number)d 个字符。") % {"number": self.min_length}
