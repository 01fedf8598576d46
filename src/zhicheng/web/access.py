"""The one table of who may open which address: URL name → roles. An address that is not here opens for nobody.

Objects behind an address are guarded a second time, by the jurisdiction in the query that fetches them.
"""

from __future__ import annotations

from zhicheng.applications import desks
from zhicheng.organizations.actors import Role

EVERYBODY = frozenset(Role)
SIGNED_IN = EVERYBODY - {Role.ANONYMOUS, Role.SYSTEM}
DESKS = frozenset(desk.role for desk in desks.DESKS)
REGISTRATION_DESKS = frozenset({Role.COUNTY, Role.PREFECTURE})  # G-03: the county, the prefecture in its stead
OFFICER_KEEPERS = frozenset({Role.PREFECTURE, Role.SECURITY})  # whose officers come and go by their hand
CALENDAR_KEEPERS = frozenset({Role.PREFECTURE, Role.OPERATOR})
NOBODY: frozenset[Role] = frozenset()  # an address a library brings that we do not use: 404

# Whoever knows one of these addresses opens an account with it, or learns what a paper says: no log and no record holds it whole.
KEY_IN_ADDRESS = frozenset(
    {
        "account_confirm_email",
        "account_reset_password_from_key",
        "mailbox_confirm",
        "files_checking",
        "verify_scanned",
        "publicity_link",
        "publicity_link_list",
    }
)

PUBLIC: dict[str, frozenset[Role]] = {
    "home": EVERYBODY,
    "home_signed_in": SIGNED_IN,
    "help": EVERYBODY,
    "privacy": EVERYBODY,
    "verify": EVERYBODY,
    "verify_file": EVERYBODY,
    "verify_scanned": EVERYBODY,
    "notice": EVERYBODY,
    "self_check": EVERYBODY,
    "self_check_carry": frozenset({Role.ANONYMOUS, Role.APPLICANT}),  # who may be about to apply
    "notice_times": EVERYBODY,
    "notice_data": EVERYBODY,
    "register_unit_notice": EVERYBODY,
    "register_unit": EVERYBODY,
    "register_unit_licence": EVERYBODY,
    "register_credit_code": EVERYBODY,
    "register_person_notice": EVERYBODY,
    "register_person": EVERYBODY,
    "register_employers": EVERYBODY,
    "register_done": EVERYBODY,
    "calendar": EVERYBODY,
    "publicity_list": EVERYBODY,
    "publicity_notice": SIGNED_IN,
    "publicity_link": EVERYBODY,
    "publicity_link_list": EVERYBODY,
    "mailbox_confirm": EVERYBODY,
}
SHARED: dict[str, frozenset[Role]] = {
    "set_language": EVERYBODY,
    "display": EVERYBODY,
    "files_checking": EVERYBODY,
    "still_here": SIGNED_IN,
    "inbox": SIGNED_IN,
    "inbox_read": SIGNED_IN,
    "kept_form": SIGNED_IN,
    "kept_form_discard": SIGNED_IN,
    "kept_form_switch": SIGNED_IN,
}
SIGN_IN: dict[str, frozenset[Role]] = {
    "account_login": EVERYBODY,
    "account_logout": EVERYBODY,
    "account_inactive": EVERYBODY,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_email_verification_sent": EVERYBODY,
    "account_confirm_email": EVERYBODY,
    "account_change_password": SIGNED_IN,
    "account_reset_password": EVERYBODY,
    "account_reset_password_done": EVERYBODY,
    "account_reset_password_from_key": EVERYBODY,
    "account_reset_password_from_key_done": EVERYBODY,
    "usersessions_list": SIGNED_IN,
    "session_end": SIGNED_IN,
    "devices_forget": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": EVERYBODY,  # after the password, before anybody is signed in
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_replace_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_keep_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": NOBODY,  # shown once, to be printed or written down; never a file in a downloads folder
    "account_signup": NOBODY,  # registration has its own pages, 注册须知 first (S-10, S-18)
    "account_set_password": NOBODY,  # every account is made with a password
    "account_confirm_login_code": NOBODY,
}
# All that somebody can open who has to set up a second factor first (accounts/second_factor.py).
BEFORE_SECOND_FACTOR = frozenset(
    {
        "help",
        "privacy",
        "set_language",
        "display",
        "still_here",
        "healthz",
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
    }
)
DESK: dict[str, frozenset[Role]] = {
    "desk_queue": DESKS,
    "desk_case": DESKS,
    "desk_pass": DESKS,
    "desk_return": DESKS,
    "desk_take_back": DESKS,
    "desk_dossier": DESKS,
    "desk_dossier_correct": DESKS,
    "desk_identity": DESKS,
    "desk_file": DESKS,
    "desk_preview": DESKS,
    "desk_paper": DESKS,
}
APPLICANT: dict[str, frozenset[Role]] = {
    "my_titles": frozenset({Role.APPLICANT}),
    "my_applications": frozenset({Role.APPLICANT}),
    "application_new": frozenset({Role.APPLICANT}),
    "application_prompt": frozenset({Role.APPLICANT}),
    "application_choose": frozenset({Role.APPLICANT}),
    "my_application": frozenset({Role.APPLICANT}),
    "application_withdraw": frozenset({Role.APPLICANT}),
    "application_discard": frozenset({Role.APPLICANT}),
    "application_paper": frozenset({Role.APPLICANT}),
    "application_draft_pdf": frozenset({Role.APPLICANT}),
    "application_commitment_pdf": frozenset({Role.APPLICANT}),
    "application_tasks": frozenset({Role.APPLICANT}),
    "application_bring": frozenset({Role.APPLICANT}),
    "application_section": frozenset({Role.APPLICANT}),
    "application_section_history": frozenset({Role.APPLICANT}),
    "application_reading": frozenset({Role.APPLICANT}),
    "application_autosave": frozenset({Role.APPLICANT}),
    "application_row": frozenset({Role.APPLICANT}),
    "application_slot": frozenset({Role.APPLICANT}),
    "application_upload": frozenset({Role.APPLICANT}),
    "application_resumable_begin": frozenset({Role.APPLICANT}),
    "application_resumable": frozenset({Role.APPLICANT}),
    "application_use_file": frozenset({Role.APPLICANT}),
    "application_pages": frozenset({Role.APPLICANT}),
    "application_share_out": frozenset({Role.APPLICANT}),
    "application_material": frozenset({Role.APPLICANT}),
    "application_file": frozenset({Role.APPLICANT}),
    "application_preview": frozenset({Role.APPLICANT}),
    "application_material_remove": frozenset({Role.APPLICANT}),
    "application_mend": frozenset({Role.APPLICANT}),
    "application_restore": frozenset({Role.APPLICANT}),
    "application_check": frozenset({Role.APPLICANT}),
    "application_findings": frozenset({Role.APPLICANT}),
    "application_submit": frozenset({Role.APPLICANT}),
    "application_receipt": frozenset({Role.APPLICANT}),
    "application_receipt_pdf": frozenset({Role.APPLICANT}),
    "library": frozenset({Role.APPLICANT}),
    "library_take_over": frozenset({Role.APPLICANT}),
    "library_keep_on": frozenset({Role.APPLICANT}),
    "library_empty": frozenset({Role.APPLICANT}),
    "library_new": frozenset({Role.APPLICANT}),
    "library_item": frozenset({Role.APPLICANT}),
    "library_item_remove": frozenset({Role.APPLICANT}),
    "library_file_add": frozenset({Role.APPLICANT}),
    "library_file": frozenset({Role.APPLICANT}),
    "library_file_remove": frozenset({Role.APPLICANT}),
    "person_information": frozenset({Role.APPLICANT}),
    "person_looks": frozenset({Role.APPLICANT}),
    "person_data": frozenset({Role.APPLICANT}),
    "person_data_ask": frozenset({Role.APPLICANT}),
    "person_data_copy": frozenset({Role.APPLICANT}),
    "person_data_remove": frozenset({Role.APPLICANT}),
    "person_contact": frozenset({Role.APPLICANT}),
    "person_sms": frozenset({Role.APPLICANT}),
    "person_employer": frozenset({Role.APPLICANT}),
    "person_invitation": frozenset({Role.APPLICANT}),
}
UNIT: dict[str, frozenset[Role]] = {
    "unit_information": frozenset({Role.UNIT}),
    "unit_information_edit": frozenset({Role.UNIT}),
    "unit_information_licence": frozenset({Role.UNIT}),
    "unit_licence_file": frozenset({Role.UNIT}),
    "unit_report_mails": frozenset({Role.UNIT}),
    "unit_colleague": frozenset({Role.UNIT}),
    "unit_people": frozenset({Role.UNIT}),
    "unit_identities": frozenset({Role.UNIT}),
    "unit_account_requests": frozenset({Role.UNIT}),
    "unit_account_request_withdraw": frozenset({Role.UNIT}),
    "unit_person_mailbox": frozenset({Role.UNIT}),
    "unit_person_factor": frozenset({Role.UNIT}),
    "unit_person_correction": frozenset({Role.UNIT}),
    "unit_publicity": frozenset({Role.UNIT}),
    "unit_publicity_open": frozenset({Role.UNIT}),
    "unit_publicity_paper": frozenset({Role.UNIT}),
    "unit_publicity_file": frozenset({Role.UNIT}),
    "unit_material_add": frozenset({Role.UNIT}),
    "unit_material_remove": frozenset({Role.UNIT}),
    "unit_objection": frozenset({Role.UNIT}),
    "unit_objection_decide": frozenset({Role.UNIT}),
    "unit_publicity_result": frozenset({Role.UNIT}),
    "unit_report": frozenset({Role.UNIT}),
    "unit_stop": frozenset({Role.UNIT}),
}
OFFICE: dict[str, frozenset[Role]] = {
    "office_registrations": REGISTRATION_DESKS,
    "office_registration": REGISTRATION_DESKS,
    "office_registration_approve": REGISTRATION_DESKS,
    "office_registration_return": REGISTRATION_DESKS,
    "office_registration_transfer": REGISTRATION_DESKS,
    "office_licence_file": REGISTRATION_DESKS,
    "office_licence_preview": REGISTRATION_DESKS,
    "office_account_requests": REGISTRATION_DESKS,
    "office_account_request": REGISTRATION_DESKS,
    "office_account_approve": REGISTRATION_DESKS,
    "office_account_refuse": REGISTRATION_DESKS,
    "office_account_withdraw": frozenset({Role.COUNTY}),
    "office_account_release": frozenset({Role.PREFECTURE}),
    "office_account_scan": REGISTRATION_DESKS,
    "office_account_scan_preview": REGISTRATION_DESKS,
    "office_administrators": frozenset({Role.COUNTY}),
    "office_identities": REGISTRATION_DESKS,
    "office_administrator_mailbox": frozenset({Role.COUNTY}),
    "office_administrator_factor": frozenset({Role.COUNTY}),
    "office_calendars": CALENDAR_KEEPERS,
    "office_calendar_withdraw": CALENDAR_KEEPERS,
    "office_officers": OFFICER_KEEPERS,
    "office_officer_new": OFFICER_KEEPERS,
    "office_officer": OFFICER_KEEPERS,
    "office_officer_move": OFFICER_KEEPERS,
    "office_officer_close": OFFICER_KEEPERS,
    "office_officer_reopen": OFFICER_KEEPERS,
    "office_officer_number": OFFICER_KEEPERS,
    "office_officer_sessions": OFFICER_KEEPERS,
    "office_officer_session": OFFICER_KEEPERS,
    "office_officer_factor": OFFICER_KEEPERS,
    "office_officer_factor_decide": OFFICER_KEEPERS,
    "office_annul": frozenset({Role.PREFECTURE}),
    "office_fraud": frozenset({Role.PREFECTURE}),
    "office_objections": frozenset({Role.COUNTY}),
    "office_objection": frozenset({Role.COUNTY}),
    "office_integrity": frozenset({Role.PREFECTURE}),
    "office_integrity_annul": frozenset({Role.PREFECTURE}),
    "office_person": frozenset({Role.PREFECTURE}),
}
SYSTEM: dict[str, frozenset[Role]] = {
    "healthz": EVERYBODY,
    "readyz": EVERYBODY,
    "metrics": EVERYBODY,  # the view lets in nobody but the monitor
    # Three accounts, three people: operation, accounts (web/office/officers), audit. None of them sees a case.
    "system_health": frozenset({Role.OPERATOR}),
    "system_stuck": frozenset({Role.OPERATOR}),
    "system_retry": frozenset({Role.OPERATOR}),
    "system_settle": frozenset({Role.OPERATOR}),
    "system_brakes": frozenset({Role.SECURITY}),
    "system_brake_lift": frozenset({Role.SECURITY}),
    "system_audit": frozenset({Role.AUDITOR}),
    "system_ledger": frozenset({Role.AUDITOR}),
    "system_refusals": frozenset({Role.AUDITOR}),
    "system_looks": frozenset({Role.AUDITOR}),
    "system_verify_ledger": frozenset({Role.AUDITOR}),
    "system_verify_whole": frozenset({Role.OPERATOR, Role.AUDITOR}),
}
# Addresses that exist in a rehearsal or a test only (web/shared/urls.py): in production they are not routed at all.
REHEARSAL: dict[str, frozenset[Role]] = {
    "rehearsal_components": EVERYBODY,
    "rehearsal": EVERYBODY,
    "rehearsal_sign_in": EVERYBODY,
    "rehearsal_mailbox": EVERYBODY,
    "rehearsal_mail": EVERYBODY,
    "rehearsal_sms": EVERYBODY,
    "rehearsal_clock": EVERYBODY,
    "rehearsal_clock_move": EVERYBODY,
}

ACCESS: dict[str, frozenset[Role]] = {
    **PUBLIC,
    **SHARED,
    **SIGN_IN,
    **DESK,
    **APPLICANT,
    **UNIT,
    **OFFICE,
    **SYSTEM,
    **REHEARSAL,
}
