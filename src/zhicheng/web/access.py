"""The one table of who may open which address: URL name → roles. An address that is not here opens for nobody.

Objects behind an address are guarded a second time, by the jurisdiction in the query that fetches them.
"""

from __future__ import annotations

from zhicheng.organizations.actors import Role

EVERYBODY = frozenset(Role)
SIGNED_IN = EVERYBODY - {Role.ANONYMOUS, Role.SYSTEM}
DESKS = frozenset({Role.UNIT, Role.SUPERVISING, Role.COUNTY, Role.PREFECTURE})
OFFICES = frozenset({Role.SUPERVISING, Role.COUNTY, Role.PREFECTURE})
NOBODY: frozenset[Role] = frozenset()  # an address a library brings that we do not use: 404

PUBLIC: dict[str, frozenset[Role]] = {
    "home": EVERYBODY,
    "home_signed_in": SIGNED_IN,
    "help": EVERYBODY,
    "privacy": EVERYBODY,
    "verify": EVERYBODY,
}
SHARED: dict[str, frozenset[Role]] = {
    "set_language": EVERYBODY,
    "still_here": SIGNED_IN,
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
    "account_signup": NOBODY,  # registration has its own pages, 注册须知 first (S-10, S-18)
    "account_set_password": NOBODY,  # every account is made with a password
    "account_confirm_login_code": NOBODY,
}
APPLICANT: dict[str, frozenset[Role]] = {}
UNIT: dict[str, frozenset[Role]] = {}
OFFICE: dict[str, frozenset[Role]] = {}
SYSTEM: dict[str, frozenset[Role]] = {
    "healthz": EVERYBODY,
    "system_health": frozenset({Role.OPERATOR}),
    "system_stuck": frozenset({Role.OPERATOR}),
    "system_retry": frozenset({Role.OPERATOR}),
    "system_refusals": frozenset({Role.OPERATOR}),
    "system_verify_ledger": frozenset({Role.OPERATOR}),
}
# Addresses that exist in a rehearsal or a test only (web/shared/urls.py): in production they are not routed at all.
REHEARSAL: dict[str, frozenset[Role]] = {
    "rehearsal_components": EVERYBODY,
    "rehearsal": EVERYBODY,
    "rehearsal_sign_in": EVERYBODY,
    "rehearsal_mailbox": EVERYBODY,
    "rehearsal_mail": EVERYBODY,
    "rehearsal_clock": EVERYBODY,
    "rehearsal_clock_move": EVERYBODY,
}

ACCESS: dict[str, frozenset[Role]] = {
    **PUBLIC,
    **SHARED,
    **SIGN_IN,
    **APPLICANT,
    **UNIT,
    **OFFICE,
    **SYSTEM,
    **REHEARSAL,
}
