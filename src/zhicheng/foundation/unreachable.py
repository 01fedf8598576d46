"""A database that cannot be reached, in words: for a person at a terminal, who is helped by no traceback."""

from __future__ import annotations

from django.db import OperationalError
from django.utils.translation import gettext as _

from zhicheng.foundation.language import platform_language


def words_for(error: OperationalError) -> str | None:
    """What to say when no connection came to stand, and what to look at; ``None`` when the database answered and something else is wrong."""
    cause = error.__cause__
    refused = str(getattr(cause, "sqlstate", None) or "")
    if not type(cause).__module__.startswith("psycopg") or (refused and not refused.startswith(("08", "28", "3D", "53", "57P"))):
        return None
    with platform_language():
        return "\n".join(
            (
                _("数据库无法连接：%(error)s") % {"error": str(error).strip()},
                _("请检查数据库是否在运行（systemctl status postgresql），以及环境变量 ZHICHENG_DATABASE_URL。"),
            )
        )
