"""The verbs for files: taken in, examined, kept, looked at, thrown away."""

from zhicheng.evidence.actions.checking import CheckTurn, claim_check, end_check_turn, give_back_check, stay_at_check
from zhicheng.evidence.actions.composing import take_mended, take_pages
from zhicheng.evidence.actions.examining import Turn, claim_next, end_turn, examine_due, give_back, stay_at
from zhicheng.evidence.actions.keeping import keep_sample, remove_leftovers
from zhicheng.evidence.actions.reading import (
    ReadingTurn,
    claim_reading,
    end_reading_turn,
    give_back_reading,
    stay_at_reading,
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
    "give_back_check",
    "give_back_reading",
    "keep_sample",
    "note_told",
    "receive_piece",
    "remove_leftovers",
    "stay_at",
    "stay_at_check",
    "stay_at_reading",
    "take_file",
    "take_mended",
    "take_pages",
]
