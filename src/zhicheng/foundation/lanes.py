"""The lanes of background work: each has processes of its own, so that nothing slow in one of them holds another."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Lane(models.TextChoices):
    """What waits beside what. The order is that of the page 系统状态."""

    EFFECTS = "effects", _("办理后续")  # what the law attaches to a step: bans, moves, restored applications, counts
    PAPERS = "papers", _("文书")
    ROUNDS = "rounds", _("巡查")  # short regular jobs, every few minutes, and the alarms they raise
    CHECKS = "checks", _("检查")  # long work that nobody waits for: verifying the ledger, nightly jobs, copies of data
    MAIL = "mail", _("邮件")
