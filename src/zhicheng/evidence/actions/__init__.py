"""The verbs for files: taken in, examined, kept, thrown away."""

from zhicheng.evidence.actions.examining import Turn, claim_next, end_turn, examine_due, give_back, stay_at
from zhicheng.evidence.actions.keeping import keep_sample, remove_leftovers
from zhicheng.evidence.actions.taking import Upload, note_told, take_file

__all__ = [
    "Turn",
    "Upload",
    "claim_next",
    "end_turn",
    "examine_due",
    "give_back",
    "keep_sample",
    "note_told",
    "remove_leftovers",
    "stay_at",
    "take_file",
]
