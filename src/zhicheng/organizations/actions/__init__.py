"""The verbs of organizations: registration, yearly re-verification, decisions on them, and who belongs where."""

from zhicheng.organizations.actions.account_decisions import (
    confirm_new_mailbox,
    decide_account_request,
    release_left_number,
)
from zhicheng.organizations.actions.account_requests import request_correction, request_mailbox, withdraw_account_request
from zhicheng.organizations.actions.decisions import Reason, decide_unit_verification, transfer_verification
from zhicheng.organizations.actions.offices import open_office
from zhicheng.organizations.actions.people import add_unit_staff, change_employer, create_officer, register_applicant
from zhicheng.organizations.actions.requests import request_change, request_reverification, resubmit_registration
from zhicheng.organizations.actions.units import register_unit

__all__ = [
    "Reason",
    "add_unit_staff",
    "change_employer",
    "confirm_new_mailbox",
    "create_officer",
    "decide_account_request",
    "decide_unit_verification",
    "open_office",
    "register_applicant",
    "register_unit",
    "release_left_number",
    "request_change",
    "request_correction",
    "request_mailbox",
    "request_reverification",
    "resubmit_registration",
    "transfer_verification",
    "withdraw_account_request",
]
