"""Addresses that only take what a button sends, and the page each of these buttons stands on.

After a refused form the browser stands at such an address. Nothing can be opened there, so whatever leads back to "this page" (another
language, a sign-in, a link to refresh) leads to the page of the table (``web/shared/standing.py``).
"""

from __future__ import annotations

# URL name → name of the page; the page's address takes the first of the arguments of the button's.
SENT_ONLY: dict[str, str] = {
    "self_check_carry": "self_check",
    "session_end": "usersessions_list",
    "devices_forget": "usersessions_list",
    "mfa_keep_codes": "mfa_view_recovery_codes",
    "inbox_read": "inbox",
    "kept_form_discard": "kept_form",
    "kept_form_switch": "kept_form",
    "desk_identity": "desk_case",
    "application_autosave": "application_section",
    "application_upload": "application_slot",
    "application_resumable_begin": "application_slot",
    "application_resumable": "application_tasks",
    "application_use_file": "application_slot",
    "application_mend": "application_material",
    "application_restore": "application_material",
    "library_take_over": "library",
    "library_keep_on": "library",
    "library_file_add": "library_item",
    "library_file_remove": "library_item",
    "register_unit_licence": "register_unit",
    "unit_information_licence": "unit_information_edit",
    "person_sms": "person_information",
    "unit_report_mails": "unit_information",
    "unit_account_request_withdraw": "unit_account_requests",
    "unit_publicity_paper": "unit_publicity",
    "unit_material_add": "unit_publicity",
    "unit_material_remove": "unit_publicity",
    "unit_objection": "unit_publicity",
    "unit_publicity_result": "unit_publicity",
    "unit_report": "unit_publicity",
    "office_officer_sessions": "office_officer",
    "office_officer_session": "office_officer",
    "office_officer_factor_decide": "office_officers",
    "office_registration_approve": "office_registration",
    "office_registration_return": "office_registration",
    "office_registration_transfer": "office_registration",
    "office_account_approve": "office_account_request",
    "office_account_refuse": "office_account_request",
    "office_account_withdraw": "office_account_request",
    "office_account_release": "office_account_request",
    "office_calendar_withdraw": "office_calendars",
    "system_retry": "system_stuck",
    "system_settle": "system_stuck",
    "system_brake_lift": "system_brakes",
    "system_verify_ledger": "system_audit",
    "system_verify_whole": "system_health",
    "rehearsal_sign_in": "rehearsal",
    "rehearsal_clock_move": "rehearsal_clock",
}
