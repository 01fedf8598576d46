"""Uploaded files: what was received, what the check found, who brought it. What a file is good for is the business of
the room that refers to it; here nothing has a state, least of all one read from a file name.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhicheng.evidence.names import clean_name, visible_name


class MediaType(models.TextChoices):
    """The only types that are kept. Decided by content, never by name, and served exactly as written here, but that a photograph of a
    phone (HEIC) always has a copy, a JPEG.
    """

    PDF = "application/pdf", _("PDF 文件")
    JPEG = "image/jpeg", _("JPG 图片")
    PNG = "image/png", _("PNG 图片")
    HEIC = "image/heic", _("HEIC 照片")


def served_media_type(media_type: str) -> str:
    """What a reader gets of a file of this type: of a photograph of a phone a JPEG."""
    return MediaType.JPEG.value if media_type == MediaType.HEIC else media_type


class EvidenceFile(models.Model):
    """One uploaded file. The bytes live in ``foundation.blobs`` under ``sha256``; this row is who brought them and what they are.

    ``name`` is for display and download only, already sanitised (``names.clean_name``). ``warnings`` is a list of
    ``{"code": ..., "page": ...}`` findings that hinder nobody; ``queries.describe_warnings`` puts them into words.
    Rows are never changed after they are written: a better scan is a new file. One thing comes later: while ``checking``, the pages are still
    to be looked at (:class:`PageCheck`), and what is found there is put behind the warnings.
    """

    sha256 = models.CharField(max_length=64, db_index=True)
    # The same pages without scripts, actions and attachments, where the original carries any; a HEIC as a JPEG: what is shown and sent.
    safe_sha256 = models.CharField(max_length=64, null=True, blank=True, db_index=True)
    size = models.PositiveBigIntegerField(_("大小"))
    name = models.CharField(_("文件名"), max_length=200)
    media_type = models.CharField(_("类型"), max_length=40, choices=MediaType)
    pages = models.PositiveIntegerField(_("页数"), default=1)
    # Null: a visitor brought it while registering a unit (S-13); whoever refers to it knows whose it became.
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(_("上传时间"))
    warnings = models.JSONField(_("清晰度提示"), default=list, blank=True)
    checking = models.BooleanField(_("正在检查清晰度"), default=False, db_default=False)
    # What it was made of when its pages were turned, straightened or cropped here: the file as it was brought, never one made here itself.
    original = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("原件")
    )
    is_sample = models.BooleanField(_("演练样本"), default=False, db_default=False)  # drawn here: nothing on it is read

    class Meta:
        verbose_name = _("附件文件")
        verbose_name_plural = _("附件文件")
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="evidence_file_not_empty"),
            models.CheckConstraint(condition=models.Q(pages__gt=0), name="evidence_file_has_pages"),
            models.CheckConstraint(condition=models.Q(media_type__in=MediaType.values), name="evidence_file_known_type"),
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="evidence_file_sha256"),
            models.CheckConstraint(
                condition=models.Q(safe_sha256__isnull=True) | models.Q(safe_sha256__regex=r"^[0-9a-f]{64}$"),
                name="evidence_file_safe_sha256",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reading(self) -> bool:
        """What it says is judged where it was put to, never of the file alone."""
        return False

    @property
    def served_sha256(self) -> str:
        """The bytes a reader gets unless the original is asked for."""
        return self.safe_sha256 or self.sha256

    @property
    def served_media_type(self) -> str:
        """What those bytes are."""
        return served_media_type(self.media_type)

    @property
    def served_name(self) -> str:
        """What those bytes are called."""
        same = self.served_media_type == self.media_type
        return self.name if same else clean_name(self.name, media_type=self.served_media_type)


class Lane(models.TextChoices):
    """Whose files are examined by whom: processes of their own, so that nobody who has signed in ever waits behind a stranger."""

    PEOPLE = "people", _("已登录的用户")
    VISITORS = "visitors", _("未登录的访问者")


class PageCheck(models.Model):
    """A kept file whose pages are still to be looked at: how legible they are. It is usable meanwhile, and nothing waits for this.

    A few pages are looked at in one turn, so that a long file holds nobody up; ``found`` is what was seen before ``next_page``. The row goes
    when all are done or when it was given up, and ``EvidenceFile.checking`` with it. All times are the machine's.
    """

    file = models.OneToOneField(EvidenceFile, on_delete=models.CASCADE, primary_key=True, related_name="page_check")
    lane = models.CharField(max_length=10, choices=Lane)
    next_page = models.PositiveIntegerField(default=1)
    found = models.JSONField(default=list, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)  # of the examiner that has it in hand; empty: nobody
    due_at = models.DateTimeField()  # not before; in hand: taken to be abandoned after

    class Meta:
        verbose_name = _("清晰度检查")
        verbose_name_plural = _("清晰度检查")
        indexes = [models.Index(fields=["lane", "due_at"], name="evidence_check_due")]

    def __str__(self) -> str:
        return f"{self.file_id}: {self.next_page}"


class FileReading(models.Model):
    """A kept file that waits to be read: what stands on it, for the room that asked (``evidence.reading``). Nothing waits for this, and no
    text is kept. The row goes when it was read or given up. All times are the machine's.
    """

    file = models.OneToOneField(EvidenceFile, on_delete=models.CASCADE, primary_key=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)  # of the reader that has it in hand; empty: nobody
    due_at = models.DateTimeField()  # not before; in hand: taken to be abandoned after

    class Meta:
        verbose_name = _("内容核对")
        verbose_name_plural = _("内容核对")
        indexes = [models.Index(fields=["due_at"], name="evidence_reading_due")]

    def __str__(self) -> str:
        return str(self.file_id)


class IntakeState(models.TextChoices):
    """Where a file is on its way in."""

    WAITING = "waiting", _("等待检查")
    EXAMINING = "examining", _("正在检查")
    KEPT = "kept", _("已保存")
    REFUSED = "refused", _("没有接收")


class Intake(models.Model):
    """One file on its way in: brought, not yet looked at. Its bytes are held (``foundation.holding``) before this row exists.

    ``purpose`` names who is told when it has been examined (``intake.handler``) and ``payload`` what for; ``subject`` and ``where``
    name the page and the place on it that show the outcome. ``result`` is what the handler made of it. All times are the machine's:
    they order work, they decide nothing about anybody. The row goes two days after its end; of
    a file that a visitor brought, not before somebody answers for it.
    """

    held = models.CharField(max_length=32, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    name = models.CharField(max_length=255)  # as the browser said it; cleaned when the file is kept
    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)
    where = models.CharField(max_length=200, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=10)  # of the screen it was sent from
    lane = models.CharField(max_length=10, choices=Lane)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    network = models.CharField(max_length=50, blank=True)  # of a visitor: one address (IPv4) or the /64 it belongs to (IPv6)
    state = models.CharField(max_length=10, choices=IntakeState, default=IntakeState.WAITING)
    round = models.PositiveSmallIntegerField(default=0)  # 0: a short look; 1: it needs longer and stands behind those that do not
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)  # of the examiner that has it in hand
    due_at = models.DateTimeField()  # waiting: not before; examining: taken to be abandoned after
    arrived_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    cpu_seconds = models.FloatField(default=0)
    problem_code = models.CharField(max_length=40, blank=True)
    problem_text = models.TextField(blank=True)  # in ``language``; ``queries.said_against`` says it in the reader's
    # What the sentence is made of (``values``), or how it reads elsewhere (``said``, by language); null: refused by a version before.
    problem_words = models.JSONField(null=True, blank=True)
    told = models.BooleanField(default=False)  # the answer to the upload said it already
    file = models.ForeignKey(EvidenceFile, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("待检查的文件")
        verbose_name_plural = _("待检查的文件")
        indexes = [
            models.Index(fields=["lane", "state", "due_at"], name="evidence_intake_queue"),
            models.Index(fields=["subject", "state"], name="evidence_intake_subject"),
            models.Index(fields=["brought_by", "arrived_at"], name="evidence_intake_person"),
            models.Index(fields=["network", "arrived_at"], name="evidence_intake_network"),
        ]
        constraints = [
            # One at a time: for an account, and for the network a visitor comes from.
            models.UniqueConstraint(
                fields=["brought_by"], condition=models.Q(state="examining"), name="evidence_intake_one_per_account"
            ),
            models.UniqueConstraint(
                fields=["network"],
                condition=models.Q(state="examining", brought_by__isnull=True),
                name="evidence_intake_one_per_network",
            ),
            models.CheckConstraint(condition=models.Q(state__in=IntakeState.values), name="evidence_intake_state"),
            models.CheckConstraint(
                condition=models.Q(state="kept", file__isnull=False) | ~models.Q(state="kept"), name="evidence_intake_kept_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject} {self.where}"

    @property
    def shown_name(self) -> str:
        """What it is called while it has no better name."""
        return visible_name(self.name)

    @property
    def is_open(self) -> bool:
        """Whether nothing has been decided about it yet."""
        return self.state in {IntakeState.WAITING, IntakeState.EXAMINING}


class ResumableUpload(models.Model):
    """One file that arrives piece by piece (tus 1.0.0), so that a line that is cut costs a piece and not the file.

    ``pieces`` are ``[name, bytes]`` of what is held (``foundation.holding``) before it is acknowledged, in their order; together they are
    ``received`` bytes. ``sha256`` is what the browser says the whole file has, empty where it says nothing: the same file begun again at
    the same place goes on with what arrived, and what was put together is held against it. ``intake`` is what it became once it was whole;
    until then a day without a piece ends it. What it is for stands as in :class:`Intake`.
    """

    key = models.CharField(max_length=32, unique=True)  # names it in its address; whose it is, is asked each time
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    pieces = models.JSONField(default=list, blank=True)
    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)
    where = models.CharField(max_length=200, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    intake = models.OneToOneField(Intake, on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("未传完的文件")
        verbose_name_plural = _("未传完的文件")
        indexes = [models.Index(fields=["touched_at"], name="evidence_resumable_touched")]
        constraints = [
            models.UniqueConstraint(
                fields=["brought_by", "subject", "where", "sha256", "size", "name"],
                condition=models.Q(intake__isnull=True) & ~models.Q(sha256=""),
                name="evidence_resumable_once",
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="evidence_resumable_not_empty"),
            models.CheckConstraint(condition=models.Q(received__lte=models.F("size")), name="evidence_resumable_no_more"),
            models.CheckConstraint(
                condition=models.Q(intake__isnull=True) | models.Q(received=models.F("size")), name="evidence_resumable_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject} {self.where}"
