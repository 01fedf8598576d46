"""The verbs for files: taken in, examined, kept, thrown away."""

from zhicheng.evidence.actions.examining import Turn, claim_next, end_turn, examine_due, give_back, stay_at
from zhicheng.evidence.actions.keeping import keep_sample, remove_leftovers
from zhicheng.evidence.actions.resuming import begin_upload, drop_stale_uploads, drop_upload, receive_piece
from zhicheng.evidence.actions.taking import Upload, note_told, take_file

__all__ = [
    "Turn",
    "Upload",
    "begin_upload",
    "claim_next",
    "drop_stale_uploads",
    "drop_upload",
    "end_turn",
    "examine_due",
    "give_back",
    "keep_sample",
    "note_told",
    "receive_piece",
    "remove_leftovers",
    "stay_at",
    "take_file",
]
