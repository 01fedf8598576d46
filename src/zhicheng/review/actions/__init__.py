"""The verbs of the desks."""

from zhicheng.review.actions.decide import pass_application, return_application
from zhicheng.review.actions.dossier import Found, correct_dossier, record_dossier
from zhicheng.review.actions.identity import show_identity_number
from zhicheng.review.actions.prefecture import annul_arrival, reject_for_fraud
from zhicheng.review.actions.take_back import note_opening, take_back_pass

__all__ = [
    "Found",
    "annul_arrival",
    "correct_dossier",
    "note_opening",
    "pass_application",
    "record_dossier",
    "reject_for_fraud",
    "return_application",
    "show_identity_number",
    "take_back_pass",
]
