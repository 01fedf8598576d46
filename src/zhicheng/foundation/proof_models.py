"""What the foundation keeps to prove things by: the tree over the ledger and its signed heads, looks at files, checks of stored bytes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhicheng.foundation.algorithms import AlgorithmField


class LedgerSubtree(models.Model):
    """The hash of a complete part of the tree over all entries: ``2 ** level`` leaves from ``position * 2 ** level`` on (from 0).

    Kept from level 8 on, so that a day's checkpoint reads the day's entries and a proof a few hundred. Derived from the entries, and
    compared with them whenever everything is verified.
    """

    level = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    algorithm = AlgorithmField(of=("hash",))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "position"], name="one_subtree_in_a_place")]

    def __str__(self) -> str:
        return f"{self.level}/{self.position}"


class LedgerCheckpoint(models.Model):
    """The head of the ledger as it left the database on one day (``foundation.checkpoints``). Append-only but for the time stamp,
    which comes later, once.

    ``statement`` is canonical JSON: what was signed. ``signature`` (base64) is empty while no key is set. One a day and key: a row that
    somebody without the key put there keeps the head of that day from nobody.
    """

    day = models.DateField()
    number = models.BigIntegerField()  # of the last entry it stands for
    root = models.CharField(max_length=64)
    root_algorithm = AlgorithmField(of=("root",))
    statement = models.TextField()
    signature_algorithm = models.CharField(max_length=20, blank=True)
    key_id = models.CharField(max_length=64, blank=True)  # the SHA-256 of the public key: a name, that key ids are compared by
    signature = models.TextField(blank=True)
    timestamp = models.TextField(blank=True)  # base64 of the RFC 3161 response

    class Meta:
        verbose_name = _("台账校验点")
        constraints = [models.UniqueConstraint(fields=["day", "key_id"], name="one_head_for_one_day_and_key")]

    def __str__(self) -> str:
        return f"{self.day} {self.number}"


class AccessLook(models.Model):
    """Somebody looked at another person's file or whole identity number. Append-only, and the one thing a GET request writes.

    ``at`` is a time of the one clock; ``seen_at`` one of the machine, by which the worker seals what is old enough to be complete.
    """

    at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=60)
    what = models.CharField(max_length=20)
    subject = models.CharField(max_length=80, db_index=True)
    thing = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("查看记录")
        indexes = [
            models.Index(fields=["at", "id"], name="looks_by_day"),
            models.Index(fields=["actor", "at", "id"], name="looks_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.what} {self.subject}"


class StoredFileCheck(models.Model):
    """When stored bytes were last read and compared with the hash they are kept under, and how that ended."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    checked_at = models.DateTimeField(db_index=True)
    found = models.CharField(max_length=10)  # good, changed, missing, unreadable

    class Meta:
        verbose_name = _("文件复核")
        indexes = [models.Index(fields=["sha256"], condition=~models.Q(found="good"), name="files_not_good")]

    def __str__(self) -> str:
        return f"{self.sha256[:16]} {self.found}"
