"""我的资料库: a person's own facts and their files, kept all year outside of any application. Theirs alone: no desk reads it."""

from __future__ import annotations

from django.db import models

from zhicheng.accounts.models import User
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation.fields import EncryptedTextField, RowNumber


class Library(models.Model):
    """Whose it is, and when it was last used: the row that everything in it is changed under. Gone when it is emptied.

    ``told_at``: when its owner was told that it goes because nobody uses it; empty again once they use it.
    """

    owner = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="+")
    used_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["used_at"], name="library_unused_since")]

    def __str__(self) -> str:
        return str(self.owner_id)


class LibraryItem(models.Model):
    """One fact of a kind (``library.rules.KINDS``), with the version a change must name to be accepted (house, decision 7).

    ``content`` is JSON text, one form or one row as the application form has it, encrypted like a draft. ``valid_until``: the last day the
    paper behind it holds, where one is known (a contract's end, a code of 学信网); ``told_until``: the end its owner was last told of.
    """

    id = RowNumber(primary_key=True)
    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=30)
    version = models.PositiveIntegerField(default=1)
    content = EncryptedTextField()
    valid_until = models.DateField(null=True, blank=True)
    told_until = models.DateField(null=True, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["library", "kind"], name="library_items_of_a_kind"),
            models.Index(fields=["valid_until"], name="library_items_ending"),
        ]

    def __str__(self) -> str:
        return f"{self.library_id} {self.kind}"


class LibraryFile(models.Model):
    """A file that proves an item, by reference: it is stored once, whoever else refers to it. ``slot`` and ``paper``: what it was last used as
    in a notice's terms; empty where nobody has said.
    """

    item = models.ForeignKey(LibraryItem, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="+")
    slot = models.CharField(max_length=40, blank=True)
    paper = models.CharField(max_length=40, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "file"], name="a_file_once_with_an_item")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.file_id}"
