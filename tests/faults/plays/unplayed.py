"""Actions that no play calls by itself, each with the reason."""

_WORKER = "the worker calls it: work → foundation.process_message"
UNPLAYED = {
    "accounts.actions.record_mailbox_confirmed": "confirm_mailbox calls it",
    "accounts.actions.replace_mailbox": "confirm_new_mailbox calls it",
    "accounts.unsealed.seal_newer": "after an update, for what an older version opened beside it: tests/accounts/test_own.py",
    "accounts.claims.release_number": "release_left_number calls it",
    "applications.actions.ending.abandon_overdue": "a round of the worker, a transaction for each: tests/applications/test_abandoned.py",
    "applications.actions.ending.bar_applications": _WORKER,
    "applications.actions.ending.restore_applications": _WORKER,
    "applications.actions.durations.keep_durations": "count_durations calls it",
    "applications.report_mails.tell_of_a_day": "a round of the worker: tests/applications/test_report_mails.py",
    "applications.actions.scans.land_scans": _WORKER,
    "documents.actions.render_paper": _WORKER,
    "foundation.verification.verify_ledger": _WORKER,
    "messages.gateway.note_failure": "the worker, when the SMS gateway is away: tests/messages/test_sms.py",
}
