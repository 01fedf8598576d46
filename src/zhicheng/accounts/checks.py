"""What is asked of accounts before an instance starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError
from django.utils.translation import gettext as _

from zhicheng.accounts import duties


@register(Tags.database)
def check_duties(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every account of an office and of the three who run the system has its number. A warning: an older instance goes on working."""
    if "default" not in (databases or ()):
        return []
    try:
        missing = duties.older_accounts().count()
    except DatabaseError:
        return []  # no tables yet, or other checks say that the database cannot be reached
    if not missing:
        return []
    text = _("%(n)d 个在用的工作人员或系统管理账号没有登记身份证号，无法识别是否由同一个人兼任。") % {"n": missing}
    hint = _("zhicheng verify --only accounts.duties 列出这些账号，zhicheng office number 登录名 逐个补填。")
    return [Warning(text, hint=hint, id="zhicheng.W031")]
