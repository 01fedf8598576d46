"""What the foundation stores: the ledger, the outbox, refused reaches, and the marks only a rehearsal may carry."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhicheng.foundation.algorithms import HMAC_SHA_256, AlgorithmField
from zhicheng.foundation.fields import EncryptedTextField, RowNumber
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.proof_models import AccessLook, LedgerCheckpoint, LedgerSubtree, StoredFileCheck

# One module of models would be too long to read; they are all imported from here.
PROOFS = (AccessLook, LedgerCheckpoint, LedgerSubtree, StoredFileCheck)


class ClockSetting(models.Model):
    """How far a rehearsal's clock is moved: at most one row. Production never reads it and refuses to start with it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    offset_microseconds = models.BigIntegerField()
    moved_by = models.CharField(max_length=60)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_clock")]

    def __str__(self) -> str:
        return f"{self.offset_microseconds} µs"


class RehearsalMarker(models.Model):
    """This database belongs to a rehearsal, with invented people in it: at most one row, never removed."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_rehearsal_marker")]

    def __str__(self) -> str:
        return f"rehearsal since {self.created_at.isoformat()}"


class InstanceMark(models.Model):
    """What this database is: the mode it was made in and the random id of its instance. One row, never changed (``instance``)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mode = models.CharField(max_length=12)
    instance = models.CharField(max_length=32)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_instance_mark"),
            models.CheckConstraint(
                condition=models.Q(mode__in=["production", "rehearsal", "test"]), name="instance_mark_mode_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.instance}"


class OriginalPlace(models.Model):
    """Where the database lay when a person last said that it is the original (``foundation.originals``): a hash, since when, who said it.

    ``pulse`` is counted up there every minute, and written down beside the database afterwards, under ``pulse_name``: what another count
    wrote down says nothing about this one.
    """

    place = models.CharField(max_length=64, unique=True)
    place_algorithm = AlgorithmField(of=("place",))
    since = models.DateTimeField()
    said_by = models.CharField(max_length=200)
    pulse = models.BigIntegerField(default=0, db_default=0)
    pulse_name = models.CharField(max_length=32, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.place[:8]} since {self.since.isoformat()}"


class LedgerEntry(models.Model):
    """One thing that happened. Database triggers refuse every change and removal (house, decision 7).

    ``number`` counts 1, 2, 3 without a gap; ``hash`` is the hash (``algorithm``) of the canonical JSON of every other column but
    ``salt``, ``previous_hash`` among them (``foundation.ledger``). ``format`` says how: 1 knows neither itself nor its algorithm, and
    holds free text as it was written; from 2 on free text and names stand as salted hashes. ``salt`` (hex) hides the entry's leaf in
    the tree of all entries from whoever gets a proof about another one.
    """

    number = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    actor = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    # The database's own defaults: a version of the program that does not know them writes format 1, and is right.
    format = models.PositiveSmallIntegerField(default=1, db_default=1)
    algorithm = models.CharField(max_length=12, default="sha256", db_default="sha256")
    salt = models.CharField(max_length=32, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("台账记录")
        indexes = [
            models.Index(fields=["subject", "number"], name="ledger_by_subject"),
            models.Index(fields=["event", "number"], name="ledger_by_event"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(number__gte=1), name="ledger_counts_from_one")]

    def __str__(self) -> str:
        return f"{self.number} {self.event} {self.subject}"


class LedgerSalt(models.Model):
    """The salt of one free text or name that stands in an entry as ``digest``. The only part of the ledger that may be erased: then
    nobody can tell any more what the text was, not even by guessing, and the chain stays whole.
    """

    number = models.BigIntegerField(db_index=True)  # of the entry
    digest = models.CharField(max_length=64)
    digest_algorithm = AlgorithmField(of=("digest",))
    salt = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "digest"], name="one_salt_for_a_digest")]

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:16]}"


class LedgerHead(models.Model):
    """The last number and hash of the ledger: the one row every writer locks, so that numbers have no gap."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    algorithm = AlgorithmField(of=("hash",))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_ledger_head")]

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"


class SystemVerification(models.Model):
    """How one look at every invariant ended (``foundation.invariants``): when, how many checks, and what was found.

    ``listed`` are the first violations, as ``{"invariant", "subject", "said"}``; ``found`` counts those that were named.
    """

    at = models.DateTimeField()
    seconds = models.FloatField()
    checks = models.PositiveIntegerField()
    found = models.PositiveIntegerField()
    listed = models.JSONField(default=list)
    files = models.JSONField(null=True)  # rolling.BytesRead; None: looked at before that was said
    actor = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("全面核验")

    def __str__(self) -> str:
        return f"{self.at} {self.found}"


class OutboxState(models.TextChoices):
    """Where a message of the outbox stands."""

    PENDING = "pending", _("等待处理")
    DONE = "done", _("已完成")
    FAILED = "failed", _("多次失败，需要人工处理")


class Failure(models.TextChoices):
    """Why a message was given up."""

    TRIED = "tried", _("试过多次仍未成功")
    DIED = "died", _("处理它的进程每次都意外中止")
    RECIPIENT = "recipient", _("收件方拒收")
    REFUSED = "refused", _("邮件服务器拒绝")


class OutboxMessage(models.Model):
    """An effect that waits for its cause to be committed (house, decision 6). Written only by ``foundation.outbox``.

    ``lane`` says which processes do it; an empty one (written by an earlier version while both run) is filled in by the worker.
    Of several with one ``sequence`` the earliest is done first. ``claimed_by`` (a ``WorkerInstance``) and ``claimed_pid`` say who
    has it in hand; 0 is nobody, -1 a process that is no worker. ``failure`` is empty unless the message was given up;
    ``settled_at`` is when an operator said that nothing more is to be done about that.

    ``created_at``, ``done_at`` and ``settled_at`` are times of the one clock, for people to read. ``next_attempt_at`` is a time of
    the machine: a rehearsal that moves its clock back must not make a waiting mail wait for months. ``woken_at`` was the time the
    former queue was told; it stays as long as the version that writes it may run beside this one.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    lane = models.CharField(max_length=10, choices=Lane.choices, blank=True, default="", db_default="")
    sequence = models.CharField(max_length=80, blank=True, default="", db_default="")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=OutboxState.choices, default=OutboxState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    next_attempt_at = models.DateTimeField()
    woken_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.BigIntegerField(default=0, db_default=0)
    claimed_pid = models.PositiveIntegerField(default=0, db_default=0)
    failure = models.CharField(max_length=10, choices=Failure.choices, blank=True, default="", db_default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=60, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("待办消息")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="outbox_key_once"),
            models.CheckConstraint(condition=models.Q(state__in=OutboxState.values), name="outbox_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(state=OutboxState.DONE, done_at__isnull=False)
                | (~models.Q(state=OutboxState.DONE) & models.Q(done_at__isnull=True)),
                name="outbox_done_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], condition=models.Q(state=OutboxState.PENDING), name="outbox_waiting"),
            models.Index(fields=["lane", "id"], condition=models.Q(state=OutboxState.PENDING), name="outbox_by_lane"),
            models.Index(
                fields=["sequence", "id"],
                condition=models.Q(state=OutboxState.PENDING) & ~models.Q(sequence=""),
                name="outbox_by_sequence",
            ),
            models.Index(fields=["claimed_by"], condition=~models.Q(claimed_by=0), name="outbox_in_hand"),
            models.Index(fields=["state", "id"], name="outbox_by_state"),
            models.Index(fields=["kind", "id"], name="outbox_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.state}"


class AccessRefusal(models.Model):
    """Somebody reached for something that is not theirs (house, decision 5) or was otherwise turned away. Never changed; the oldest
    are forgotten (``foundation.actions.sweep_refusals``)."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    path = models.CharField(max_length=500)
    reason = models.CharField(max_length=300)
    error_id = models.CharField(max_length=20, db_index=True)

    class Meta:
        verbose_name = _("被拒绝的访问")
        indexes = [
            models.Index(fields=["at"], name="refusals_by_time"),
            models.Index(fields=["actor", "at"], name="refusals_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.error_id} {self.actor} {self.path}"


class SentForm(models.Model):
    """One form that was carried out: written in the same transaction as what it did (``foundation/sending.py``).

    ``key`` is a keyed hash over form, sender, address and everything typed, so that the same press twice meets itself; ``form`` leaves
    out what was typed. ``location`` and ``said`` (JSON) are the first answer, given again. Kept for eight days; ``at`` is a time of the
    machine.
    """

    id = RowNumber(primary_key=True)
    key = models.CharField(max_length=64, unique=True)
    form = models.CharField(max_length=64, db_index=True)
    algorithm = AlgorithmField(HMAC_SHA_256, of=("key", "form"))
    sender = models.CharField(max_length=60)
    address = models.CharField(max_length=300)
    at = models.DateTimeField(db_index=True)
    location = models.CharField(max_length=500, blank=True, default="")
    said = EncryptedTextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.sender} {self.address}"


class CacheEntry(models.Model):
    """What every process shares for a while: counts of sign-ins and uploads. ``value`` is JSON (``foundation.shared_cache``)."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "foundation_cache"

    def __str__(self) -> str:
        return self.cache_key


class WorkerInstance(models.Model):
    """One start of ``zhicheng worker``. What a dead one had in hand is free for the others.

    Whether it lives is read from the machine's own list of processes where that is the same machine (``host`` names machine, start
    of the machine and process namespace; ``pid`` and ``pid_started`` the process), and elsewhere from ``beats``, a number that a living
    one counts up every few seconds: no clock is compared with another one. ``seen_at`` is a time of the machine, for people and
    pages. ``lanes`` says of each lane whether its processes answer.
    """

    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    pid_started = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    beats = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    lanes = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["ended_at", "id"], name="worker_by_end")]

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"


class RegularRun(models.Model):
    """One line of the worker's timetable: a regular job, when it runs next, and how it ended last (times of the machine).

    ``claimed_by`` and ``claimed_pid`` as in ``OutboxMessage``: one process of all machines runs a job at a time.
    """

    name = models.CharField(max_length=80, primary_key=True)
    lane = models.CharField(max_length=10, choices=Lane.choices)
    minutes = models.PositiveIntegerField()
    next_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
    claimed_by = models.BigIntegerField(default=0)
    claimed_pid = models.PositiveIntegerField(default=0)
    # How many runs began an interval after the one before, when the last of them did, and of each machine that had a turn its name, what
    # its clock showed when it last counted and how many there were: seconds of the clock that nobody sets, which is each machine's own.
    rounds = models.PositiveIntegerField(default=0, db_default=0)
    round_began = models.FloatField(null=True, blank=True)
    round_notes = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["lane", "next_at"], name="regular_by_lane")]

    def __str__(self) -> str:
        return f"{self.name} every {self.minutes} min"


class Probe(models.Model):
    """How the last small write went, tried once a minute by the worker: ``trouble`` is empty when well. ``at`` is a time of the machine."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=500, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.name} {self.trouble or 'ok'}"


class Incident(models.Model):
    """Something of the instance that was wrong for a while (``foundation.alerts``); ``told_at`` is when an alarm was raised. Times of the
    machine."""

    name = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(ended_at__isnull=True), name="one_incident_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.name} since {self.began_at.isoformat()}"


class MailServer(models.Model):
    """What is known of a mail server (``host:port``): the breaker that keeps a silent one from being asked for every mail.

    ``failures`` counts those in a row. While ``closed_until`` (a time of the machine) lies ahead nobody asks it; then one asks first.
    """

    name = models.CharField(max_length=200, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    closed_until = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.name} {self.failures}"
