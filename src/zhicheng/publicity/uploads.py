"""What the unit uploads of a publicity, as the notice's list of materials asks for it (S-51)."""

from __future__ import annotations

from dataclasses import dataclass

from zhicheng.campaigns.notice import Notice, Paper, Slot

# The column of the period that holds a paper of the slot, by the paper that is printed for it; what is made elsewhere is the photograph.
_COLUMNS = {"publicity_notice": "notice_file", "publicity_result": "result_file", None: "photo_file"}


@dataclass(frozen=True, slots=True)
class Upload:
    """One paper: the column it lies in, the notice's words for it, whether reporting upward waits for it."""

    which: str
    paper: Paper
    slot: Slot

    @property
    def label(self) -> str:
        """What it is called, in the language of the request."""
        return str(self.paper.label)

    @property
    def is_required(self) -> bool:
        """Whether nothing is reported upward without it."""
        return self.slot.mode != "optional"


def uploads_asked(notice: Notice) -> tuple[Upload, ...]:
    """The papers the notice asks for of a publicity, in its order; none where it has no slot for them."""
    slot = notice.publicity_slot
    return tuple(Upload(_COLUMNS[paper.template], paper, slot) for paper in slot.papers) if slot is not None else ()
