"""我的数据: the copy of everything that is kept about a person, while it is being made and for the short time it is kept."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from zhicheng.accounts.models import User

TRIED_FOR = timedelta(days=1)  # what was not made by then failed for good (foundation.outbox.BACKOFF)


class DataCopy(models.Model):
    """The one copy of a person: asked for, then held on the disk under ``held`` (``foundation.holding``) until ``goes_at``.

    ``round`` counts how often it was asked for since none was there; with ``asked_at`` it names the copy: what is made for an earlier time is
    thrown away. ``size``: bytes. All times are of the one clock.
    """

    owner = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    round = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField()
    held = models.CharField(max_length=32, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    goes_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["goes_at"], name="data_copies_by_their_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(held="", size=0, ready_at__isnull=True, goes_at__isnull=True)
                | (~Q(held="") & Q(size__gt=0, ready_at__isnull=False, goes_at__isnull=False)),
                name="data_copy_is_there_or_being_made",
            )
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} #{self.round}"

    @property
    def is_ready(self) -> bool:
        """Whether it can be downloaded."""
        return bool(self.held)
