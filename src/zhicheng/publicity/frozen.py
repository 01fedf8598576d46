"""What the database refuses to change: what was shown, and what objections said and what was found (S-38, S-40, S-70)."""

from __future__ import annotations

from zhicheng.foundation.triggers import protect

# Put on after every migration, not by one.
PROTECTED = (
    protect("publicity_publicityperiod", "DELETE", sentence="a publicity period is cancelled, never removed"),
    protect(
        "publicity_publicityperiod",
        "UPDATE",
        sentence="what was shown stays, and is cancelled once",
        rule="stays",
        when="NEW.application_id <> OLD.application_id OR NEW.submission_id <> OLD.submission_id OR NEW.unit_id <> OLD.unit_id "
        "OR NEW.facts <> OLD.facts OR NEW.facts_sha256 <> OLD.facts_sha256 OR NEW.starts_on <> OLD.starts_on "
        "OR NEW.ends_on < OLD.ends_on "
        "OR NEW.political_conduct <> OLD.political_conduct OR NEW.results <> OLD.results "
        "OR NEW.contribution <> OLD.contribution OR NEW.office <> OLD.office OR NEW.phone <> OLD.phone "
        "OR NEW.opened_by_id <> OLD.opened_by_id OR NEW.opened_at <> OLD.opened_at OR (OLD.cancelled_at IS NOT NULL "
        "AND (NEW.cancelled_at IS DISTINCT FROM OLD.cancelled_at OR NEW.cancel_reason <> OLD.cancel_reason))",
    ),
    protect("publicity_objection", "DELETE", sentence="an objection is handled, never removed"),
    protect(
        "publicity_objection",
        "UPDATE",
        sentence="an objection stays as it came, and is decided and lifted once",
        rule="stays",
        when="NEW.period_id <> OLD.period_id OR NEW.channel <> OLD.channel OR NEW.from_name <> OLD.from_name "
        "OR NEW.from_contact <> OLD.from_contact OR NEW.county_only <> OLD.county_only OR NEW.content <> OLD.content OR NEW.received_at <> OLD.received_at "
        "OR NEW.registered_by_id IS DISTINCT FROM OLD.registered_by_id OR NEW.registered_at <> OLD.registered_at "
        "OR (OLD.state <> 'open' AND (NEW.state <> OLD.state OR NEW.finding <> OLD.finding "
        "OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id OR NEW.decided_at IS DISTINCT FROM OLD.decided_at)) "
        "OR (OLD.lifted_at IS NOT NULL AND (NEW.lifted_at IS DISTINCT FROM OLD.lifted_at "
        "OR NEW.lifted_by_id IS DISTINCT FROM OLD.lifted_by_id OR NEW.lift_reason <> OLD.lift_reason))",
    ),
)
