"""What the database refuses to change: a file is what was examined, and who brought it. A better scan is a new file."""

from __future__ import annotations

from zhicheng.foundation.triggers import protect

# Put on after every migration, not by one. Removing is another matter: what nothing refers to goes after some days.
PROTECTED = (
    protect(
        "evidence_evidencefile",
        "UPDATE",
        sentence="a kept file is never changed",
        rule="stays",
        when="NEW.sha256 <> OLD.sha256 OR NEW.safe_sha256 IS DISTINCT FROM OLD.safe_sha256 OR NEW.size <> OLD.size "
        "OR NEW.name <> OLD.name OR NEW.media_type <> OLD.media_type OR NEW.pages <> OLD.pages "
        "OR NEW.uploaded_by_id IS DISTINCT FROM OLD.uploaded_by_id OR NEW.original_id IS DISTINCT FROM OLD.original_id",
    ),
)
