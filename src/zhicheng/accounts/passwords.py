"""The password rules whose sentences we say ourselves."""

from __future__ import annotations

from django.contrib.auth import password_validation as library
from django.utils.translation import gettext as _


class MinimumLengthValidator(library.MinimumLengthValidator):
    """At least ``min_length`` characters. Django's Chinese catalogue lacks this sentence since 5.2."""

    def get_error_message(self) -> str:
        return _("密码太短，至少要有 %(number)d 个字符。") % {"number": self.min_length}

    def get_help_text(self) -> str:
        return _("密码至少要有 %(number)d 个字符。") % {"number": self.min_length}


class UserAttributeSimilarityValidator(library.UserAttributeSimilarityValidator):
    """Not the login name, the name or the mailbox over again."""

    def get_error_message(self) -> str:
        return _("密码与登录名、姓名或邮箱太相近，请换一个。")


class CommonPasswordValidator(library.CommonPasswordValidator):
    """Not one of those everybody tries first."""

    def get_error_message(self) -> str:
        return _("这个密码太常见，容易被猜到，请换一个。")


class NumericPasswordValidator(library.NumericPasswordValidator):
    """Not digits alone."""

    def get_error_message(self) -> str:
        return _("密码不能全是数字，请加上字母或符号。")
