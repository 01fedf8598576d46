"""Start-up checks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext as _

from zhicheng.foundation.outbox import LONGEST_POSTPONED


@register()
def every_guard_is_there(**kwargs: Any) -> list[CheckMessage]:
    """A lifecycle whose rules are not all loaded must not run."""
    from zhicheng.applications.lifecycle import missing_guards  # models must be loaded first

    return [
        Error(f"The lifecycle table names the guard {name!r}, which no room has registered.", id="applications.E001")
        for name in sorted(missing_guards())
    ]


@register("zhicheng")
def mails_of_a_pass_wait_a_while(**kwargs: Any) -> list[CheckMessage]:
    """No longer than a message may wait."""
    most, minutes = int(LONGEST_POSTPONED.total_seconds()) // 60, settings.PASS_MAIL_MINUTES
    if 0 <= minutes <= most:
        return []
    said = _("审核通过的邮件最多等待 %(most)s 分钟，现在设为 %(minutes)s。") % {"most": most, "minutes": minutes}
    return [Error(said, hint=_("请更正环境变量 ZHICHENG_PASS_MAIL_MINUTES。"), id="zhicheng.E033")]
