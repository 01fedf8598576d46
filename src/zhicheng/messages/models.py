"""What a person, or an organization's people, are told, and the one mail a day that gathers their reminders."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhicheng.foundation.fields import EncryptedTextField, RowNumber

_ONE_READER = Q(user__isnull=False, organization__isnull=True) | Q(user__isnull=True, organization__isnull=False)


class Digest(models.Model):
    """The one mail of reminders that a reader gets of a day (Beijing). Written in the transaction that queues it, never changed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_ONE_READER, name="digest_has_one_reader"),
            # Whatever is killed, and however many workers there are: one a day at most.
            models.UniqueConstraint(
                fields=["user", "day"], condition=Q(user__isnull=False), name="one_digest_a_day_for_a_person"
            ),
            models.UniqueConstraint(
                fields=["organization", "day"],
                condition=Q(organization__isnull=False),
                name="one_digest_a_day_for_an_organization",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.organization_id} {self.day}"


class Message(models.Model):
    """One thing a reader is told, in every language of the site. Written with its mail; only its reading is noted afterwards.

    ``key`` names what is told and to whom, as in the outbox: once, ever. ``words`` is JSON, sealed: the subject and the text by language,
    and the page to look at. ``is_reminder``: it goes out with the ``digest`` of a day instead of at once. An organization's message is read when one of its
    people has read it.
    """

    id = RowNumber(primary_key=True)
    key = models.CharField(max_length=200, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    words = EncryptedTextField()
    at = models.DateTimeField()
    is_reminder = models.BooleanField(default=False)
    # A reminder the mail of no day has told of yet.
    waits = models.BooleanField(default=False, db_default=False)
    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("消息")
        indexes = [
            models.Index(fields=["user", "-at", "-id"], condition=Q(user__isnull=False), name="inbox_of_a_person"),
            models.Index(
                fields=["organization", "-at", "-id"], condition=Q(organization__isnull=False), name="inbox_of_an_organization"
            ),
            # What the header of every page counts
            models.Index(fields=["user"], condition=Q(read_at__isnull=True, user__isnull=False), name="unread_by_a_person"),
            models.Index(
                fields=["organization"],
                condition=Q(read_at__isnull=True, organization__isnull=False),
                name="unread_by_an_organization",
            ),
            models.Index(fields=["id"], condition=Q(waits=True), name="reminders_waiting"),
            models.Index(fields=["at"], name="messages_by_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=_ONE_READER, name="message_has_one_reader"),
            models.CheckConstraint(
                condition=Q(waits=False, digest__isnull=True) | Q(is_reminder=True), name="only_reminders_wait"
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by__isnull=True) | Q(read_at__isnull=False, read_by__isnull=False),
                name="read_message_has_reader_and_time",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class SmsChoice(models.Model):
    """A person wants reminders by SMS as well. No row: no SMS, the rule. Gone when they want none any more."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id}"


class Sms(models.Model):
    """One SMS to a person, beside the mail of a day. Written in the transaction that queues it; the number stands in the account alone."""

    digest = models.OneToOneField(Digest, on_delete=models.CASCADE, related_name="sms")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(db_index=True)

    class Meta:
        verbose_name = _("短信")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_sms_a_day_for_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
