"""The QR codes on a kept file, read in a confined process: for a room that printed them and knows what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from zhicheng.evidence.confinement.asking import look_confined
from zhicheng.evidence.examination import limits_in_force
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.previews import blob_on_disk

PAGES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Code:
    """What one code says, the page (from 1) it stands on, and by how many degrees clockwise that page is to be turned to stand upright."""

    page: int
    text: str
    turn: int


def codes_of(file: EvidenceFile) -> list[Code]:
    """All codes of all pages of a file, as readers get it. Takes about half a second a page: never inside a transaction.

    Raises ``Rejected`` (``busy``: ask again; ``too_complex`` and others: nobody can read this file's pages) and ``OSError``.
    """
    found: list[Code] = []
    with blob_on_disk(file.served_sha256) as path:
        page = 1
        while page <= file.pages:
            looked = look_confined(
                path,
                media_type=file.served_media_type,
                first=page,
                most=PAGES_AT_ONCE,
                bounds=limits_in_force(),
                verb="codes",
            )
            found += [Code(int(one["page"]), str(one["text"]), int(one["turn"])) for one in looked.warnings]
            page = max(looked.up_to, page) + 1
    return found
