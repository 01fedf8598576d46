"""What must be true of every library: nothing in it is another's."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.models import AccountKind
from zhicheng.foundation.invariants import Violation, in_batches, invariant
from zhicheng.library.models import Library, LibraryFile


@invariant("library.files_of_owner", gettext_lazy("资料库里的每个文件都是本人上传的"))
def files_of_owner() -> Iterator[Violation]:
    """A file is given out through the library to its owner: it has to be one that they brought themselves."""
    others = LibraryFile.objects.exclude(file__uploaded_by_id=F("item__library_id"))
    for batch in in_batches(others):
        for row in batch:
            yield Violation(f"library_item:{row.item_id}", _("其中有另一个账号上传的文件。"))


@invariant("library.of_applicants", gettext_lazy("每个资料库都属于一位申报人"))
def of_applicants() -> Iterator[Violation]:
    """Officers and units keep no library."""
    for batch in in_batches(Library.objects.exclude(owner__kind=AccountKind.APPLICANT)):
        for row in batch:
            yield Violation(f"user:{row.pk}", _("这个账号不是申报人，却有资料库。"))
