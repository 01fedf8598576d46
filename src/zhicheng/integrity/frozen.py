"""What the database refuses to change: an integrity record stays as it was written, and is annulled once (S-80, S-81)."""

from __future__ import annotations

from zhicheng.foundation.triggers import protect

# Put on after every migration, not by one: the second asks a table of another room.
PROTECTED = (
    protect("integrity_integrityrecord", "DELETE", sentence="an integrity record is annulled, never removed"),
    protect(
        "integrity_integrityrecord",
        "UPDATE",
        sentence="an integrity record changes only by being annulled",
        rule="stays",
        when="NEW.name <> OLD.name OR NEW.application_year <> OLD.application_year OR NEW.first_barred_year <> OLD.first_barred_year "
        "OR NEW.last_barred_year <> OLD.last_barred_year OR NEW.source <> OLD.source OR NEW.reason <> OLD.reason "
        "OR NEW.recorded_by_id <> OLD.recorded_by_id OR NEW.recorded_for_id <> OLD.recorded_for_id "
        "OR NEW.recorded_at <> OLD.recorded_at OR (OLD.annulled_at IS NOT NULL AND (NEW.annulled_at IS DISTINCT FROM OLD.annulled_at "
        "OR NEW.annulled_by_id IS DISTINCT FROM OLD.annulled_by_id OR NEW.annulment_reason <> OLD.annulment_reason)) "
        "OR (NEW.person_index <> OLD.person_index AND NOT EXISTS (SELECT 1 FROM accounts_identitycorrection i "
        "WHERE i.old_index = OLD.person_index AND i.new_index = NEW.person_index))",
    ),
)
