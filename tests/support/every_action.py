"""Every action there is, read from the code: what can change something that was acknowledged.

An action module is ``actions.py`` or a file of ``actions/`` in a room; each public function of one is an action, or is declared in
:data:`NO_ACTION` with the reason why it is none. Elsewhere below the pages whatever public function opens a transaction, itself or by
a private function of its module, is an action too. ``tests/support/cases`` holds a case for each; ``tests/test_every_action.py``
fails for an action without one, and for a reason that names no function.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tests.support.sources import python

_OPENS = ("transaction.atomic", "one_transaction")

_LOOKS = "looks, compares or puts into words; writes nothing"
_PART = "a part of other actions, called in their transaction"
_HEARD = "writes the entry of a row that the library makes or removes, in its transaction: tests/accounts/test_second_factor.py"
_TELLS = "queues mails in the transaction of the action that calls it"
_TOLD = "fills a rehearsal by the actions of the others, whole or not at all: tests/rehearsal"
NO_ACTION = {
    "accounts.actions.check_new_mailbox": _LOOKS,
    "accounts.actions.close_account": _PART,
    "accounts.actions.confirmation_link": _LOOKS,
    "accounts.actions.end_sessions": _PART,
    "accounts.actions.open_account": _PART,
    "accounts.actions.reopen_account": _PART,
    "accounts.actions.reset_second_factor": _PART,
    "accounts.actions.warn_mailbox_owner": _TELLS,
    "accounts.claims.confirm_identity": _PART,
    "accounts.claims.hold_free_number": _PART,
    "accounts.recording_factors.factor_taken_away": _HEARD,
    "accounts.recording_factors.factor_written": _HEARD,
    "applications.actions.draft.conflict_problem": _LOOKS,
    "applications.actions.draft.keep_beside": _PART,
    "applications.actions.draft.keep_row": _PART,
    "applications.actions.draft.lock_open": _PART,
    "applications.actions.draft.touch": _PART,
    "applications.actions.identity.follow_person": _PART,
    "applications.actions.start.objections_to_start": _LOOKS,
    "applications.actions.start.route_problems": _LOOKS,
    "applications.actions.start.route_through": _LOOKS,
    "applications.actions.submit.window_problems": _LOOKS,
    "documents.actions.issue_paper": _PART,
    "documents.actions.marks_of": _LOOKS,
    "documents.actions.pdf_of": _LOOKS,
    "documents.actions.void_papers": _PART,
    "evidence.actions.checking.begin_check": _PART,
    "evidence.actions.examining.examine_due": "claim_next and end_turn in a loop, for tests and commands",
    "evidence.actions.reading.begin_reading": _PART,
    "evidence.actions.keeping.store_safe_copy": "writes bytes under their hash, no row",
    "foundation.actions.adopt_files": "writes a file's mark on the server, no row; tests/foundation/test_instance.py",
    "foundation.actions.mark_rehearsal": "the first thing in an empty database: tests/foundation/test_instance.py",
    "foundation.invariants.one_state": _LOOKS,
    "foundation.leaving.take_stamp": "its effect is another house's; what it keeps may be asked for again: tests/foundation",
    "foundation.ledger.record": _PART,
    "foundation.outbox.queue": _PART,
    "foundation.mail.bind_old": "seals anew, row by row, what the versions before sealed: tests/foundation/test_mail.py",
    "foundation.outbox.run_claimed": "what process_message calls after claiming",
    "foundation.reindexing.reindex_all": "an operator's command under other keys: tests/foundation/test_reindexing.py",
    "foundation.resealing.reseal": "a part of reseal_all",
    "foundation.resealing.reseal_all": "an operator's command under other keys: tests/foundation/test_resealing.py",
    "foundation.growing.try_to_grow": "takes space and gives it back, no row: tests/foundation/test_growing.py",
    "foundation.transactions.once_more_when_taken": "runs the attempt that a registration gives it",
    "foundation.transactions.one_transaction": "the door of the actions",
    "foundation.transactions.require_transaction": _LOOKS,
    "foundation.triggers.end_broken_migrating": "puts triggers on again when a migration broke off: tests/test_migrations.py",
    "library.actions.keeping.note_use": _PART,
    "integrity.actions.move_records": _PART,
    "integrity.actions.move_records_of": _PART,
    "integrity.actions.source_in": _LOOKS,
    "messages.actions.send_message": _TELLS,
    "messages.actions.send_reminder": _TELLS,
    "organizations.actions.alone.not_left_empty": _LOOKS,
    "organizations.actions.alone.only_the_first": _LOOKS,
    "organizations.actions.account_decisions.mailbox_link": _LOOKS,
    "organizations.actions.account_decisions.needs_card": _LOOKS,
    "organizations.actions.account_decisions.request_of_link": _LOOKS,
    "organizations.actions.account_requests.check_correction": _LOOKS,
    "organizations.actions.account_endings.decision_of": _LOOKS,
    "organizations.actions.account_endings.moved_away": _LOOKS,
    "organizations.actions.account_endings.save_decision": _PART,
    "organizations.actions.account_endings.tell_asker": _TELLS,
    "organizations.actions.account_requests.close_request": _PART,
    "organizations.actions.account_requests.digits_differ": _LOOKS,
    "organizations.actions.account_requests.no_factor": _LOOKS,
    "organizations.actions.corrections.put_correction_in_force": _PART,
    "organizations.actions.identities.let_go": _PART,
    "organizations.actions.identities.note_contested": "writes the entry of what a desk was told, after an action that was refused",
    "organizations.actions.identities.settle_number": _PART,
    "organizations.actions.identities.tell_units_of_holders": _TELLS,
    "organizations.actions.officer_mails.tell_change": _TELLS,
    "organizations.actions.officer_mails.tell_reset_asked": _TELLS,
    "organizations.actions.officer_mails.tell_session_ended": _TELLS,
    "organizations.actions.officer_mails.tell_sessions_ended": _TELLS,
    "organizations.actions.people.shared_mailbox": _LOOKS,
    "organizations.actions.registering.check_acceptance": _LOOKS,
    "organizations.actions.registering.end_memberships": _PART,
    "organizations.actions.registering.join_organization": _PART,
    "organizations.actions.unit_parts.check_licence_owner": _LOOKS,
    "organizations.actions.unit_parts.check_names_print": _LOOKS,
    "organizations.actions.unit_parts.check_offices": _LOOKS,
    "organizations.actions.unit_parts.code_taken": _LOOKS,
    "organizations.actions.unit_parts.particulars_of": _LOOKS,
    "organizations.actions.unit_parts.put_in_queue": _PART,
    "organizations.actions.unit_parts.put_particulars": _PART,
    "review.actions.decide.lock_owner": _PART,
    "review.actions.decide.lock_submission": _PART,
    "rehearsal.seeding.seed": _TOLD,
    "rehearsal.seeding.tell_alone": _TOLD,
}


@cache
def public_functions() -> frozenset[str]:
    """The public functions of every action module, and those elsewhere that open a transaction, as ``room.module.function``."""
    return frozenset(_read())


def actions() -> list[str]:
    """The name of every action."""
    return sorted(public_functions() - set(NO_ACTION))


def function(name: str) -> Callable[..., Any]:
    """The action of this name."""
    module, _dot, last = name.rpartition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"zhicheng.{module}"), last)
    return found


def _read() -> Iterator[str]:
    for source in python():
        parts = source.parts
        if parts[0] == "web" or {"migrations", "management"} & set(parts):
            continue
        of_actions = "actions" in parts
        if not of_actions and not any(word in source.text for word in _OPENS):
            continue  # most files open no transaction and need not be parsed
        functions = {node.name: node for node in source.functions()}
        found = set(functions) if of_actions else _opening(functions)
        named = parts[:-1] if parts[-1] == "__init__" else parts
        yield from (".".join([*named, name]) for name in found if not name.startswith("_"))


def _opening(functions: dict[str, ast.FunctionDef]) -> set[str]:
    """Those that open a transaction, or call a private function of their module that does."""
    words = {name: {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} for name, node in functions.items()}
    found = {name for name, node in functions.items() if any(word in ast.unparse(node) for word in _OPENS)}
    while more := {name for name in functions if name not in found and {w for w in words[name] & found if w.startswith("_")}}:
        found |= more
    return found
