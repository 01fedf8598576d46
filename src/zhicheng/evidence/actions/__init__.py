"""The verbs for files: taken in, examined, kept, looked at, thrown away."""

from zhicheng.evidence.actions.checking import CheckTurn, claim_check, end_check_turn
from zhicheng.evidence.actions.composing import take_mended, take_pages
from zhicheng.evidence.actions.examining import Turn, claim_next, end_turn, examine_due
from zhicheng.evidence.actions.keeping import keep_sample, remove_leftovers
from zhicheng.evidence.actions.leasing import give_back, stay_at
from zhicheng.evidence.actions.reading import (
    ReadingTurn,
    claim_reading,
    end_reading_turn,
)
from zhicheng.evidence.actions.resuming import begin_upload, drop_stale_uploads, drop_upload, receive_piece
from zhicheng.evidence.actions.taking import Upload, note_told, take_file

__all__ = [
    "CheckTurn",
    "ReadingTurn",
    "Turn",
    "Upload",
    "begin_upload",
    "claim_check",
    "claim_next",
    "claim_reading",
    "drop_stale_uploads",
    "drop_upload",
    "end_check_turn",
    "end_reading_turn",
    "end_turn",
    "examine_due",
    "give_back",
    "keep_sample",
    "note_told",
    "receive_piece",
    "remove_leftovers",
    "stay_at",
    "take_file",
    "take_mended",
    "take_pages",
]
