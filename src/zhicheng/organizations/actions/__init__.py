"""The verbs of organizations: registration, yearly re-verification, decisions on them, and who belongs where."""

from zhicheng.organizations.actions.decisions import Reason, decide_unit_verification, transfer_verification
from zhicheng.organizations.actions.offices import open_office
from zhicheng.organizations.actions.people import add_unit_staff, change_employer, create_officer, register_applicant
from zhicheng.organizations.actions.requests import request_change, request_reverification, resubmit_registration
from zhicheng.organizations.actions.units import register_unit

__all__ = [
    "Reason",
    "add_unit_staff",
    "change_employer",
    "create_officer",
    "decide_unit_verification",
    "open_office",
    "register_applicant",
    "register_unit",
    "request_change",
    "request_reverification",
    "resubmit_registration",
    "transfer_verification",
]
