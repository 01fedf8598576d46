"""What may be sent more than once. Every other form is carried out once, however often it is pressed (``web/shared/once.py``).

Three tables of address → reason. An address that is in none of them needs no entry: once is the rule.
"""

from __future__ import annotations

# The effect is in the browser's session, not in the database: doing it again is how it is done. Should the session not be saved, it
# has not happened.
IN_SESSION: dict[str, str] = {
    "set_language": "a language is chosen, and chosen again",
    "display": "a way of showing is chosen, and chosen again",
    "account_login": "whoever is signed in already is sent on; a lost answer has signed nobody in",
    "account_logout": "signed out is signed out",
    "usersessions_list": "the other sign-ins are ended, and stay ended",
    "session_end": "ended is ended",
    "devices_forget": "forgotten is forgotten",
    "mfa_authenticate": "whoever is signed in already is sent on; a code is taken once",
    "mfa_reauthenticate": "a code is taken once; the next one is asked for",
    "mfa_keep_codes": "what was shown once is put away",
    "kept_form_discard": "what was kept is gone",
    "kept_form_switch": "signed out, what was kept stays",
    "register_unit_notice": "the text was read",
    "rehearsal_sign_in": "the other account of a rehearsal",
}
# Of these, what the database has of it as well: when the session cannot be saved, it may have happened all the same.
ENDS_SIGN_INS = frozenset({"usersessions_list", "session_end", "devices_forget"})
# Saves or shows; sent again, it saves the same or shows it again.
REPEATABLE: dict[str, str] = {
    "self_check_carry": "the browser keeps the answers, and keeps them again",
    "application_resumable_begin": "the same file begun again at the same place goes on with what arrived",
    "application_resumable": "a piece names where it begins, and is taken there once",
    "application_autosave": "one page saves many times; what is newer is never overwritten (its version is sent along)",
    "verify_file": "a file is compared, and not kept",
    "desk_identity": "a look: every look is recorded",
    "office_person": "a search, sent by POST so that the number stands in no address",
}
# A page that keeps what is on it: gone back to, changed and sent again, it is another sending, not the same one.
CORRECTS: dict[str, str] = {
    "application_section": "a section is saved as often as it is changed",
    "application_section_history": "another version is another sending; what is newer is never overwritten",
    "application_upload": "each file is its own sending",
    "library_item": "a fact is changed as often as needed; what is newer is never overwritten (its version is sent along)",
    "library_file_add": "each file is its own sending",
    "application_check": "looked through again after a change",
    "application_findings": "an answer is changed as often as needed; what is newer is never overwritten",
    "register_unit": "“上传” keeps the licence, “提交注册” registers: one page, several buttons",
    "register_unit_licence": "each file is its own sending",
    "register_person": "“查找” looks for the employer on the same page",
    "unit_information_edit": "corrected before it was looked at, as often as needed",
    "unit_information_licence": "each file is its own sending",
    "person_sms": "the later word is the right one",
    "unit_report_mails": "the later word is the right one",
    "unit_publicity_paper": "each file is its own sending",
    "unit_material_add": "each file is its own sending",
    "person_contact": "the later word is the right one",
    "person_employer": "the later word is the right one",
    "rehearsal_clock_move": "the clock is moved step by step",
}
# Of these, what is not looked for before it is begun, unless it brings files: a second press writes the same again, which is nothing, or meets
# the note of the first when it writes (``foundation/sending.py``), or is refused and then finds it. It is the form that is sent most of all.
MEETS_ITSELF = frozenset({"application_section"})
