"""The verbs of organizations: registration, yearly re-verification, decisions on them, and who belongs where."""

from zhicheng.organizations.actions.account_decisions import (
    confirm_new_mailbox,
    decide_account_request,
    release_left_number,
)
from zhicheng.organizations.actions.account_requests import (
    request_correction,
    request_factor_removal,
    request_mailbox,
    withdraw_account_request,
)
from zhicheng.organizations.actions.decisions import FieldReason, decide_unit_verification, transfer_verification
from zhicheng.organizations.actions.factor_resets import decide_factor_reset, request_factor_reset
from zhicheng.organizations.actions.identities import confirm_people
from zhicheng.organizations.actions.officers import (
    close_officer,
    end_officer_session,
    end_officer_sessions,
    fill_in_number,
    move_officer,
    open_officer,
    reopen_officer,
)
from zhicheng.organizations.actions.offices import open_office
from zhicheng.organizations.actions.people import (
    add_unit_staff,
    change_employer,
    create_officer,
    join_invited_employer,
    register_applicant,
)
from zhicheng.organizations.actions.report_mails import choose_report_mails
from zhicheng.organizations.actions.requests import request_change, request_reverification, resubmit_registration
from zhicheng.organizations.actions.unconfirmed import remove_registration, remove_unconfirmed
from zhicheng.organizations.actions.units import register_unit

__all__ = [
    "FieldReason",
    "add_unit_staff",
    "change_employer",
    "choose_report_mails",
    "close_officer",
    "confirm_new_mailbox",
    "confirm_people",
    "create_officer",
    "decide_account_request",
    "decide_factor_reset",
    "decide_unit_verification",
    "end_officer_session",
    "end_officer_sessions",
    "fill_in_number",
    "join_invited_employer",
    "move_officer",
    "open_office",
    "open_officer",
    "register_applicant",
    "register_unit",
    "release_left_number",
    "remove_registration",
    "remove_unconfirmed",
    "reopen_officer",
    "request_change",
    "request_correction",
    "request_factor_removal",
    "request_factor_reset",
    "request_mailbox",
    "request_reverification",
    "resubmit_registration",
    "transfer_verification",
    "withdraw_account_request",
]
