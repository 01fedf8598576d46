"""What the database refuses to change: an issued paper. A correction issues a new one and voids this (G-12)."""

from __future__ import annotations

from zhicheng.foundation.triggers import protect

# Put on after every migration, not by one.
PROTECTED = (
    protect("documents_paper", "DELETE", sentence="an issued paper is voided, never removed"),
    protect(
        "documents_paper",
        "UPDATE",
        sentence="an issued paper is made once and voided once, and nothing else of it changes",
        rule="stays",
        when="NEW.kind <> OLD.kind OR NEW.serial <> OLD.serial OR NEW.verification_code <> OLD.verification_code "
        "OR NEW.subject <> OLD.subject OR NEW.title <> OLD.title OR NEW.data <> OLD.data "
        "OR NEW.snapshot_sha256 <> OLD.snapshot_sha256 OR NEW.version_label <> OLD.version_label OR NEW.draft <> OLD.draft "
        "OR NEW.created_at <> OLD.created_at OR (OLD.pdf_sha256 <> '' AND NEW.pdf_sha256 <> OLD.pdf_sha256) "
        "OR (OLD.ready_at IS NOT NULL AND (NEW.ready_at IS DISTINCT FROM OLD.ready_at OR NEW.pages <> OLD.pages "
        "OR NEW.certificate_sha256 <> OLD.certificate_sha256)) "
        "OR (OLD.voided_at IS NOT NULL AND (NEW.voided_at IS DISTINCT FROM OLD.voided_at OR NEW.void_reason <> OLD.void_reason))",
    ),
)
