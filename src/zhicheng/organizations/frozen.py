"""What the database refuses to remove: who asked for a change of somebody's account, and who decided (S-18, S-36); and what became of
the accounts of officers."""

from __future__ import annotations

from zhicheng.foundation.triggers import protect

PROTECTED = (protect("organizations_accountrequest", "DELETE", sentence="a request about an account stays"),)
# Put on after every migration, not by one.
REQUESTS = (
    protect(
        "organizations_accountrequest",
        "UPDATE",
        sentence="a request about an account stays as it was made, and ends once",
        rule="stays",
        when="NEW.kind <> OLD.kind OR NEW.user_id <> OLD.user_id OR NEW.unit_id <> OLD.unit_id "
        "OR NEW.requested_for_id <> OLD.requested_for_id OR NEW.office_id <> OLD.office_id OR NEW.statement <> OLD.statement "
        "OR NEW.scan_id IS DISTINCT FROM OLD.scan_id OR NEW.old_email <> OLD.old_email OR NEW.new_email <> OLD.new_email "
        "OR NEW.old_name <> OLD.old_name OR NEW.new_name <> OLD.new_name OR NEW.old_number <> OLD.old_number "
        "OR NEW.new_number <> OLD.new_number OR NEW.old_factors <> OLD.old_factors OR NEW.requested_by_id <> OLD.requested_by_id "
        "OR NEW.requested_at <> OLD.requested_at OR (OLD.closed_at IS NOT NULL AND (NEW.state <> OLD.state "
        "OR NEW.closed_at IS DISTINCT FROM OLD.closed_at OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id "
        "OR NEW.decided_at IS DISTINCT FROM OLD.decided_at OR NEW.reason <> OLD.reason OR NEW.wrong_tries <> OLD.wrong_tries))",
    ),
)
DECISIONS = (
    protect(
        "organizations_unitverification",
        "DELETE",
        sentence="a decided request of a unit stays",
        rule="kept",
        when="OLD.state IN ('approved', 'returned')",
    ),
    protect(
        "organizations_unitverification",
        "UPDATE",
        sentence="what a unit asked for stays as it was handed in",
        rule="asked",
        when="NEW.organization_id <> OLD.organization_id OR NEW.kind <> OLD.kind OR NEW.year <> OLD.year "
        "OR NEW.note <> OLD.note OR NEW.licence_kind <> OLD.licence_kind OR NEW.licence_issued_on <> OLD.licence_issued_on "
        "OR NEW.licence_valid_until IS DISTINCT FROM OLD.licence_valid_until OR NEW.still_newest <> OLD.still_newest "
        "OR NEW.licence_id <> OLD.licence_id OR NEW.submitted_by_id <> OLD.submitted_by_id "
        "OR NEW.submitted_at <> OLD.submitted_at OR NEW.previous <> OLD.previous OR NEW.confirmed_fields <> OLD.confirmed_fields "
        "OR NEW.invited_by_id IS DISTINCT FROM OLD.invited_by_id",
    ),
    protect(
        "organizations_unitverification",
        "UPDATE",
        sentence="a decision on a unit is not decided anew",
        rule="decided",
        when="OLD.state IN ('approved', 'returned') AND (NEW.state <> OLD.state OR NEW.proposed <> OLD.proposed "
        "OR NEW.reasons <> OLD.reasons OR NEW.kind <> OLD.kind OR NEW.year <> OLD.year "
        "OR NEW.organization_id <> OLD.organization_id OR NEW.office_id <> OLD.office_id OR NEW.licence_id <> OLD.licence_id "
        "OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id OR NEW.decided_at IS DISTINCT FROM OLD.decided_at)",
    ),
)
OFFICERS = (protect("organizations_officerchange", "UPDATE", "DELETE", sentence="what became of an officer is append-only"),)
# Two people reset a factor: who asked is not written over, nor who consented. Put on after every migration, not by one.
RESETS = (
    protect("organizations_factorreset", "DELETE", sentence="a request to reset a factor stays"),
    protect(
        "organizations_factorreset",
        "UPDATE",
        sentence="a request to reset a factor stays as it was made, and ends once",
        rule="stays",
        when="NEW.user_id <> OLD.user_id OR NEW.statement <> OLD.statement OR NEW.asked_by_id IS DISTINCT FROM OLD.asked_by_id "
        "OR NEW.asked_at <> OLD.asked_at OR (OLD.state <> 'pending' AND (NEW.state <> OLD.state "
        "OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id OR NEW.decided_at IS DISTINCT FROM OLD.decided_at))",
    ),
)
# Who acts for a unit, and whose employee a person is. Put on after every migration, not by one.
PLACES = (
    # With a registration that nobody ever confirmed they go (actions.unconfirmed).
    protect(
        "organizations_membership",
        "DELETE",
        sentence="where somebody in use belonged stays",
        rule="kept",
        when="EXISTS (SELECT 1 FROM account_emailaddress WHERE user_id = OLD.user_id AND verified) "
        "OR EXISTS (SELECT 1 FROM accounts_user WHERE id = OLD.user_id AND last_login IS NOT NULL)",
    ),
    protect(
        "organizations_membership",
        "UPDATE",
        sentence="a membership ends once, and nothing else of it changes: it stays",
        rule="stays",
        when="NEW.user_id <> OLD.user_id OR NEW.organization_id <> OLD.organization_id OR NEW.role <> OLD.role "
        "OR NEW.since <> OLD.since OR (OLD.until IS NOT NULL AND NEW.until IS DISTINCT FROM OLD.until)",
    ),
)
